//! The files that rows of `signalbox lab locate` name: each list of paths is read once, within a bound. Never reads a file
//! that such a list names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, Read as _};

use serde::Serialize;
use signalbox_planner::locate::{LocateAnswer, LocateRow, Paths, Tree, locate_row};

/// No list of paths is longer.
const LONGEST_LIST: u64 = 256 << 20;
/// Lists that are kept; another one is read anew each time.
const MOST_LISTS: usize = 64;

/// One tree a list of paths.
#[derive(Default)]
pub(super) struct LocateLab {
    trees: BTreeMap<String, Tree>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Located(LocateAnswer),
    Wrong { id: String, error: String },
}

impl LocateLab {
    pub(super) fn row(&mut self, row: LocateRow) -> Answer {
        match &row.paths {
            None => Answer::Located(locate_row(&row, None)),
            Some(Paths::Here(paths)) => {
                let tree = Tree::new(paths.iter().map(String::as_str));
                Answer::Located(locate_row(&row, Some(&tree)))
            }
            Some(Paths::InFile(file)) => match self.tree(file) {
                Ok(tree) => Answer::Located(locate_row(&row, Some(tree))),
                Err(error) => Answer::Wrong { error: format!("{file}: {error}"), id: row.id },
            },
        }
    }

    fn tree(&mut self, file: &str) -> io::Result<&Tree> {
        if self.trees.len() >= MOST_LISTS && !self.trees.contains_key(file) {
            self.trees.clear();
        }
        match self.trees.entry(file.to_owned()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(free) => Ok(free.insert(read(file)?)),
        }
    }
}

fn read(file: &str) -> io::Result<Tree> {
    let mut text = String::new();
    File::open(file)?.take(LONGEST_LIST).read_to_string(&mut text)?;
    Ok(Tree::new(text.lines()))
}

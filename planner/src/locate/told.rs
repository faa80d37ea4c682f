//! The words of a text that names of files have too, and what they say about those files. Pure.

use std::collections::{BTreeSet, HashMap};

use super::board::{Board, as_f64};
use super::mentions::cut;
use super::text::is_call;
use super::tree::{File, FileAt, Tree, WordAt};
use super::weights::{BODY_FOLDER, BODY_WORD, FOLDERS, SIDE_BY_SIDE, WORDS};
use super::words::words;
use super::{At, Reason};

/// Files that words speak for; the rest is no candidate for these words.
const MOST_FILES: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Told {
    words: HashMap<WordAt, Weight>,
    /// Words that stand side by side.
    pairs: BTreeSet<(WordAt, WordAt)>,
    /// The title speaks of tests.
    pub(super) about_tests: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    in_title: bool,
    count: u32,
}

impl Weight {
    fn value(self) -> f64 {
        let count = f64::from(self.count);
        if self.in_title { 1.0 } else { (2.0 * BODY_WORD * count / (count + 1.0)).min(1.0) }
    }
}

impl Told {
    /// Of prose only: calls speak for themselves.
    pub(super) fn of(text: &str, tree: Option<&Tree>) -> Self {
        let mut told = Self::default();
        let lines = cut(text).lines().filter(|line| !line.trim().is_empty() && !is_call(line));
        for (at, line) in lines.enumerate() {
            let mut before: Option<WordAt> = None;
            for word in words(line) {
                told.about_tests |= at == 0 && word.starts_with("test");
                let known = tree.and_then(|tree| tree.word(&word));
                if let (Some(one), Some(other)) = (before, known) {
                    told.pairs.insert((one, other));
                }
                if let Some(known) = known {
                    let weight = told.words.entry(known).or_default();
                    weight.in_title |= at == 0;
                    weight.count += 1;
                }
                before = known;
            }
        }
        told
    }

    /// Adds what the words say to the files that they are in.
    pub(super) fn speak(&self, board: &mut Board<'_>, tree: &Tree) {
        let top = tree.most_telling();
        let mut files: BTreeSet<FileAt> = BTreeSet::new();
        for word in self.words.keys() {
            let named = tree.files_named(*word);
            // What every fourth file is called tells nothing.
            if named.len() <= tree.len() / 4 + 8 {
                files.extend(named);
            }
        }
        let mut spoken: Vec<(f64, FileAt)> =
            files.into_iter().map(|at| (self.points(tree, tree.file(at)) / top, at)).collect();
        spoken.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (points, at) in spoken.into_iter().take(MOST_FILES) {
            board.add(At::Path(tree.path(at).to_owned()), points, Reason::Words);
        }
    }

    fn points(&self, tree: &Tree, file: &File) -> f64 {
        let weight = |word: &WordAt| self.words.get(word).copied();
        let all: f64 = file.own.iter().map(|word| tree.rarity(*word)).sum();
        let told: f64 =
            file.own.iter().filter_map(|word| Some(tree.rarity(*word) * weight(word)?.value())).sum();
        let placed: f64 = file
            .folders
            .iter()
            .filter_map(|word| {
                let weight = weight(word)?;
                let value = if weight.in_title { 1.0 } else { BODY_FOLDER * weight.value() };
                Some(tree.folder_rarity(*word) * value)
            })
            .sum();
        let two = file.own.windows(2);
        let beside = two.clone().filter(|two| self.pairs.contains(&(two[0], two[1]))).count();
        let beside = if two.len() > 0 { as_f64(beside) / as_f64(two.len()) } else { 0.0 };
        // How much is told, times how much of the name that is.
        let own = if all > 0.0 { told * told / all } else { 0.0 };
        WORDS * own * (1.0 + SIDE_BY_SIDE * beside) + FOLDERS * placed
    }
}

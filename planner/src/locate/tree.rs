//! The files of a repository at one commit, made ready for questions: which file is this frame's, which files have this
//! name, how rare is this word. Pure; built once a commit and kept.

use std::collections::HashMap;

use super::test_code::{stem, subject};
use super::words::words;

/// Files of a tree that are looked at; the rest of a larger one is passed over, and the tree says so.
const MOST_FILES: usize = 200_000;
/// Longer paths are passed over.
const LONGEST_PATH: usize = 1024;

/// A number of a file in its tree.
pub(crate) type FileAt = u32;

#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: Box<str>,
    /// Words of its own name, and of its folders' names that are not in its own.
    pub(crate) own: Vec<WordAt>,
    pub(crate) folders: Vec<WordAt>,
}

pub(crate) type WordAt = u32;

/// The index.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: Vec<File>,
    by_name: HashMap<Box<str>, Vec<FileAt>>,
    by_stem: HashMap<Box<str>, Vec<FileAt>>,
    words: HashMap<Box<str>, WordAt>,
    /// Files whose own name, and whose folders, hold a word.
    named: Vec<Vec<FileAt>>,
    placed: Vec<u32>,
    left_out: usize,
}

impl Tree {
    /// Paths as git writes them: `/` between folders, relative to the root.
    #[must_use]
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut tree = Self::default();
        for path in paths {
            if path.is_empty() || path.len() > LONGEST_PATH || tree.files.len() >= MOST_FILES {
                tree.left_out += 1;
            } else {
                tree.add(path);
            }
        }
        tree
    }

    fn add(&mut self, path: &str) {
        let at = FileAt::try_from(self.files.len()).unwrap_or(FileAt::MAX);
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let own = self.word_numbers(stem(name));
        let mut placed = self.word_numbers(folders);
        placed.retain(|word| !own.contains(word));
        for word in &own {
            self.named[*word as usize].push(at);
        }
        for word in &placed {
            self.placed[*word as usize] += 1;
        }
        self.by_name.entry(name.to_lowercase().into()).or_default().push(at);
        self.by_stem.entry(stem(name).to_lowercase().into()).or_default().push(at);
        self.files.push(File { path: path.into(), own, folders: placed });
    }

    fn word_numbers(&mut self, text: &str) -> Vec<WordAt> {
        let mut numbers: Vec<WordAt> = Vec::new();
        for word in words(text) {
            let next = WordAt::try_from(self.named.len()).unwrap_or(WordAt::MAX);
            let number = *self.words.entry(word.into()).or_insert(next);
            if number == next {
                self.named.push(Vec::new());
                self.placed.push(0);
            }
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        numbers
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Paths that were too long, or beyond the bound.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    #[must_use]
    pub fn path(&self, at: FileAt) -> &str {
        &self.files[at as usize].path
    }

    /// Whether the tree has this very file.
    #[must_use]
    pub fn with_path(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let named = self.by_name.get(name.as_str());
        named.is_some_and(|files| files.iter().any(|at| self.path(*at) == path))
    }

    /// Tests that bear a file's name.
    pub(crate) fn tests_of(&self, path: &str) -> Vec<&str> {
        let name = stem(path.rsplit('/').next().unwrap_or(path));
        let of = words(name);
        let Some(word) = of.first().and_then(|word| self.word(word)) else { return Vec::new() };
        let is_of = |test: &&str| {
            let test = stem(test.rsplit('/').next().unwrap_or(test));
            subject(test).is_some_and(|about| words(about) == of)
        };
        self.files_named(word).iter().map(|at| self.path(*at)).filter(is_of).collect()
    }

    pub(crate) fn file(&self, at: FileAt) -> &File {
        &self.files[at as usize]
    }

    pub(crate) fn word(&self, word: &str) -> Option<WordAt> {
        self.words.get(word).copied()
    }

    pub(crate) fn files_named(&self, word: WordAt) -> &[FileAt] {
        &self.named[word as usize]
    }

    /// How much a word of a file's name tells: more, the fewer files have it.
    pub(crate) fn rarity(&self, word: WordAt) -> f64 {
        rarity(self.files.len(), self.named[word as usize].len())
    }

    pub(crate) fn folder_rarity(&self, word: WordAt) -> f64 {
        rarity(self.files.len(), self.placed[word as usize] as usize)
    }

    /// What a word tells that one file alone has.
    pub(crate) fn most_telling(&self) -> f64 {
        rarity(self.files.len(), 1).max(1.0)
    }

    /// Files whose name, with or without its ending, is this one, whatever its case.
    pub(crate) fn with_stem(&self, stem: &str) -> &[FileAt] {
        self.by_stem.get(stem.to_lowercase().as_str()).map_or(&[], Vec::as_slice)
    }

    /// The files that end in the most of these folders and this name; none where less than `least` parts agree.
    pub(crate) fn resolve(&self, parts: &[&str], least: usize) -> Vec<FileAt> {
        let Some((name, folders)) = parts.split_last() else { return Vec::new() };
        let lower = name.to_lowercase();
        let found = self.by_name.get(lower.as_str()).or_else(|| self.by_stem.get(lower.as_str()));
        let agreeing = |at: &FileAt| 1 + agreeing(&self.files[*at as usize].path, folders);
        let Some(found) = found else { return Vec::new() };
        let most = found.iter().map(agreeing).max().unwrap_or_default();
        if most < least {
            return Vec::new();
        }
        found.iter().copied().filter(|at| agreeing(at) == most).collect()
    }
}

/// How many folders agree, counted from the file upwards.
fn agreeing(path: &str, folders: &[&str]) -> usize {
    let of_path = path.rsplit('/').skip(1);
    of_path.zip(folders.iter().rev()).take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count()
}

#[expect(clippy::cast_precision_loss, reason = "counts of files are far below 2^52")]
fn rarity(all: usize, with: usize) -> f64 {
    ((all as f64 + 1.0) / (with as f64 + 0.5)).ln().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        Tree::new([
            "core/src/shop/cart/Cart.java",
            "core/src/shop/mail/Cart.java",
            "web/cart.py",
            "web/api/__init__.py",
        ])
    }

    fn resolved(parts: &[&str], least: usize) -> Vec<String> {
        let tree = tree();
        tree.resolve(parts, least).into_iter().map(|at| tree.path(at).to_owned()).collect()
    }

    #[test]
    fn a_path_is_the_file_that_ends_as_it_does() {
        assert_eq!(resolved(&["shop", "cart", "Cart.java"], 3), ["core/src/shop/cart/Cart.java"]);
        assert_eq!(resolved(&["app", "web", "cart.py"], 2), ["web/cart.py"]);
        assert_eq!(resolved(&["SHOP", "Mail", "cart"], 2), ["core/src/shop/mail/Cart.java"]);
        assert!(resolved(&["other", "pay", "Cart.java"], 2).is_empty(), "only the name agrees");
        assert_eq!(resolved(&["Cart.java"], 1).len(), 2, "several may be meant");
    }

    #[test]
    fn tests_are_found_by_the_name_of_what_they_test() {
        let tree =
            Tree::new(["src/cart.py", "tests/test_cart.py", "tests/test_cart_item.py", "web/cart.spec.ts"]);
        assert_eq!(tree.tests_of("src/cart.py"), ["tests/test_cart.py", "web/cart.spec.ts"]);
    }

    #[test]
    fn what_is_too_long_is_left_out_and_counted() {
        let long = "a/".repeat(LONGEST_PATH);
        let tree = Tree::new([long.as_str(), "", "a.rs"]);
        assert_eq!((tree.len(), tree.left_out()), (1, 2));
    }
}

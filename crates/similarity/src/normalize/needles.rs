//! A list of literals looked for in one pass over a text, however long the list is.

use aho_corasick::AhoCorasick;
use std::sync::OnceLock;

/// Literals, compiled at the first use.
pub(crate) struct Needles {
    list: &'static [&'static str],
    compiled: OnceLock<Option<AhoCorasick>>,
}

impl Needles {
    pub(crate) const fn new(list: &'static [&'static str]) -> Self {
        Self { list, compiled: OnceLock::new() }
    }

    /// Whether any of them stands in the text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        match self.compiled.get_or_init(|| AhoCorasick::new(self.list).ok()) {
            Some(compiled) => compiled.is_match(text),
            None => self.list.iter().any(|needle| text.contains(needle)),
        }
    }

    /// Whether the text begins with any of them.
    pub(crate) fn begins(&self, text: &str) -> bool {
        self.list.iter().any(|needle| text.starts_with(needle))
    }
}

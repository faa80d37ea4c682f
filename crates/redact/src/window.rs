//! What a rule is shown: the anchor that was met and its surroundings, cut to one line and to a fixed reach.
//!
//! The cut is what makes redaction linear and the stream equal to the whole: a rule cannot look further, so a verdict
//! is final as soon as that much is known. Built by the engine for each anchor, read by the rules.

use std::cell::Cell;

use crate::bytes::{self, Class};
use crate::compiled::Compiled;
use crate::span::{Span, Tail};

/// How far before its anchor a rule may look.
pub(crate) const BEHIND: usize = 512;
/// How far after its anchor a rule may look.
pub(crate) const AHEAD: usize = 2048;

/// The surroundings of one anchor.
pub(crate) struct Window<'a> {
    pub(crate) text: &'a [u8],
    /// Where the anchor starts in `text`.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// `text` is all there is, from the first byte to the last.
    pub(crate) is_whole: bool,
    pub(crate) rules: &'a Compiled,
    pub(crate) work: &'a Cell<u64>,
}

impl Window<'_> {
    pub(crate) fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    pub(crate) fn before(&self, at: usize) -> Option<u8> {
        at.checked_sub(1).and_then(|place| self.byte(place))
    }

    /// The bytes of `start..end`, as far as there are any.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &[u8] {
        self.text.get(start..end.min(self.text.len())).unwrap_or_default()
    }

    pub(crate) fn run(&self, class: Class, from: usize, most: usize) -> usize {
        let end = class.run(self.text, from, most);
        self.count(end.saturating_sub(from));
        end
    }

    pub(crate) fn run_back(&self, class: Class, to: usize, most: usize) -> usize {
        let start = class.run_back(self.text, to, most);
        self.count(to.saturating_sub(start));
        start
    }

    /// Whether a word may start at `at`; the edge of a redaction mark is no start.
    pub(crate) fn word_starts(&self, at: usize) -> bool {
        bytes::word_starts(self.text, at) && self.rules.marks.start_of_mark_before(self.text, at).is_none()
    }

    /// Whether a word may end before `at`; the edge of a redaction mark is no end.
    pub(crate) fn word_ends(&self, at: usize) -> bool {
        bytes::word_ends(self.text, at) && self.rules.marks.end_of_mark_at(self.text, at).is_none()
    }

    /// Whether a number goes on at `at`: a digit, or a mark, which may stand for one.
    pub(crate) fn number_at(&self, at: usize) -> bool {
        self.byte(at).is_some_and(|byte| byte.is_ascii_digit())
            || self.rules.marks.end_of_mark_at(self.text, at).is_some()
    }

    /// Whether a number ends before `at`.
    pub(crate) fn number_before(&self, at: usize) -> bool {
        self.before(at).is_some_and(|byte| byte.is_ascii_digit())
            || self.rules.marks.start_of_mark_before(self.text, at).is_some()
    }

    /// Whether `start..end` is nothing but marks.
    pub(crate) fn is_marks(&self, start: usize, end: usize) -> bool {
        start < end && self.rules.marks.skip(self.text, start) == end
    }

    /// Whether the word that starts at `at` is the name in a mark.
    pub(crate) fn names_a_mark(&self, at: usize) -> bool {
        self.rules.marks.is_name_at(self.text, at)
    }

    fn count(&self, bytes: usize) {
        self.work.set(self.work.get().saturating_add(bytes as u64 + 1));
    }
}

/// Positions that a rule remembers between anchors, so that it looks at no stretch twice. Kept by the engine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Anchors before this place lie in an identifier or a value that was already judged.
    pub(crate) assignment: usize,
    /// Anchors before this place lie in a token that was already taken.
    pub(crate) token: usize,
    /// Anchors before this place lie in a value of a link that was already taken.
    pub(crate) link: usize,
}

impl Memory {
    /// Forgets the first `bytes` of the buffer.
    pub(crate) fn forget(&mut self, bytes: usize) {
        self.assignment = self.assignment.saturating_sub(bytes);
        self.token = self.token.saturating_sub(bytes);
        self.link = self.link.saturating_sub(bytes);
    }
}

/// Takes what the rules find. Places are given in bytes of the window.
pub(crate) struct Sink<'a> {
    pub(crate) spans: &'a mut Vec<Span>,
    pub(crate) memory: &'a mut Memory,
    pub(crate) rules: &'a Compiled,
    /// Where the window starts in the buffer.
    pub(crate) base: usize,
}

impl Sink<'_> {
    /// Takes `start..end` under the rule of this name, unless the rule is off or the text is one to keep.
    pub(crate) fn take(&mut self, window: &Window<'_>, name: &str, start: usize, end: usize, tail: Tail) {
        let Some(rule) = self.rules.rule_named(name) else { return };
        if start >= end || (tail == Tail::Closed && self.rules.keeps(window.slice(start, end))) {
            return;
        }
        let rank = self.rules.rank(rule);
        self.spans.push(Span { start: self.base + start, end: self.base + end, rank, rule, tail });
    }
}

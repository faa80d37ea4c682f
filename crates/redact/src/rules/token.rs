//! Tokens that say what they are: a known prefix and a run of one alphabet. Most vendors' rules are rows of this shape.
//!
//! Must never take a word of ordinary text: the run has a least length and some variety, so that `ghp_xxxx…` in a
//! manual and `npm_config_registry` stay.

use crate::bytes::Class;
use crate::rules::{Anchor, Case, Matcher};
use crate::span::Tail;
use crate::window::{Sink, Window};

/// The longest run that is looked at; a longer one is removed to its end all the same.
const LONGEST_RUN: usize = 512;

/// A token's shape after its prefix.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    rule: &'static str,
    class: Class,
    length: Length,
    start: Start,
    cut: Cut,
}

/// How long the run is.
#[derive(Clone, Copy)]
pub(crate) enum Length {
    AtLeast(usize),
    Exactly(usize),
}

/// Where the prefix may stand.
#[derive(Clone, Copy)]
enum Start {
    /// Anywhere: the prefix is unlikely enough.
    Anywhere,
    /// Only where a word starts.
    Word,
}

/// What goes.
#[derive(Clone, Copy)]
enum Cut {
    Whole,
    /// The prefix stays: it is an address, not a part of the secret.
    AfterPrefix,
}

/// A token whose prefix may stand anywhere, even glued to other text.
pub(crate) const fn anywhere(text: &'static str, rule: &'static str, class: Class, length: Length) -> Anchor {
    anchor(text, Shape { rule, class, length, start: Start::Anywhere, cut: Cut::Whole })
}

/// A token whose prefix only counts where a word starts.
pub(crate) const fn word(text: &'static str, rule: &'static str, class: Class, length: Length) -> Anchor {
    anchor(text, Shape { rule, class, length, start: Start::Word, cut: Cut::Whole })
}

/// A secret path behind a known address; the address stays.
pub(crate) const fn path(text: &'static str, rule: &'static str, class: Class, length: Length) -> Anchor {
    anchor(text, Shape { rule, class, length, start: Start::Anywhere, cut: Cut::AfterPrefix })
}

const fn anchor(text: &'static str, shape: Shape) -> Anchor {
    Anchor { text, case: Case::Exact, matcher: Matcher::Token(shape) }
}

impl Shape {
    pub(crate) fn find(&self, window: &Window<'_>, sink: &mut Sink<'_>) {
        if sink.base + window.start < sink.memory.token {
            return;
        }
        if matches!(self.start, Start::Word) && !window.word_starts(window.start) {
            return;
        }
        let most = match self.length {
            Length::Exactly(length) => length + 1,
            Length::AtLeast(_) => LONGEST_RUN,
        };
        let end = window.run(self.class, window.end, most);
        if !self.fits(window, end) {
            return;
        }
        let start = match self.cut {
            Cut::Whole => window.start,
            Cut::AfterPrefix => window.end,
        };
        let tail = if end - window.end >= LONGEST_RUN { Tail::While(self.class) } else { Tail::Closed };
        let end = if tail == Tail::Closed { without_full_stop(window, end) } else { end };
        sink.take(window, self.rule, start, end, tail);
        sink.memory.token = sink.base + end;
    }

    fn fits(&self, window: &Window<'_>, end: usize) -> bool {
        let run = window.slice(window.end, end);
        let long_enough = match self.length {
            Length::AtLeast(least) => run.len() >= least,
            Length::Exactly(length) => run.len() == length && window.word_ends(end),
        };
        long_enough && varied(run)
    }
}

/// The end of a sentence is no part of a token.
fn without_full_stop(window: &Window<'_>, end: usize) -> usize {
    if window.before(end) == Some(b'.') { end - 1 } else { end }
}

/// Whether a run is more than a placeholder: six different bytes at least, and a digit or letters of both cases.
pub(crate) fn varied(run: &[u8]) -> bool {
    let mut seen = [false; 256];
    let different =
        run.iter().filter(|byte| !std::mem::replace(&mut seen[usize::from(**byte)], true)).count();
    different >= 6 && (Class::DIGIT.any(run) || (Class::UPPER.any(run) && Class::LOWER.any(run)))
}

#[cfg(test)]
mod tests {
    use super::varied;

    #[test]
    fn placeholders_are_not_varied() {
        assert!(!varied(b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
        assert!(!varied(b"your_token_goes_here_please"));
        assert!(varied(b"a1b2c3d4"));
        assert!(varied(b"abcDEFgh"));
    }
}

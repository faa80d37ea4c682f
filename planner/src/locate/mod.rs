//! Where in a repository a signal's cause is: files with lines and functions, each with its reasons. Pure.
//!
//! ```text
//!   trace ─▶ calls (whose, reporting or not, test or not) ─┐
//!   text ──▶ mentions (paths, qualified names, names) ─────┼─▶ places, summed by file ─▶ ranked, with evidence
//!   words ─▶ names of files and folders, by rarity ────────┘        ▲
//!                                                  tree of a commit ┘ (without one: as the text writes them)
//! ```
//!
//! Never reads a file, and never knows a project's names: only languages, runners and conventions. Called by the plan and
//! by the lab.

mod board;
mod calls;
mod contents;
mod lab;
mod mentions;
mod rank;
mod spot;
mod test_code;
mod text;
mod told;
mod tree;
mod weights;
mod words;

pub(crate) use calls::calls;
pub use contents::{Clue, Contents, Line, clues};
pub use lab::{LocateAnswer, LocateRow, LocatedFile, Paths, locate_row};
pub(crate) use mentions::mentions;
pub use rank::{locate, locate_in};
pub(crate) use test_code::is_test;
pub(crate) use text::unbroken;
pub use tree::Tree;
pub(crate) use words::words;

/// A part of a whole; nothing of nothing is none.
pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    board::as_f64(part) / board::as_f64(whole.max(1))
}

use signalbox_domain::code::{CodePlace, PlaceAt, RestsOn, Whereabouts};
use signalbox_similarity::frames::ParsedTrace;

/// Places that are told of.
pub const MOST_PLACES: usize = 10;

/// What is known of a cause.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    pub text: &'a str,
    /// The stack that the sender gave; without one, what stands in the text is looked for.
    pub trace: Option<&'a ParsedTrace>,
    /// What the product's packages are called, where no tree is at hand.
    pub repositories: &'a [String],
}

/// Where the cause is thought to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The likeliest first.
    pub places: Vec<Place>,
    pub evidence: Evidence,
}

/// What the places rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The stack leads into the product.
    Stack,
    /// The text names a file or a type of the product.
    Named,
    /// Words that the names of files have too: a guess.
    Words,
    /// A test compared and found a difference: its stack says where it was noticed, not where it comes from.
    AssertionOnly,
    Nothing,
}

impl Evidence {
    /// Whether the places are more than a guess.
    #[must_use]
    pub fn is_enough(self) -> bool {
        matches!(self, Self::Stack | Self::Named)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::Named => "named",
            Self::Words => "words",
            Self::AssertionOnly => "assertion_only",
            Self::Nothing => "nothing",
        }
    }
}

/// A file, or a type of which no file is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub at: At,
    /// Of the stack, innermost first.
    pub lines: Vec<u32>,
    pub functions: Vec<String>,
    /// From 0 to 1; only good for comparing with the other places.
    pub score: f64,
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// Of the tree, or as the text writes it.
    Path(String),
    Symbol(String),
}

impl At {
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Path(name) | Self::Symbol(name) => name,
        }
    }
}

/// Why a place is among them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("place {0} of the product's own in the stack, innermost first")]
    Call(usize),
    #[error("more calls of the stack are in it")]
    MoreCalls,
    #[error("the test in the stack is about it")]
    TestSubject,
    #[error("the text names its path")]
    NamedPath,
    #[error("the text names it with its package")]
    NamedQualified,
    #[error("the text names it")]
    NamedPlain,
    #[error("words of the text are in its name")]
    Words,
    #[error("it has what the text quotes")]
    HasMessage,
    #[error("it defines what the text names")]
    Defines,
    #[error("it uses what the text names")]
    Uses,
}

/// As it is kept and handed on.
impl From<&Located> for Whereabouts {
    fn from(located: &Located) -> Self {
        let rests_on = match located.evidence {
            Evidence::Stack => RestsOn::Stack,
            Evidence::Named => RestsOn::Named,
            Evidence::Words => RestsOn::Words,
            Evidence::AssertionOnly => RestsOn::AssertionOnly,
            Evidence::Nothing => RestsOn::Nothing,
        };
        let place = |place: &Place| CodePlace {
            at: match &place.at {
                At::Path(path) => PlaceAt::Path(path.clone()),
                At::Symbol(symbol) => PlaceAt::Symbol(symbol.clone()),
            },
            lines: place.lines.clone(),
            functions: place.functions.clone(),
            score: place.score,
            reasons: place.reasons.iter().map(ToString::to_string).collect(),
        };
        Self { rests_on, places: located.places.iter().map(place).collect() }
    }
}

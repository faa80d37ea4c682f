//! Whether there is something to do about a signal, and whether its text may go to a coding agent. Without a model. Pure.
//!
//! ```text
//!   title, text ─▶ shown.rs: hidden, look-alike and encoded letters ─┐
//!               ─▶ clauses.rs: sentences and what they ask for ──────┼▶ unsafe.rs: the fragment that must not be obeyed
//!                                                                    └▶ work.rs: what is no work, and what is
//!   message, stack ─▶ noise.rs: what no change of ours mends
//! ```
//!
//! A fragment that is found is quoted and held for a person; it is never taken out in silence. Nothing here knows a product's
//! names. Called by the gates and by `lab actionability`.

mod clauses;
mod noise;
mod shown;
mod unsafe_text;
mod work;

use regex::Regex;

pub use noise::Noise;
pub(crate) use noise::of_file as noise_of_file;
pub use unsafe_text::{Danger, Finding};
pub use work::NoWork;

/// Characters of a text that are looked at.
const MOST_READ: usize = 64 * 1024;

/// Who wrote it: a program that met a fault, or somebody with something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    Program,
    Person,
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    pub writer: Writer,
    pub title: &'a str,
    pub text: &'a str,
}

/// Why nothing is to be done, as far as the text tells.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotActionable {
    #[error("{0}")]
    Noise(Noise),
    #[error("{0}")]
    NoWork(NoWork),
}

/// What came of looking at a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub not_actionable: Option<NotActionable>,
    pub danger: Option<Finding>,
}

impl Verdict {
    pub fn is_actionable(&self) -> bool {
        self.not_actionable.is_none()
    }

    pub fn is_safe(&self) -> bool {
        self.danger.is_none()
    }

    /// Both judgements as a person reads them.
    pub fn reason(&self) -> String {
        let work = match &self.not_actionable {
            None => "it says what happens or what is wanted".to_owned(),
            Some(why) => why.to_string(),
        };
        match &self.danger {
            None => work,
            Some(finding) => format!("{work}; held: {finding}"),
        }
    }
}

/// Looks at a text from every side.
pub fn judge(material: &Material<'_>) -> Verdict {
    let cut = |text: &str| -> String { text.chars().take(MOST_READ).collect() };
    let (title, text) = (cut(material.title), cut(material.text));
    let danger = unsafe_text::find(&title, &text);
    let not_actionable = match material.writer {
        Writer::Program => noise::of_message(&title, &text).map(NotActionable::Noise),
        Writer::Person => work::missing(&title, &text).map(NotActionable::NoWork),
    };
    Verdict { not_actionable, danger }
}

/// What a source's name says about who writes there; one that is not known is somebody's.
pub fn writer_of(source: &str) -> Writer {
    const PROGRAMS: [&str; 9] = [
        "error_tracking",
        "session_replay",
        "product_analytics",
        "experiments",
        "web_analytics",
        "logs",
        "alerts",
        "ci",
        "dependency",
    ];
    if PROGRAMS.contains(&source) { Writer::Program } else { Writer::Person }
}

/// Every pattern here is a literal; a test runs them all.
#[expect(clippy::expect_used, reason = "a literal pattern, which a test compiles")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a literal pattern")
}

#[cfg(test)]
mod tests;

//! The calls of a trace as places in the product, weighed by how likely the fault is there. Pure.
//!
//! What a stack says by its order alone: the nearer to the failure, the likelier. Three things correct that. Some calls only
//! report what others did wrong: by their name (`checkState`, `raise_error`), or by being the base of whoever called them.
//! A test in the stack names what it tests. And what stands in a stack again and again is where it happens.

use signalbox_similarity::frames::{Frame, Language, ParsedTrace, Role, StackMeaning};

use super::spot::{packages, parts_of_frame};
use super::test_code::{is_test, stem, subject};
use super::words::words;

/// Calls that are looked at.
const MOST_CALLS: usize = 120;

/// One call in the stack, innermost first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) parts: Vec<String>,
    pub(crate) function: String,
    pub(crate) line: Option<u32>,
    pub(crate) role: Role,
    pub(crate) is_test: bool,
    /// It says what is wrong and is not the place of it.
    pub(crate) reports: bool,
    /// How it is called where no file is known: `shop.cart.Cart`.
    pub(crate) symbol: Option<String>,
}

impl Call {
    /// The name of the type or file without package, folder and ending.
    pub(crate) fn name(&self) -> &str {
        self.parts.last().map_or("", |name| stem(name))
    }
}

/// The calls that have a place, innermost first.
pub(crate) fn calls(trace: &ParsedTrace) -> Vec<Call> {
    let frames = trace.frames.iter().take(MOST_CALLS);
    let mut calls: Vec<Call> = frames.filter_map(|frame| call(trace.language, frame)).collect();
    if trace.stack == StackMeaning::Bystander {
        calls.iter_mut().for_each(|call| call.reports = false);
    }
    calls
}

fn call(language: Language, frame: &Frame) -> Option<Call> {
    let parts = parts_of_frame(language, frame);
    if parts.is_empty() {
        return None;
    }
    let is_managed = matches!(language, Language::Java | Language::DotNet) && !frame.file.contains('/');
    let path = parts.join("/");
    Some(Call {
        is_test: is_test(&path),
        function: frame.function.clone(),
        line: (frame.line > 0).then_some(frame.line),
        role: frame.role,
        reports: reports(&frame.function),
        symbol: is_managed.then(|| packages(&frame.module).join(".")),
        parts,
    })
}

/// Verbs of functions that only say what others did wrong.
const REPORTING: [&str; 18] = [
    "check",
    "requir",
    "ensur",
    "verify",
    "assert",
    "validat",
    "throw",
    "rais",
    "report",
    "fail",
    "error",
    "expect",
    "reject",
    "abort",
    "panic",
    "die",
    "violation",
    "precondition",
];

/// What functions make that is thrown by whoever called them.
const THROWN: [&str; 4] = ["exception", "error", "failur", "violation"];

/// Whether a function's name says that it checks for others, or makes what is thrown.
pub(crate) fn reports(function: &str) -> bool {
    let name = function.rsplit(['.', ':']).next().unwrap_or(function);
    let words = words(name);
    let first = words.first().map_or("", String::as_str);
    let last = words.last().map_or("", String::as_str);
    REPORTING.contains(&first) || (words.len() > 1 && THROWN.contains(&last))
}

/// What the tests of a stack are about, by their names: `Cart` of `CartTest`.
pub(crate) fn subjects(calls: &[Call]) -> Vec<&str> {
    let mut subjects: Vec<&str> =
        calls.iter().filter(|call| call.is_test).filter_map(|call| subject(call.name())).collect();
    subjects.dedup();
    subjects.retain(|subject| subject.len() > 1);
    subjects
}

/// How much of a name its test's subject says: 1 for the very name, less for a part of it, 0 for another one.
pub(crate) fn likeness(name: &str, subjects: &[&str]) -> f64 {
    let of = words(name);
    subjects.iter().map(|subject| overlap(&of, &words(subject))).fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "a name has few words")]
fn overlap(one: &[String], other: &[String]) -> f64 {
    let shared = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let longest = one.len().max(other.len());
    if longest == 0 { 0.0 } else { shared as f64 / longest as f64 }
}

//! Stack traces from anything: text or structured frames in, one `ParsedTrace` out.
//!
//! Flow: text → bounded lines → the family whose lines they are → frames, most relevant first → roles given,
//! recursion folded. Never does IO and never takes more time than linear in its (bounded) input.
//! Called by fingerprints, features and the lab.

mod bounds;
mod chance;
mod dotnet;
mod family;
mod go;
mod gutter;
mod java;
mod javascript;
pub(crate) mod native;
mod php;
mod python;
mod ruby;
mod rust;
mod state;
mod structured;
mod swift;
#[cfg(test)]
mod tests;

pub(crate) use bounds::cut;
pub use bounds::{MAX_FRAMES, MAX_LINE_BYTES, MAX_TEXT_BYTES};
pub(crate) use chance::is_overflow;
pub use structured::{
    FrameOrder, StructuredFrame, exceptions_from_json, frames_from_json, trace_from_structured,
};

use crate::normalize::{self, InAppRules};
use serde::{Deserialize, Serialize};

/// The family of runtimes a trace comes from: decides how names are normalised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Python,
    JavaScript,
    Java,
    Go,
    Rust,
    Ruby,
    Php,
    DotNet,
    Swift,
    Native,
    Kernel,
    #[default]
    Unknown,
}

/// Whose code a frame is: the answer to "could the team fix it here?".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The product's own code.
    #[default]
    App,
    /// A dependency: evidence, but rarely the place of the fix.
    Library,
    /// The runtime, the allocator, the crash reporter or the test harness: says nothing about the cause.
    Runtime,
}

/// One call, cleaned of arguments; still in the spelling of its tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The function without arguments; empty when the tool could not name it.
    pub function: String,
    /// Class, package or shared object.
    pub module: String,
    pub file: String,
    /// 0 when unknown. Never part of a fingerprint.
    pub line: u32,
    /// The instruction's address, where the tool printed one.
    pub address: Option<u64>,
    pub role: Role,
}

/// One exception further out in a chain: what wrapped the root cause.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapper {
    pub kind: String,
    pub message: String,
}

/// A trace in one shape, whatever tool printed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedTrace {
    pub language: Language,
    /// Exception type of the root cause, or the crash type ("Heap-buffer-overflow\nREAD 8").
    pub kind: Option<String>,
    /// The message beside the type.
    pub message: Option<String>,
    /// What a failed check said: stands in the crash state before the frames.
    pub headline: Option<String>,
    /// What people read first: what the check said and the telling frames, at most three lines, unfolded.
    pub state: Vec<String>,
    /// Innermost (crashing) frame first.
    pub frames: Vec<Frame>,
    /// What wrapped the root cause, nearest first.
    pub wrappers: Vec<Wrapper>,
    /// Frames dropped because they repeated the ones before them.
    pub folded: usize,
    /// The input was longer than the bounds.
    pub truncated: bool,
    /// How far the frames can be trusted to name the cause.
    pub stack: StackMeaning,
}

/// Whether the stack says where the fault is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StackMeaning {
    /// The usual case: the top frames are the place of the fault.
    #[default]
    PlaceOfFault,
    /// Memory ran out: the stack is whoever asked next.
    Bystander,
    /// Frames stand in the text without any word of a failure.
    NoFailure,
}

/// The exception type, message and frames that a family's parser found, before roles and folding.
#[derive(Debug, Default)]
pub(crate) struct RawTrace {
    pub(crate) language: Language,
    pub(crate) kind: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) headline: Option<String>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) wrappers: Vec<Wrapper>,
    pub(crate) stack: StackMeaning,
}

/// Finds the trace in a text; `None` when nothing in it is one.
#[must_use]
pub fn parse(text: &str) -> Option<ParsedTrace> {
    parse_with(text, &InAppRules::default())
}

/// The same with a team's own patterns for what is its code.
#[must_use]
pub fn parse_with(text: &str, rules: &InAppRules) -> Option<ParsedTrace> {
    let whole = gutter::unescaped(cut(text, MAX_TEXT_BYTES));
    let mut bounded = bounds::lines(&whole);
    bounded.truncated |= text.len() > MAX_TEXT_BYTES;
    gutter::strip(&mut bounded.lines);
    let raw = family::parse(&bounded.lines)?;
    Some(finish(raw, rules, bounded.truncated))
}

/// Roles, recursion and bounds: the same for every family and for structured frames.
pub(crate) fn finish(raw: RawTrace, rules: &InAppRules, truncated: bool) -> ParsedTrace {
    let RawTrace { language, kind, message, headline, mut frames, wrappers, stack } = raw;
    for frame in &mut frames {
        let role = normalize::role(language, frame, rules);
        // A sender who says "not ours" knows better than a rule that knows nothing.
        frame.role = if role == Role::App && frame.role == Role::Library { Role::Library } else { role };
    }
    chance::mark_above_panic(language, &mut frames);
    if headline.is_some() {
        chance::mark_accessors(language, &mut frames);
    }
    let before = frames.len();
    let type_name = kind.as_deref().unwrap_or("");
    let mut state = if is_overflow(kind.as_deref(), message.as_deref()) {
        let turn = chance::fold_overflow(language, &mut frames);
        let state = state::lines(language, type_name, headline.as_deref(), &frames);
        normalize::rotate_turn(language, &mut frames[turn]);
        state
    } else {
        let state = state::lines(language, type_name, headline.as_deref(), &frames);
        normalize::fold_recursion(language, &mut frames);
        state
    };
    let folded = before - frames.len();
    if stack == StackMeaning::Bystander {
        state.clear();
    }
    let cut = frames.len() > MAX_FRAMES;
    frames.truncate(MAX_FRAMES);
    ParsedTrace {
        language,
        kind: kind.filter(|k| !k.is_empty()),
        message: message.filter(|m| !m.is_empty()),
        headline,
        state,
        frames,
        wrappers,
        folded,
        truncated: truncated || cut,
        stack,
    }
}

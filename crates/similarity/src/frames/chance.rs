//! Frames at the top of a stack that are there by chance or by convention, and so say nothing about the cause: where an
//! endless recursion happened to end, what a panic ran, and the accessor of a container whose check failed.
//!
//! Such frames are kept; their role is the runtime's. Called once a trace, after roles are given.

use super::{Frame, Language, Role};
use crate::normalize::{self, is_named};
use std::ops::Range;

/// How runtimes name the end of the stack, in the type or, where the type is a general one, in the message.
const OVERFLOWS: [&str; 9] = [
    "StackOverflow",
    "Stack-overflow",
    "Stack overflow",
    "stack overflow",
    "RecursionError",
    "SystemStackError",
    "Maximum call stack size exceeded",
    "too much recursion",
    "maximum recursion depth exceeded",
];

/// Accessors of containers by what libraries call them.
const ACCESSORS: [&str; 10] = ["at", "At", "back", "first", "front", "get", "Get", "last", "top", "value"];

/// Whether a program ended because its stack did.
pub(crate) fn is_overflow(kind: Option<&str>, message: Option<&str>) -> bool {
    let says = |text: Option<&str>| text.is_some_and(|t| OVERFLOWS.iter().any(|words| t.contains(words)));
    says(kind.and_then(|k| k.lines().next())) || says(message.and_then(|m| m.lines().next()))
}

/// Folds an endless recursion and gives where the one turn that is left of it stands. What stands above it is whatever
/// ran when the stack ended: the role of those frames becomes the runtime's.
pub(super) fn fold_overflow(language: Language, frames: &mut Vec<Frame>) -> Range<usize> {
    let Some(turn) = normalize::first_turn(language, frames) else {
        normalize::fold_recursion(language, frames);
        return 0..0;
    };
    let mut once = frames[turn.clone()].to_vec();
    let mut below = frames.split_off(turn.start);
    for part in [&mut once, &mut below, &mut *frames] {
        normalize::fold_recursion(language, part);
    }
    frames.iter_mut().for_each(|frame| frame.role = Role::Runtime);
    let (start, length) = (frames.len(), once.len().min(below.len()));
    frames.append(&mut below);
    start..start + length
}

/// Above Go's `panic` stand the deferred calls that ran because of it.
pub(super) fn mark_above_panic(language: Language, frames: &mut [Frame]) {
    if language != Language::Go {
        return;
    }
    if let Some(panic) = frames.iter().rposition(|f| f.function == "panic" && f.module.is_empty())
        && frames[panic..].iter().any(|f| f.role != Role::Runtime)
    {
        frames[..panic].iter_mut().for_each(|frame| frame.role = Role::Runtime);
    }
}

/// A check within a container's accessor guards whoever asked: `Shelf<T>::at` is where it failed, not why.
pub(super) fn mark_accessors(language: Language, frames: &mut [Frame]) {
    if language != Language::Native {
        return;
    }
    let telling = |f: &Frame| f.role != Role::Runtime && is_named(f);
    while let Some(first) = frames.iter().position(telling)
        && is_accessor(&frames[first].function)
        && frames[first + 1..].iter().any(telling)
    {
        frames[first].role = Role::Runtime;
    }
}

/// A method of a class template.
fn is_accessor(function: &str) -> bool {
    function.rsplit_once(">::").is_some_and(|(_, method)| ACCESSORS.contains(&method))
}

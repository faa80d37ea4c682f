//! Recursion folded: the same calls again say nothing new, and their depth differs from crash to crash.
//! Time is linear in the frames for each period tried. Called once a trace.

use super::is_named;
use crate::frames::{Frame, Language};
use crate::hash;
use std::ops::Range;

/// Longest cycle of mutual recursion that is recognised.
const MAX_PERIOD: usize = 10;
/// Fewer turns are a coincidence, not what a stack ran over by.
const MIN_TURNS: usize = 3;
/// Stands for a frame without a name: such frames never repeat each other.
const UNNAMED: u64 = 0;

/// The first turn of the cycle that fills most of a stack.
pub(crate) fn first_turn(language: Language, frames: &[Frame]) -> Option<Range<usize>> {
    let names: Vec<u64> = frames.iter().map(|f| identity(language, f)).collect();
    let mut widest = 0;
    let mut turn = None;
    for period in 1..=MAX_PERIOD.min(names.len()) {
        let mut equal = 0;
        for at in period..names.len() {
            equal = if names[at] == names[at - period] && names[at] != UNNAMED { equal + 1 } else { 0 };
            let covered = equal + period;
            if covered >= MIN_TURNS * period && covered > widest {
                widest = covered;
                turn = Some(at + 1 - covered..at + 1 - equal);
            }
        }
    }
    turn
}

/// The frames of a turn begin with the same call wherever in the turn the stack happened to end.
pub(crate) fn rotate_turn(language: Language, turn: &mut [Frame]) {
    let first = (0..turn.len()).min_by_key(|at| identity(language, &turn[*at]));
    turn.rotate_left(first.unwrap_or(0));
}

/// Keeps the first turn of every cycle of up to ten frames.
pub(crate) fn fold_recursion(language: Language, frames: &mut Vec<Frame>) {
    let mut names: Vec<u64> = frames.iter().map(|f| identity(language, f)).collect();
    for period in 1..=MAX_PERIOD {
        if names.len() < 2 * period {
            return;
        }
        let repeated = repeated_turns(&names, period);
        if repeated.is_empty() {
            continue;
        }
        drop_marked(&mut names, &repeated);
        drop_marked(frames, &repeated);
    }
}

/// The spelling is enough to see a function call itself.
fn identity(language: Language, frame: &Frame) -> u64 {
    if !is_named(frame) {
        return UNNAMED;
    }
    match language {
        Language::Native | Language::Kernel => hash::of_text(&frame.function),
        _ => hash::of_parts(&[&frame.module, &frame.function, &frame.file]),
    }
}

/// Which positions only repeat the turn before them; empty when none does.
fn repeated_turns(names: &[u64], period: usize) -> Vec<bool> {
    let mut marked = Vec::new();
    let mut equal = 0;
    for at in period..names.len() {
        equal = if names[at] == names[at - period] && names[at] != UNNAMED { equal + 1 } else { 0 };
        if equal == period {
            marked.resize(names.len(), false);
            marked[at + 1 - period..=at].fill(true);
            equal = 0;
        }
    }
    marked
}

fn drop_marked<T>(items: &mut Vec<T>, marked: &[bool]) {
    let mut at = 0;
    items.retain(|_| {
        at += 1;
        !marked[at - 1]
    });
}

//! Recursion folded: the same calls again say nothing new, and their depth differs from crash to crash.
//! Time is linear in the frames for each period tried. Called once a trace.

use super::is_named;
use crate::frames::{Frame, Language};
use crate::hash;

/// Longest cycle of mutual recursion that is recognised.
const MAX_PERIOD: usize = 10;
/// Stands for a frame without a name: such frames never repeat each other.
const UNNAMED: u64 = 0;

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

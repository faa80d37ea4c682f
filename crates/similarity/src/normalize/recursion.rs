//! Recursion folded: the same calls again say nothing new, and their depth differs from crash to crash.
//! Time is linear in the frames for each period tried. Called once a trace.

use super::symbol;
use crate::frames::{Frame, Language};
use crate::hash;

/// Longest cycle of mutual recursion that is recognised.
const MAX_PERIOD: usize = 10;

/// Keeps the first turn of every cycle of up to ten frames.
pub(crate) fn fold_recursion(language: Language, frames: &mut Vec<Frame>) {
    let mut names: Vec<u64> = frames.iter().map(|f| hash::of_text(&symbol(language, f))).collect();
    let unnamed = hash::of_text("");
    for period in 1..=MAX_PERIOD {
        if frames.len() < 2 * period {
            return;
        }
        let mut keep = vec![true; names.len()];
        let mut equal = 0;
        for at in period..names.len() {
            equal = if names[at] == names[at - period] && names[at] != unnamed { equal + 1 } else { 0 };
            if equal == period {
                keep[at + 1 - period..=at].fill(false);
                equal = 0;
            }
        }
        if keep.iter().all(|k| *k) {
            continue;
        }
        let mut at = 0;
        names.retain(|_| {
            at += 1;
            keep[at - 1]
        });
        let mut at = 0;
        frames.retain(|_| {
            at += 1;
            keep[at - 1]
        });
    }
}

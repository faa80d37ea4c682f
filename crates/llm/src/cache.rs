//! Answers that were given before, by what was asked: bounded, the oldest goes first. Failures are never kept.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A hash of everything that the answer depends on.
pub(crate) type Question = [u8; 32];

#[derive(Debug)]
pub(crate) struct Cache {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    answers: HashMap<Question, f32>,
    order: VecDeque<Question>,
}

impl Cache {
    pub(crate) fn new(most: NonZeroUsize) -> Self {
        Self { most: most.get(), kept: Mutex::default() }
    }

    pub(crate) fn get(&self, question: &Question) -> Option<f32> {
        self.kept().answers.get(question).copied()
    }

    pub(crate) fn put(&self, question: Question, answer: f32) {
        let mut kept = self.kept();
        if kept.answers.insert(question, answer).is_some() {
            return;
        }
        kept.order.push_back(question);
        if kept.order.len() > self.most
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.answers.remove(&oldest);
        }
    }

    /// What a panic elsewhere left behind is still whole: each change is one call.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_answer_goes_first() {
        let cache = Cache::new(NonZeroUsize::new(2).unwrap());
        for (question, answer) in [(1, 0.1), (2, 0.2), (1, 0.9), (3, 0.3)] {
            cache.put([question; 32], answer);
        }
        assert_eq!([1, 2, 3].map(|question| cache.get(&[question; 32])), [None, Some(0.2), Some(0.3)]);
        assert_eq!(cache.kept().order.len(), 2);
    }
}

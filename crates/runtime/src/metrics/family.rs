//! A family of metrics that takes only so many label sets.
//!
//! Label values come from outside more often than one thinks; each new set costs memory here and in every system that
//! collects. Beyond the limit a set gets a metric that nobody sees, and the refusal is counted.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::metrics::family::Family;

use super::{Counter, LabelSet};

/// At most `limit` metrics, one for each label set. Clones are the same.
#[derive(Debug, Clone)]
pub struct BoundedFamily<L, M> {
    family: Family<L, M, fn() -> M>,
    known: Arc<Mutex<HashSet<L>>>,
    limit: usize,
    make: fn() -> M,
    refused: Counter,
}

impl<L: LabelSet, M: Clone> BoundedFamily<L, M> {
    pub(super) fn new(limit: usize, make: fn() -> M, refused: Counter) -> Self {
        Self { family: Family::new_with_constructor(make), known: Arc::default(), limit, make, refused }
    }

    /// The metric of `labels`; one that is shown nowhere when the family is full.
    pub fn with(&self, labels: &L) -> M {
        // The set is changed by single insertions, so a panic elsewhere leaves a valid one.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(labels) {
            return self.family.get_or_create_owned(labels);
        }
        if known.len() >= self.limit {
            self.refused.inc();
            return (self.make)();
        }
        known.insert(labels.clone());
        self.family.get_or_create_owned(labels)
    }

    pub(super) fn family(&self) -> Family<L, M, fn() -> M> {
        self.family.clone()
    }
}

//! What must go goes, and what must stay stays.

mod bounds;
mod house;
mod rows;
mod signals;
mod work;

use std::collections::BTreeSet;

use signalbox_store::retention::{Prunable, RetentionConfig};
use uuid::Uuid;

use super::on_both;
use crate::fixture::{Fixture, NOON};

const MANY: u32 = 1_000;

/// Which of a test's rows the rule took, by the names that the test gave them.
struct Verdicts {
    expected_to_stay: BTreeSet<(String, Uuid)>,
    all: BTreeSet<(String, Uuid)>,
}

impl Verdicts {
    fn new() -> Self {
        Self { expected_to_stay: BTreeSet::new(), all: BTreeSet::new() }
    }

    fn goes(&mut self, name: &str, id: Uuid) {
        self.all.insert((name.to_owned(), id));
    }

    fn stays(&mut self, name: &str, id: Uuid) {
        self.goes(name, id);
        self.expected_to_stay.insert((name.to_owned(), id));
    }

    fn check(&self, left: &[Uuid]) {
        let left: BTreeSet<(String, Uuid)> =
            self.all.iter().filter(|(_, id)| left.contains(id)).cloned().collect();
        let kept: Vec<&str> =
            left.difference(&self.expected_to_stay).map(|(name, _)| name.as_str()).collect();
        let lost: Vec<&str> =
            self.expected_to_stay.difference(&left).map(|(name, _)| name.as_str()).collect();
        assert!(kept.is_empty() && lost.is_empty(), "kept though it should go: {kept:?}; lost: {lost:?}");
    }
}

pub(super) async fn prune(fixture: &Fixture, table: Prunable) -> u64 {
    fixture.store.prune(&RetentionConfig::default(), table, NOON, MANY).await.unwrap()
}

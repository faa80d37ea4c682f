//! From a feature to the cases that have it: bounded lists and counts. A feature that many cases have finds nothing
//! any more; its count still says that it is common. Never grows with signals, only with distinct features.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Cases kept of one feature: the newest. What more cases share does not tell them apart.
pub(crate) const MAX_CASES_OF_FEATURE: usize = 96;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Posting {
    /// Cases that ever had the feature.
    pub(crate) count: u32,
    cases: Vec<u32>,
    oldest: usize,
}

impl Posting {
    pub(crate) fn cases(&self) -> &[u32] {
        &self.cases
    }

    fn add(&mut self, case: u32) {
        if self.cases.contains(&case) {
            return;
        }
        self.count = self.count.saturating_add(1);
        if self.cases.len() < MAX_CASES_OF_FEATURE {
            self.cases.push(case);
        } else {
            self.cases[self.oldest] = case;
            self.oldest = (self.oldest + 1) % MAX_CASES_OF_FEATURE;
        }
    }
}

/// Keys are good hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AlreadyHashed(u64);

impl std::hash::Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

pub(crate) type FeatureMap<V> =
    std::collections::HashMap<u64, V, std::hash::BuildHasherDefault<AlreadyHashed>>;

/// All postings of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Postings {
    map: FeatureMap<Posting>,
}

impl Postings {
    pub(crate) fn add(&mut self, feature: u64, case: u32) {
        self.map.entry(feature).or_default().add(case);
    }

    /// How many cases have a feature.
    pub(crate) fn count(&self, feature: u64) -> u32 {
        self.map.get(&feature).map_or(0, |p| p.count)
    }

    /// The newest cases that have it.
    pub(crate) fn cases(&self, feature: u64) -> &[u32] {
        self.map.get(&feature).map_or(&[], |p| p.cases.as_slice())
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// In the order of the keys: what is written down must not depend on a map's order.
    pub(crate) fn sorted(&self) -> BTreeMap<u64, Posting> {
        self.map.iter().map(|(k, v)| (*k, v.clone())).collect()
    }

    pub(crate) fn from_sorted(sorted: BTreeMap<u64, Posting>) -> Self {
        Self { map: sorted.into_iter().collect() }
    }
}

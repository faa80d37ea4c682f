//! From a feature to the cases that have it. A feature that many cases have finds only the newest of them; its count
//! still says that it is common. Depends on which case has which feature alone, never on the order in which it was told.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Cases that a feature finds: the newest. What more cases share does not tell them apart.
pub(crate) const MAX_CASES_OF_FEATURE: usize = 96;

/// The cases that have a feature, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Posting {
    cases: Vec<u32>,
}

impl Posting {
    pub(crate) fn cases(&self) -> &[u32] {
        &self.cases
    }

    fn newest(&self) -> &[u32] {
        &self.cases[self.cases.len().saturating_sub(MAX_CASES_OF_FEATURE)..]
    }

    /// New cases come last, so that the search is rare.
    fn add(&mut self, case: u32) {
        if self.cases.last().is_none_or(|last| *last < case) {
            self.cases.push(case);
        } else if let Err(at) = self.cases.binary_search(&case) {
            self.cases.insert(at, case);
        }
    }

    fn remove(&mut self, case: u32) {
        if let Ok(at) = self.cases.binary_search(&case) {
            self.cases.remove(at);
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

    /// A feature that no case has is forgotten.
    pub(crate) fn remove(&mut self, feature: u64, case: u32) {
        let Some(posting) = self.map.get_mut(&feature) else { return };
        posting.remove(case);
        if posting.cases.is_empty() {
            self.map.remove(&feature);
        }
    }

    /// How many cases have a feature.
    pub(crate) fn count(&self, feature: u64) -> u32 {
        self.map.get(&feature).map_or(0, |p| u32::try_from(p.cases.len()).unwrap_or(u32::MAX))
    }

    /// The newest cases that have it.
    pub(crate) fn cases(&self, feature: u64) -> &[u32] {
        self.map.get(&feature).map_or(&[], Posting::newest)
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

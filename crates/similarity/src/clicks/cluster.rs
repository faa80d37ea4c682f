//! Gathers clicks by route and element. Rage and dead clicks on one element are one cluster with two counts.
//!
//! Distinct users are counted elsewhere (a sketch in the store) and handed in. Memory is bounded: the cluster that was
//! not touched for the longest time is dropped, and said. Called by the planner.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::click::{Click, ClickKind};
use super::selector::StableSelector;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClickKey {
    pub route: String,
    pub selector: StableSelector,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KindCount {
    pub clicks: u64,
    pub distinct_users: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickCluster {
    pub rage: KindCount,
    pub dead: KindCount,
    last_touch: u64,
}

impl ClickCluster {
    /// Users of the kind that hit more of them: the two may be the same people.
    #[must_use]
    pub fn distinct_users_at_least(&self) -> u64 {
        self.rage.distinct_users.max(self.dead.distinct_users)
    }
}

/// Clusters of one project.
#[derive(Debug, Clone)]
pub struct ClickClusters {
    max_clusters: usize,
    touches: u64,
    clusters: BTreeMap<ClickKey, ClickCluster>,
}

impl ClickClusters {
    #[must_use]
    pub fn new(max_clusters: usize) -> Self {
        Self { max_clusters: max_clusters.max(1), touches: 0, clusters: BTreeMap::new() }
    }

    /// Adds clicks. `distinct_users` is what is known of this kind at this place so far, not an increment.
    /// Answers the cluster that had to go.
    pub fn add(&mut self, click: &Click, clicks: u64, distinct_users: u64) -> Option<ClickKey> {
        self.touches += 1;
        let key = ClickKey { route: click.route.clone(), selector: click.selector.clone() };
        let is_new = !self.clusters.contains_key(&key);
        let dropped =
            if is_new && self.clusters.len() >= self.max_clusters { self.drop_oldest() } else { None };
        let fresh = ClickCluster { rage: KindCount::default(), dead: KindCount::default(), last_touch: 0 };
        let cluster = self.clusters.entry(key).or_insert(fresh);
        cluster.last_touch = self.touches;
        let count = match click.kind {
            ClickKind::Rage => &mut cluster.rage,
            ClickKind::Dead => &mut cluster.dead,
        };
        count.clicks = count.clicks.saturating_add(clicks);
        count.distinct_users = count.distinct_users.max(distinct_users);
        dropped
    }

    /// Clusters by users, then clicks, most first; equal ones by key.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&ClickKey, &ClickCluster)> {
        let mut all: Vec<_> = self.clusters.iter().collect();
        let clicks = |cluster: &ClickCluster| cluster.rage.clicks.saturating_add(cluster.dead.clicks);
        all.sort_by_key(|(_, cluster)| {
            (std::cmp::Reverse(cluster.distinct_users_at_least()), std::cmp::Reverse(clicks(cluster)))
        });
        all
    }

    fn drop_oldest(&mut self) -> Option<ClickKey> {
        let oldest = self.clusters.iter().min_by_key(|(_, cluster)| cluster.last_touch)?.0.clone();
        self.clusters.remove(&oldest);
        Some(oldest)
    }
}

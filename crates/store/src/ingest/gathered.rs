//! What is gathered of records that are no signals by themselves: sessions, points of metrics, uses of releases. Written with
//! the positions of what they were read from, before any signal: whoever judges takes its row before it makes a signal, so
//! nobody waits in a circle. Called by `fold` alone.

use signalbox_domain::ids::ProjectId;
use signalbox_domain::time::Timestamp;

use super::exposures::{self, Exposure};
use super::fold::new_marks_within;
use super::points::{self, MetricPoint};
use super::sessions::{self, ReplaySession};
use crate::error::StoreError;
use crate::step::Step;

/// Of one part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathered {
    pub sessions: Vec<ReplaySession>,
    pub points: Vec<MetricPoint>,
    pub exposures: Vec<Exposure>,
}

impl Gathered {
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.points.is_empty() && self.exposures.is_empty()
    }
}

pub(super) async fn gathered_within(
    step: &mut Step,
    parts: &[&Gathered],
    now: Timestamp,
) -> Result<(), StoreError> {
    sessions::add_within(step, parts.iter().flat_map(|part| &part.sessions), now).await?;
    points::count_within(step, parts.iter().flat_map(|part| &part.points)).await?;
    let mut marked: Vec<(ProjectId, [u8; 16], &Exposure)> = Vec::new();
    let mut fresh: Vec<&Exposure> = Vec::new();
    for exposure in parts.iter().flat_map(|part| &part.exposures) {
        match exposure.mark {
            Some(mark) => marked.push((exposure.key.project, mark, exposure)),
            None => fresh.push(exposure),
        }
    }
    marked.sort_by_key(|(project, mark, _)| (*project, *mark));
    marked.dedup_by_key(|(project, mark, _)| (*project, *mark));
    let keys: Vec<(ProjectId, [u8; 16])> =
        marked.iter().map(|(project, mark, _)| (*project, *mark)).collect();
    let new = new_marks_within(step, &keys, now).await?;
    fresh.extend(
        marked.into_iter().filter(|(project, mark, _)| new.contains(&(*project, *mark))).map(|one| one.2),
    );
    exposures::count_within(step, fresh.into_iter()).await
}

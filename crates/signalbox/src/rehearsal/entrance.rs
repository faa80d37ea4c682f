//! Records into signals, as ingest reads, redacts and folds them; sessions are gathered as replay rows come.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::time::Timestamp;
use signalbox_ingest::{
    FingerprintConfig, FoldContext, Folder, Format, Observation, Payload, ProjectHint, ReplayLimits,
    ReplayRow, Sessions, read,
};
use signalbox_redact::Redactor;
use signalbox_runtime::{IdSource, SealingKeys};
use signalbox_store::ingest::{FoldBatch, PartReport};
use signalbox_store::{Store, StoreError};

/// The format of replay rows, which are not signals one by one.
const REPLAY: &str = "posthog_replay";

/// What came of a record.
pub(super) enum Read {
    Observations(Vec<Observation>),
    NotASignal,
    Unreadable(String),
}

pub(super) struct Entrance {
    pub(super) store: Store,
    pub(super) ids: IdSource,
    pub(super) redactor: Arc<Redactor>,
    pub(super) keys: Arc<SealingKeys>,
    pub(super) fingerprints: FingerprintConfig,
    /// Of records that name none.
    pub(super) project: ProjectName,
    pub(super) projects: BTreeMap<ProjectName, ProjectId>,
    pub(super) sessions: Sessions,
    rows: i64,
}

impl Entrance {
    pub(super) fn new(
        store: Store,
        ids: IdSource,
        (redactor, keys): (Arc<Redactor>, Arc<SealingKeys>),
        fingerprints: FingerprintConfig,
        project: ProjectName,
    ) -> Self {
        let sessions = Sessions::new(ReplayLimits::default());
        Self {
            store,
            ids,
            redactor,
            keys,
            fingerprints,
            project,
            projects: BTreeMap::new(),
            sessions,
            rows: 0,
        }
    }

    /// What a record says. `came` is when, where that is known.
    pub(super) fn read(&mut self, format: &str, payload: &RawValue, came: Option<Timestamp>) -> Read {
        if format == REPLAY {
            return self.replay(payload, came);
        }
        let Some(format) = Format::from_name(format) else {
            let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
            return Read::Unreadable(format!(
                "format: expected {}, {REPLAY}, got {format:?}",
                names.join(", ")
            ));
        };
        // Bodies that are no JSON stand in the row as texts.
        let body = match format {
            Format::PosthogSdk | Format::SentrySdk => serde_json::from_str::<String>(payload.get()).ok(),
            _ => None,
        };
        let bytes = body.as_deref().unwrap_or(payload.get()).as_bytes();
        let payload = Payload { received_at: came, ..Payload::new(bytes, Provenance::Stranger) };
        match read(format, &payload) {
            Err(error) => Read::Unreadable(error.to_string()),
            Ok(reading) => match reading.refused.first() {
                Some(error) if reading.kept.is_empty() => Read::Unreadable(error.to_string()),
                _ if reading.kept.is_empty() => Read::NotASignal,
                _ => Read::Observations(reading.kept),
            },
        }
    }

    fn replay(&mut self, payload: &RawValue, came: Option<Timestamp>) -> Read {
        let row = match ReplayRow::read(payload.get().as_bytes()) {
            Ok(row) => row,
            Err(error) => return Read::Unreadable(error.to_string()),
        };
        self.rows += 1;
        let newest = came.unwrap_or(Timestamp::from_micros(i64::MAX));
        match self.sessions.add(row, self.rows, newest) {
            over if over.is_empty() => Read::NotASignal,
            over => Read::Observations(over),
        }
    }

    /// Folds what came in one transaction; how many were counted before.
    pub(super) async fn fold(&mut self, came: &[Observation], now: Timestamp) -> Result<u64, StoreError> {
        let mut folder = Folder::default();
        for observation in came {
            let name = match &observation.project {
                ProjectHint::Name(name) => name.parse().unwrap_or_else(|_| self.project.clone()),
                ProjectHint::Team(_) | ProjectHint::Silent => self.project.clone(),
            };
            let project = self.project_of(&name, now).await?;
            let context =
                FoldContext { redactor: &self.redactor, ids: &self.ids, keys: &self.keys, received_at: now };
            folder.add(project, observation, &self.fingerprints, &context);
        }
        let batch = FoldBatch { parts: vec![folder.finish()] };
        let reports = self.store.signals_fold(&batch, now).await?;
        let duplicates = |report: &PartReport| match report {
            PartReport::Folded { duplicates, .. } => *duplicates,
            PartReport::LostRace => 0,
        };
        Ok(reports.iter().map(duplicates).sum())
    }

    pub(super) async fn project_of(
        &mut self,
        name: &ProjectName,
        now: Timestamp,
    ) -> Result<ProjectId, StoreError> {
        if let Some(known) = self.projects.get(name) {
            return Ok(*known);
        }
        let made = self.store.project_ensure(name, self.ids.next(), now).await?;
        self.projects.insert(name.clone(), made.id);
        Ok(made.id)
    }
}

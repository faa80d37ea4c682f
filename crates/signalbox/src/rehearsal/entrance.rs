//! Records into signals, as ingest reads, redacts and folds them; sessions are gathered as replay rows come.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::{NameError, ProjectName};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::time::Timestamp;
use signalbox_ingest::{
    FingerprintConfig, FoldContext, Folder, Format, HoldConfig, IngestConfig, Observation, Payload,
    PlayedSessions, ProjectHint, Reading, read,
};
use signalbox_redact::Redactor;
use signalbox_runtime::{IdSource, SealingKeys};
use signalbox_store::ingest::{FoldBatch, PartReport};
use signalbox_store::{Store, StoreError};

/// The name of what is played, where a source is meant.
const SOURCE: &str = "rehearsal";

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
    holds: HoldConfig,
    /// Of records that name none.
    pub(super) project: ProjectName,
    pub(super) projects: BTreeMap<ProjectName, ProjectId>,
    pub(super) sessions: PlayedSessions,
}

impl Entrance {
    pub(super) fn new(
        store: Store,
        ids: IdSource,
        (redactor, keys): (Arc<Redactor>, Arc<SealingKeys>),
        config: &IngestConfig,
        project: ProjectName,
    ) -> Result<Self, NameError> {
        let sessions = PlayedSessions::new(config.replay.clone(), ids.next(), SOURCE.parse()?);
        Ok(Self {
            store,
            ids,
            redactor,
            keys,
            fingerprints: config.fingerprints.clone(),
            holds: config.holds.clone(),
            project,
            projects: BTreeMap::new(),
            sessions,
        })
    }

    /// What a record says. `came` is when, where that is known.
    pub(super) fn read(
        &mut self,
        format: &str,
        payload: &RawValue,
        came: Option<Timestamp>,
        now: Timestamp,
    ) -> Read {
        let Some(format) = Format::from_name(format) else {
            let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
            return Read::Unreadable(format!("format: expected {}, got {format:?}", names.join(", ")));
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
            Ok(Reading { kept, noted, refused, .. }) => {
                let mut said = kept;
                if !noted.is_empty() {
                    let at = came.unwrap_or(now);
                    let context = FoldContext::new(&self.redactor, &self.ids, &self.keys, &self.holds, at);
                    self.sessions.note(&noted, at, &context);
                    said.extend(self.sessions.over());
                }
                match refused.first() {
                    Some(error) if said.is_empty() => Read::Unreadable(error.to_string()),
                    _ if said.is_empty() => Read::NotASignal,
                    _ => Read::Observations(said),
                }
            }
        }
    }

    /// Folds what came in one transaction; how many were counted before.
    pub(super) async fn fold(&mut self, came: Vec<Observation>, now: Timestamp) -> Result<u64, StoreError> {
        let mut folder = Folder::default();
        for observation in came {
            let name = match &observation.project {
                ProjectHint::Name(name) => name.parse().unwrap_or_else(|_| self.project.clone()),
                ProjectHint::Team(_) | ProjectHint::Silent => self.project.clone(),
            };
            let project = self.project_of(&name, now).await?;
            let context = FoldContext::new(&self.redactor, &self.ids, &self.keys, &self.holds, now);
            folder.add(project, observation, &self.fingerprints, &context);
        }
        let batch = FoldBatch { parts: vec![folder.finish(&self.redactor)] };
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

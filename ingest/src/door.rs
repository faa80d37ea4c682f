//! The door for native signals that are sent over the API: read, redacted and folded in one transaction. The sender's
//! ids make a repeated request harmless. Called by the binary on behalf of the server; it knows no HTTP.

use serde::Serialize;
use serde_json::Value;
use signalbox_domain::ids::{ProjectId, SignalId};
use signalbox_domain::names::ProjectName;
use signalbox_domain::provenance::Provenance;
use signalbox_store::StoreError;
use signalbox_store::ingest::{FoldBatch, FoldPart, PartReport};

use crate::fold::Folder;
use crate::formats::{read_item, read_signal};
use crate::keys::FingerprintConfig;
use crate::observation::{Observation, ProjectHint, Unreadable};
use crate::pass::{IngestSetup, SIGNALS};

/// What becomes of a signal whose project is not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectCreation {
    /// It is made at its first mention.
    AtFirstMention,
    /// The signal is refused.
    Never,
}

/// Takes native signals.
#[derive(Clone)]
pub struct Door {
    setup: IngestSetup,
    creation: ProjectCreation,
    fingerprints: FingerprintConfig,
}

/// What became of one item, in the order sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemResult {
    Accepted(Accepted),
    /// What stood where something else was expected; the value is not repeated.
    Refused {
        at: String,
        expected: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Accepted {
    New {
        signal: SignalId,
    },
    /// Counted in a signal that was there.
    Folded,
    /// Its id was counted before; nothing changed.
    Duplicate,
}

impl Door {
    pub fn new(setup: IngestSetup, creation: ProjectCreation) -> Self {
        Self { setup, creation, fingerprints: FingerprintConfig::default() }
    }

    /// Makes keys as the settings say.
    #[must_use]
    pub fn with_fingerprints(self, fingerprints: FingerprintConfig) -> Self {
        Self { fingerprints, ..self }
    }

    /// One item of a request's body, for [`Door::accept`].
    pub fn read_item(bytes: &[u8]) -> Result<Value, Unreadable> {
        read_item(bytes)
    }

    /// Folds what can be read; after an answer without an error it is kept for good.
    pub async fn accept(
        &self,
        values: Vec<Result<Value, Unreadable>>,
        from: Provenance,
    ) -> Result<Vec<ItemResult>, StoreError> {
        let mut results: Vec<Option<ItemResult>> = Vec::with_capacity(values.len());
        let mut parts = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            results.push(match self.part(value, from).await? {
                Ok(part) => {
                    parts.push((index, part));
                    None
                }
                Err(refused) => Some(refused),
            });
        }
        // Two requests at once lock the same rows in the same order.
        parts.sort_by(|(_, one), (_, other)| first_key(one).cmp(&first_key(other)));
        for (index, accepted) in self.commit(parts).await? {
            if let Some(result) = results.get_mut(index) {
                *result = Some(ItemResult::Accepted(accepted));
            }
        }
        Ok(results.into_iter().flatten().collect())
    }

    async fn part(
        &self,
        value: Result<Value, Unreadable>,
        from: Provenance,
    ) -> Result<Result<FoldPart, ItemResult>, StoreError> {
        let observation = match value.and_then(|value| read_signal(&value, from)) {
            Ok(observation) => observation,
            Err(error) => return Ok(Err(refusal(error))),
        };
        match self.project(&observation).await? {
            Err(refused) => Ok(Err(refused)),
            Ok(project) => {
                let mut folder = Folder::default();
                folder.add(project, observation, &self.fingerprints, &self.setup.fold_context());
                Ok(Ok(self.setup.limited(folder.finish(&self.setup.redactor))))
            }
        }
    }

    async fn project(&self, observation: &Observation) -> Result<Result<ProjectId, ItemResult>, StoreError> {
        let ProjectHint::Name(name) = &observation.project else {
            return Ok(Err(refused("project", "the name of a project")));
        };
        let Ok(name) = name.parse::<ProjectName>() else {
            return Ok(Err(refused(
                "project",
                "1 to 64 letters, digits and -_. that begin with a letter or digit",
            )));
        };
        if let Some(project) = self.setup.store.project_find(&name).await? {
            return Ok(Ok(project.id));
        }
        match self.creation {
            ProjectCreation::Never => Ok(Err(refused("project", "a project that is there already"))),
            ProjectCreation::AtFirstMention => {
                let (id, now) = (self.setup.ids.next(), self.setup.clock.now());
                Ok(Ok(self.setup.store.project_ensure(&name, id, now).await?.id))
            }
        }
    }

    async fn commit(&self, parts: Vec<(usize, FoldPart)>) -> Result<Vec<(usize, Accepted)>, StoreError> {
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let (indexes, parts): (Vec<usize>, Vec<FoldPart>) = parts.into_iter().unzip();
        let batch = FoldBatch { parts };
        let reports = self.setup.store.signals_fold(&batch, self.setup.clock.now()).await?;
        self.setup.wakeups.wake(SIGNALS);
        let outcomes = batch.parts.iter().zip(reports).map(|(part, report)| accepted(part, report));
        Ok(indexes.into_iter().zip(outcomes).collect())
    }
}

fn first_key(part: &FoldPart) -> Option<&signalbox_domain::signal::SignalKey> {
    part.folds.first().map(|fold| &fold.key)
}

/// A part of one item has one fold of one record.
fn accepted(part: &FoldPart, report: PartReport) -> Accepted {
    match (report, part.folds.first()) {
        (PartReport::Folded { new_signals: 1.., .. }, Some(fold)) => Accepted::New { signal: fold.id },
        (PartReport::Folded { records: 1.., .. }, _) => Accepted::Folded,
        _ => Accepted::Duplicate,
    }
}

fn refusal(error: Unreadable) -> ItemResult {
    match error {
        Unreadable::Field { at, expected } => refused(&at, expected),
        other => refused("$", &other.to_string()),
    }
}

fn refused(at: &str, expected: &str) -> ItemResult {
    ItemResult::Refused { at: at.to_owned(), expected: expected.to_owned() }
}

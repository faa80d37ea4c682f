//! A row of `decisions` as its noun.

use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{CaseId, DecisionId, ProjectId, RunId, SignalId, TaskId};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::{DamageSource, StoreError};

pub(super) struct DecisionRow {
    pub(super) id: Uuid,
    pub(super) stage: String,
    pub(super) subject: String,
    pub(super) subject_id: Uuid,
    pub(super) code: String,
    pub(super) words: String,
    pub(super) first_at: i64,
    pub(super) last_at: i64,
    pub(super) count: i64,
}

/// The two columns that name a subject.
pub(super) fn subject_columns(subject: Subject) -> (&'static str, Uuid) {
    match subject {
        Subject::Signal(id) => ("signal", id.uuid()),
        Subject::Case(id) => ("case", id.uuid()),
        Subject::Task(id) => ("task", id.uuid()),
        Subject::Run(id) => ("run", id.uuid()),
        Subject::Project(id) => ("project", id.uuid()),
    }
}

fn subject(kind: &str, id: Uuid) -> Result<Subject, DamageSource> {
    match kind {
        "signal" => Ok(Subject::Signal(SignalId::from_uuid(id))),
        "case" => Ok(Subject::Case(CaseId::from_uuid(id))),
        "task" => Ok(Subject::Task(TaskId::from_uuid(id))),
        "run" => Ok(Subject::Run(RunId::from_uuid(id))),
        "project" => Ok(Subject::Project(ProjectId::from_uuid(id))),
        _ => Err(column::unknown(kind)),
    }
}

impl TryFrom<DecisionRow> for Decision {
    type Error = StoreError;

    fn try_from(row: DecisionRow) -> Result<Self, StoreError> {
        decision(row).map_err(|source| StoreError::damaged("decision", source))
    }
}

fn decision(row: DecisionRow) -> Result<Decision, DamageSource> {
    Ok(Decision {
        id: DecisionId::from_uuid(row.id),
        stage: Stage::from_name(&row.stage).ok_or_else(|| column::unknown(&row.stage))?,
        subject: subject(&row.subject, row.subject_id)?,
        reason: Reason { code: row.code.parse()?, words: row.words },
        first_at: Timestamp::from_micros(row.first_at),
        last_at: Timestamp::from_micros(row.last_at),
        count: column::count(row.count)?,
    })
}

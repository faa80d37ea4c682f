//! A row of `cases` as its noun.

use signalbox_domain::case::Case;
use signalbox_domain::form::from_form;
use signalbox_domain::ids::{CaseId, ProjectId, SignalId};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::ruling::Ruling;
use signalbox_domain::states::{CaseState, Machine};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::DamageSource;

pub(super) struct CaseRow {
    pub(super) id: Uuid,
    pub(super) project_id: Uuid,
    pub(super) title: String,
    pub(super) title_from: String,
    pub(super) state: String,
    pub(super) generation: i64,
    pub(super) score: String,
    pub(super) merged_into: Option<Uuid>,
    pub(super) opened_at: i64,
    pub(super) changed_at: i64,
    pub(super) ruling: Option<String>,
    pub(super) version: i64,
    pub(super) repository_id: Option<Uuid>,
}

impl CaseRow {
    /// What a person decided last.
    pub(super) fn ruling(&self) -> Result<Option<Ruling>, DamageSource> {
        Ok(self.ruling.as_deref().map(from_form).transpose()?)
    }
}

pub(super) fn case(row: CaseRow, signals: Vec<SignalId>) -> Result<Case, DamageSource> {
    Ok(Case {
        id: CaseId::from_uuid(row.id),
        project: ProjectId::from_uuid(row.project_id),
        title: Sourced::new(row.title, column::provenance(&row.title_from)?),
        state: CaseState::from_name(&row.state)?,
        generation: column::small(row.generation)?,
        score: from_form(&row.score)?,
        signals,
        opened_at: Timestamp::from_micros(row.opened_at),
        changed_at: Timestamp::from_micros(row.changed_at),
        merged_into: row.merged_into.map(CaseId::from_uuid),
    })
}

//! A row of `tasks` as its noun.

use signalbox_domain::form::from_form;
use signalbox_domain::ids::{CaseId, PersonId, ProjectId, RepositoryId, TaskId};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::states::{Machine, TaskState};
use signalbox_domain::task::{Lineage, Mode, Starter, Task, TaskCase};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::{DamageSource, StoreError};

pub(super) struct TaskRow {
    pub(super) id: Uuid,
    pub(super) project_id: Uuid,
    pub(super) repository_id: Option<Uuid>,
    pub(super) case_id: Option<Uuid>,
    pub(super) case_generation: Option<i64>,
    pub(super) title: String,
    pub(super) title_from: String,
    pub(super) brief: String,
    pub(super) brief_from: String,
    pub(super) intent: String,
    pub(super) mode: String,
    pub(super) priority: i64,
    pub(super) origin: String,
    pub(super) root_id: Uuid,
    pub(super) depth: i64,
    pub(super) state: String,
    pub(super) starter: String,
    pub(super) provenance: String,
    pub(super) assignee: Option<Uuid>,
    pub(super) opened_at: i64,
    pub(super) changed_at: i64,
}

impl TryFrom<TaskRow> for Task {
    type Error = StoreError;

    fn try_from(row: TaskRow) -> Result<Self, StoreError> {
        task(row).map_err(|source| StoreError::damaged("task", source))
    }
}

fn task(row: TaskRow) -> Result<Task, DamageSource> {
    Ok(Task {
        id: TaskId::from_uuid(row.id),
        project: ProjectId::from_uuid(row.project_id),
        repository: row.repository_id.map(RepositoryId::from_uuid),
        title: Sourced::new(row.title, column::provenance(&row.title_from)?),
        brief: Sourced::new(row.brief, column::provenance(&row.brief_from)?),
        intent: from_form(&row.intent)?,
        mode: Mode::from_name(&row.mode).ok_or_else(|| column::unknown(&row.mode))?,
        priority: column::priority(row.priority)?,
        origin: from_form(&row.origin)?,
        case: case(row.case_id, row.case_generation)?,
        lineage: Lineage { root: TaskId::from_uuid(row.root_id), depth: column::small(row.depth)? },
        state: TaskState::from_name(&row.state)?,
        starter: Starter::from_name(&row.starter).ok_or_else(|| column::unknown(&row.starter))?,
        provenance: column::provenance(&row.provenance)?,
        opened_at: Timestamp::from_micros(row.opened_at),
        changed_at: Timestamp::from_micros(row.changed_at),
        assignee: row.assignee.map(PersonId::from_uuid),
    })
}

fn case(case: Option<Uuid>, generation: Option<i64>) -> Result<Option<TaskCase>, DamageSource> {
    let (Some(case), Some(generation)) = (case, generation) else { return Ok(None) };
    Ok(Some(TaskCase { case: CaseId::from_uuid(case), generation: column::small(generation)? }))
}

//! What a plan reads: one snapshot of a project; and how people read cases.

use std::collections::BTreeSet;

use signalbox_domain::case::Case;
use signalbox_domain::ids::{CaseId, ProjectId, RepositoryId, SignalId, TaskId};
use signalbox_domain::project::Repository;
use signalbox_domain::ruling::Ruling;
use signalbox_domain::signal::{Sample, Signal};
use signalbox_domain::states::{CaseState, Machine, TaskState};
use signalbox_domain::suppression::Suppression;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::row::{self, CaseRow};
use super::suppressions;
use crate::column;
use crate::control;
use crate::error::StoreError;
use crate::ingest::{self, SignalRecord, SignalRow};
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{fetch_all, fetch_optional};
use crate::step::Step;

/// A changed signal with its samples and its case, if a plan gave it one.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanSignal {
    pub signal: Signal,
    pub samples: Vec<Sample>,
    pub case: Option<CaseId>,
}

/// A case and the tasks of its present generation.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRecord {
    pub case: Case,
    pub tasks: Vec<(TaskId, TaskState)>,
    /// When the last of them was moved.
    pub moved_at: Option<Timestamp>,
    /// Of the generations before it, the earlier first.
    pub earlier: Vec<EarlierTask>,
    /// What a person decided about it last.
    pub ruling: Option<Ruling>,
    /// One more at each decision of a person.
    pub version: i64,
    /// Where a person said that the cause is.
    pub picked: Option<RepositoryId>,
}

impl CaseRecord {
    /// A case that nothing has come of yet, and that nobody has decided about.
    pub fn new(case: Case) -> Self {
        Self {
            case,
            tasks: Vec::new(),
            moved_at: None,
            earlier: Vec::new(),
            ruling: None,
            version: 0,
            picked: None,
        }
    }
}

/// What an earlier recurrence of a case brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierTask {
    pub generation: u32,
    pub task: TaskId,
    pub state: TaskState,
}

/// One snapshot of what there is to plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanInput {
    pub project: ProjectId,
    /// What the plan's commit compares.
    pub revision: i64,
    pub signals: Vec<PlanSignal>,
    /// Cases to look at although no signal of theirs changed: their task ended, or their time has come.
    pub cases: BTreeSet<CaseId>,
    pub repositories: Vec<Repository>,
    /// People's rules that hold now.
    pub suppressions: Vec<Suppression>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct CaseFilter {
    pub project: Option<ProjectId>,
    pub state: Option<CaseState>,
}

struct IdRow {
    id: Uuid,
}

struct RevisionRow {
    revision: i64,
}

struct SignalIdRow {
    signal_id: Uuid,
}

struct TaskRow {
    id: Uuid,
    state: String,
    generation: i64,
    changed_at: i64,
}

/// Tasks of a case that are read, the newest.
const TASKS_READ: i64 = 50;

impl Store {
    /// Projects in which a plan would find something.
    pub async fn projects_to_plan(&self, now: Timestamp) -> Result<Vec<ProjectId>, StoreError> {
        let mut step = self.read(Method::ProjectsToPlan).await?;
        let rows = fetch_all!(
            step,
            IdRow,
            "queries/planner/projects_to_plan.sqlite.sql",
            "queries/planner/projects_to_plan.postgres.sql",
            now.micros()
        )?;
        Ok(rows.into_iter().map(|row| ProjectId::from_uuid(row.id)).collect())
    }

    /// At most `at_most` changed signals of a project, and as many cases to look at for each other reason.
    pub async fn plan_load(
        &self,
        project: ProjectId,
        at_most: u32,
        now: Timestamp,
    ) -> Result<PlanInput, StoreError> {
        let mut step = self.read(Method::PlanLoad).await?;
        let revision = revision_within(&mut step, project).await?;
        let signals = signals_within(&mut step, project, at_most).await?;
        let cases = cases_within(&mut step, project, at_most, now).await?;
        let repositories = control::repositories_within(&mut step, project).await?;
        let suppressions = suppressions::holding_within(&mut step, project, now).await?;
        Ok(PlanInput { project, revision, signals, cases, repositories, suppressions })
    }

    pub async fn case_show(&self, case: CaseId) -> Result<Option<CaseRecord>, StoreError> {
        let mut step = self.read(Method::CaseShow).await?;
        case_within(&mut step, case).await
    }

    /// A page of cases, the newest first.
    pub async fn cases_list(
        &self,
        filter: CaseFilter,
        page: Page<CaseId>,
    ) -> Result<Vec<CaseRecord>, StoreError> {
        let mut step = self.read(Method::CasesList).await?;
        let rows = fetch_all!(
            step,
            CaseRow,
            "queries/planner/cases_list.sqlite.sql",
            "queries/planner/cases_list.postgres.sql",
            filter.project.map(ProjectId::uuid),
            filter.state.map(Machine::name),
            page.before.map(CaseId::uuid),
            limit(page.size)
        )?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            records.push(record_within(&mut step, row).await?);
        }
        Ok(records)
    }
}

/// What the commit of a plan compares; none was made yet where there is no row.
pub(super) async fn revision_within(step: &mut Step, project: ProjectId) -> Result<i64, StoreError> {
    let head = fetch_optional!(
        step,
        RevisionRow,
        "queries/planner/head.sqlite.sql",
        "queries/planner/head.postgres.sql",
        project.uuid()
    )?;
    Ok(head.map_or(0, |head| head.revision))
}

async fn signals_within(
    step: &mut Step,
    project: ProjectId,
    at_most: u32,
) -> Result<Vec<PlanSignal>, StoreError> {
    let rows = fetch_all!(
        step,
        SignalRow,
        "queries/planner/signals_changed.sqlite.sql",
        "queries/planner/signals_changed.postgres.sql",
        project.uuid(),
        i64::from(at_most)
    )?;
    with_samples(step, rows).await
}

pub(super) async fn with_samples(
    step: &mut Step,
    rows: Vec<SignalRow>,
) -> Result<Vec<PlanSignal>, StoreError> {
    let mut signals = Vec::with_capacity(rows.len());
    for row in rows {
        let SignalRecord { signal, case } = row.try_into()?;
        let samples = ingest::samples_within(step, signal.id).await?;
        signals.push(PlanSignal { signal, samples, case });
    }
    Ok(signals)
}

async fn cases_within(
    step: &mut Step,
    project: ProjectId,
    at_most: u32,
    now: Timestamp,
) -> Result<BTreeSet<CaseId>, StoreError> {
    let ended = fetch_all!(
        step,
        CaseRow,
        "queries/planner/cases_without_task.sqlite.sql",
        "queries/planner/cases_without_task.postgres.sql",
        project.uuid(),
        i64::from(at_most)
    )?;
    let due = fetch_all!(
        step,
        IdRow,
        "queries/planner/cases_due.sqlite.sql",
        "queries/planner/cases_due.postgres.sql",
        project.uuid(),
        now.micros(),
        i64::from(at_most)
    )?;
    let ids = ended.into_iter().map(|row| row.id).chain(due.into_iter().map(|row| row.id));
    Ok(ids.map(CaseId::from_uuid).collect())
}

pub(super) async fn case_within(step: &mut Step, case: CaseId) -> Result<Option<CaseRecord>, StoreError> {
    let row = fetch_optional!(
        step,
        CaseRow,
        "queries/planner/case_show.sqlite.sql",
        "queries/planner/case_show.postgres.sql",
        case.uuid()
    )?;
    match row {
        None => Ok(None),
        Some(row) => record_within(step, row).await.map(Some),
    }
}

async fn record_within(step: &mut Step, row: CaseRow) -> Result<CaseRecord, StoreError> {
    let signals = fetch_all!(
        step,
        SignalIdRow,
        "queries/planner/case_signals.sqlite.sql",
        "queries/planner/case_signals.postgres.sql",
        row.id
    )?;
    let tasks = fetch_all!(
        step,
        TaskRow,
        "queries/planner/case_tasks.sqlite.sql",
        "queries/planner/case_tasks.postgres.sql",
        row.id,
        TASKS_READ
    )?;
    let signals = signals.into_iter().map(|row| SignalId::from_uuid(row.signal_id)).collect();
    let damaged = |source| StoreError::damaged("case", source);
    let (ruling, version) = (row.ruling().map_err(damaged)?, row.version);
    let picked = row.repository_id.map(RepositoryId::from_uuid);
    let case = row::case(row, signals).map_err(damaged)?;
    record(CaseRecord { ruling, version, picked, ..CaseRecord::new(case) }, &tasks)
}

/// Tasks come the newest first.
fn record(mut record: CaseRecord, rows: &[TaskRow]) -> Result<CaseRecord, StoreError> {
    for row in rows.iter().rev() {
        let state = TaskState::from_name(&row.state).map_err(|error| StoreError::damaged("task", error))?;
        let generation =
            column::small(row.generation).map_err(|source| StoreError::damaged("task", source))?;
        let task = TaskId::from_uuid(row.id);
        if generation == record.case.generation {
            record.tasks.push((task, state));
            record.moved_at = Some(Timestamp::from_micros(row.changed_at));
        } else {
            record.earlier.push(EarlierTask { generation, task, state });
        }
    }
    Ok(record)
}

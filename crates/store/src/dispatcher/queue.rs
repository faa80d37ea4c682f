//! What assign reads, and what it writes: queued tasks, runners, live runs; then one pending run a chosen task.

use signalbox_domain::ids::{ProjectId, RepositoryId, RunnerId, TaskId};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::run::{Run, Runner};
use signalbox_domain::states::{Machine, RunState, TaskEvent};
use signalbox_domain::task::{Mode, Priority, Starter};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::row::{self, RunnerRow};
use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::page::limit;
use crate::statement::{execute, fetch_all, fetch_one};
use crate::step::Step;
use crate::tasks;

/// A queued task that waits for no person, as far as assign needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedTask {
    pub task: TaskId,
    pub project: ProjectId,
    pub repository: Option<RepositoryId>,
    pub mode: Mode,
    pub priority: Priority,
    pub provenance: Provenance,
    pub starter: Starter,
    pub opened_at: Timestamp,
}

/// One consistent reading of what there is to do and what is being done.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    /// The most urgent first, bounded by what was asked for.
    pub tasks: Vec<QueuedTask>,
    pub runners: Vec<Runner>,
    /// Runs a mode that need a slot: those that wait for one and those that are held, not the stranded.
    pub live: Vec<(Mode, u64)>,
}

struct QueuedRow {
    id: Uuid,
    project_id: Uuid,
    repository_id: Option<Uuid>,
    mode: String,
    priority: i64,
    provenance: String,
    starter: String,
    opened_at: i64,
}

struct LiveRow {
    mode: String,
    count: i64,
}

struct IdRow {
    id: Uuid,
}

impl Store {
    /// Says that a runner is there; the answer is the id under which it is known by its name.
    pub async fn runner_put(&self, runner: &Runner) -> Result<RunnerId, StoreError> {
        let mut step = self.write(Method::RunnerPut).await?;
        let modes = column::form(&runner.modes)?;
        let row = fetch_one!(
            step,
            IdRow,
            "queries/dispatcher/runner_put.sqlite.sql",
            "queries/dispatcher/runner_put.postgres.sql",
            runner.id.uuid(),
            runner.name.as_str(),
            runner.computer.as_str(),
            modes,
            i64::from(runner.slots),
            runner.seen_at.micros()
        )?;
        step.commit().await?;
        Ok(RunnerId::from_uuid(row.id))
    }

    /// Runners seen since then, by name.
    pub async fn runners_list(&self, seen_since: Timestamp) -> Result<Vec<Runner>, StoreError> {
        let mut step = self.read(Method::RunnersList).await?;
        runners_within(&mut step, seen_since).await
    }

    /// What assign decides upon, in one snapshot.
    pub async fn queue_load(&self, at_most: u32, runners_seen_since: Timestamp) -> Result<Queue, StoreError> {
        let mut step = self.read(Method::QueueLoad).await?;
        let rows = fetch_all!(
            step,
            QueuedRow,
            "queries/dispatcher/queue.sqlite.sql",
            "queries/dispatcher/queue.postgres.sql",
            limit(at_most)
        )?;
        let tasks = rows.into_iter().map(QueuedTask::try_from).collect::<Result<_, _>>()?;
        let rows = fetch_all!(
            step,
            LiveRow,
            "queries/dispatcher/live_runs.sqlite.sql",
            "queries/dispatcher/live_runs.postgres.sql"
        )?;
        let live = rows.iter().map(live).collect::<Result<_, _>>()?;
        Ok(Queue { tasks, runners: runners_within(&mut step, runners_seen_since).await?, live })
    }

    /// One pending run a task, all or none; a task that moved meanwhile is left out and comes back in the answer.
    pub async fn runs_assign(&self, runs: &[Run]) -> Result<Vec<TaskId>, StoreError> {
        let mut step = self.write(Method::RunsAssign).await?;
        let mut left_out = Vec::new();
        for run in runs {
            if !insert(&mut step, run).await? {
                left_out.push(run.task);
                continue;
            }
            match tasks::move_within(&mut step, run.task, TaskEvent::Start, None, run.queued_at).await {
                Ok(_) => {}
                Err(StoreError::Illegal(_) | StoreError::Missing { .. }) => {
                    take_back(&mut step, run).await?;
                    left_out.push(run.task);
                }
                Err(error) => return Err(error),
            }
        }
        step.commit().await?;
        Ok(left_out)
    }
}

/// False where the task has a live run already.
async fn insert(step: &mut Step, run: &Run) -> Result<bool, StoreError> {
    let inserted = execute!(
        step,
        "queries/dispatcher/run_insert.sqlite.sql",
        "queries/dispatcher/run_insert.postgres.sql",
        run.id.uuid(),
        run.task.uuid(),
        RunState::FIRST.name(),
        run.mode.name(),
        run.agent.as_str(),
        run.queued_at.micros()
    )?;
    Ok(inserted == 1)
}

/// The task may not start after all: its run never was.
async fn take_back(step: &mut Step, run: &Run) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/dispatcher/run_take_back.sqlite.sql",
        "queries/dispatcher/run_take_back.postgres.sql",
        run.id.uuid()
    )
    .map(drop)
}

async fn runners_within(step: &mut Step, seen_since: Timestamp) -> Result<Vec<Runner>, StoreError> {
    let rows = fetch_all!(
        step,
        RunnerRow,
        "queries/dispatcher/runners_list.sqlite.sql",
        "queries/dispatcher/runners_list.postgres.sql",
        seen_since.micros()
    )?;
    rows.into_iter().map(Runner::try_from).collect()
}

impl TryFrom<QueuedRow> for QueuedTask {
    type Error = StoreError;

    fn try_from(row: QueuedRow) -> Result<Self, StoreError> {
        queued(&row).map_err(|source| StoreError::damaged("task", source))
    }
}

fn queued(row: &QueuedRow) -> Result<QueuedTask, DamageSource> {
    Ok(QueuedTask {
        task: TaskId::from_uuid(row.id),
        project: ProjectId::from_uuid(row.project_id),
        repository: row.repository_id.map(RepositoryId::from_uuid),
        mode: row::mode(&row.mode)?,
        priority: column::priority(row.priority)?,
        provenance: column::provenance(&row.provenance)?,
        starter: Starter::from_name(&row.starter).ok_or_else(|| column::unknown(&row.starter))?,
        opened_at: Timestamp::from_micros(row.opened_at),
    })
}

fn live(row: &LiveRow) -> Result<(Mode, u64), StoreError> {
    let decoded = row::mode(&row.mode).and_then(|mode| Ok((mode, column::count(row.count)?)));
    decoded.map_err(|source| StoreError::damaged("run", source))
}

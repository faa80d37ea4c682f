//! The end of a run: run, outcome, change and task move together, once.

use signalbox_domain::change::Change;
use signalbox_domain::ids::{CaseId, ChangeId, RunId, TaskId};
use signalbox_domain::outcome::{Outcome, Verdict};
use signalbox_domain::run::{FencingToken, Run, RunNote};
use signalbox_domain::states::{ChangeState, Machine, RunEvent, RunState, TaskEvent};
use signalbox_domain::time::Timestamp;

use uuid::Uuid;

use super::runs::{self, DocumentRow};
use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_optional};
use crate::step::Step;
use crate::tasks;

/// What a run ends with, and what that means for its task: the dispatcher decided both.
#[derive(Debug, Clone, Copy)]
pub struct Finish<'a> {
    pub outcome: &'a Outcome,
    pub change: Option<&'a Change>,
    pub task: TaskEvent,
}

/// Whether this call ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    Now,
    /// The same outcome was written before: the answer to that call was lost.
    Before,
}

impl Store {
    /// Ends a held run. The same outcome again is `Before`; a stale token is `LeaseLost`.
    pub async fn run_finish(
        &self,
        run: RunId,
        token: FencingToken,
        finish: Finish<'_>,
        now: Timestamp,
    ) -> Result<Finished, StoreError> {
        let mut step = self.write(Method::RunFinish).await?;
        let record = runs::locked_within(&mut step, run).await?;
        if !record.run.state.is_live() && written_before(&mut step, run, finish.outcome).await? {
            return Ok(Finished::Before);
        }
        if record.token != token || !record.run.state.is_held() {
            return Err(StoreError::LeaseLost { run });
        }
        if finish.outcome.run != Some(run) || finish.outcome.task != record.run.task {
            return Err(StoreError::Missing { what: "such outcome of", id: run.to_string() });
        }
        let to = end_within(&mut step, &record.run, finish, now).await?;
        runs::append_within(&mut step, run, &[RunNote::Moved { to }], now).await?;
        step.commit().await?;
        Ok(Finished::Now)
    }
}

async fn written_before(step: &mut Step, run: RunId, outcome: &Outcome) -> Result<bool, StoreError> {
    let row = fetch_optional!(
        step,
        DocumentRow,
        "queries/dispatcher/outcome_of_run.sqlite.sql",
        "queries/dispatcher/outcome_of_run.postgres.sql",
        run.uuid()
    )?;
    let written: Option<Outcome> = row.map(|row| runs::document("outcome", &row)).transpose()?;
    Ok(written.is_some_and(|written| written.id == outcome.id))
}

/// Run, outcome, change, task; the caller holds the run's row.
pub(super) async fn end_within(
    step: &mut Step,
    run: &Run,
    finish: Finish<'_>,
    now: Timestamp,
) -> Result<RunState, StoreError> {
    let to = run.state.next(event_of(&finish.outcome.verdict))?;
    runs::move_within(step, run.id, to, None, now).await?;
    outcome_within(step, finish.outcome).await?;
    if let Some(change) = finish.change {
        change_within(step, change).await?;
    }
    match tasks::move_within(step, run.task, finish.task, None, now).await {
        // A person cancelled or took the task meanwhile: what the run produced is kept all the same.
        Ok(_) | Err(StoreError::Illegal(_)) => Ok(to),
        Err(error) => Err(error),
    }
}

fn event_of(verdict: &Verdict) -> RunEvent {
    match verdict {
        Verdict::Changed { .. } | Verdict::Answered { .. } | Verdict::NothingToDo { .. } => RunEvent::Succeed,
        Verdict::Failed { .. } => RunEvent::Fail,
        Verdict::Cancelled { .. } => RunEvent::Cancel,
    }
}

pub(crate) async fn outcome_within(step: &mut Step, outcome: &Outcome) -> Result<(), StoreError> {
    let document = column::form(outcome)?;
    execute!(
        step,
        "queries/dispatcher/outcome_insert.sqlite.sql",
        "queries/dispatcher/outcome_insert.postgres.sql",
        outcome.id.uuid(),
        outcome.task.uuid(),
        outcome.run.map(RunId::uuid),
        outcome.verdict.name(),
        document,
        outcome.at.micros()
    )
    .map(drop)
}

struct KnownRow {
    id: Uuid,
    state: String,
}

/// A branch is one change, whoever works on it again: it keeps its first id, and a state that its forge has moved on.
async fn change_within(step: &mut Step, change: &Change) -> Result<(), StoreError> {
    let known = fetch_optional!(
        step,
        KnownRow,
        "queries/dispatcher/change_known.sqlite.sql",
        "queries/dispatcher/change_known.postgres.sql",
        change.repository.uuid(),
        change.branch
    )?;
    let mut change = change.clone();
    if let Some(known) = known {
        change.id = ChangeId::from_uuid(known.id);
        let state =
            ChangeState::from_name(&known.state).map_err(|error| StoreError::damaged("change", error))?;
        if !matches!(state, ChangeState::Committed | ChangeState::Pushed) {
            change.state = state;
        }
    }
    let document = column::form(&change)?;
    execute!(
        step,
        "queries/dispatcher/change_put.sqlite.sql",
        "queries/dispatcher/change_put.postgres.sql",
        change.id.uuid(),
        change.repository.uuid(),
        change.task.map(TaskId::uuid),
        change.case.map(CaseId::uuid),
        change.state.name(),
        change.branch,
        document,
        change.changed_at.micros()
    )
    .map(drop)
}

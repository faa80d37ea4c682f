//! A person cancels a task: it ends together with the run that works on it. Whoever holds the run learns of it at the next
//! call, whose token is stale by then.

use signalbox_domain::decision::Decision;
use signalbox_domain::ids::{OutcomeId, TaskId};
use signalbox_domain::outcome::{Effort, Outcome, Verdict};
use signalbox_domain::run::RunNote;
use signalbox_domain::states::{Machine as _, RunEvent, TaskEvent, TaskState};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::finish::outcome_within;
use super::row::RunRow;
use super::runs::{self, RunRecord};
use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::fetch_optional;
use crate::tasks;

/// Who cancels, and what is written down of it.
#[derive(Debug, Clone, Copy)]
pub struct Cancel<'a> {
    pub by: &'a str,
    /// For the outcome of the run that works on it, if one does.
    pub outcome: OutcomeId,
    pub decisions: &'a [Decision],
}

impl Store {
    /// Cancels a live task and its live run. An ended task stays as it is; the answer says which it was.
    pub async fn task_cancel(
        &self,
        task: TaskId,
        cancel: Cancel<'_>,
        now: Timestamp,
    ) -> Result<TaskState, StoreError> {
        let mut step = self.write(Method::TaskCancel).await?;
        // The run before the task, as everywhere: two steps never wait for each other in a ring.
        let row = fetch_optional!(
            step,
            RunRow,
            "queries/dispatcher/live_run_for_update.sqlite.sql",
            "queries/dispatcher/live_run_for_update.postgres.sql",
            task.uuid()
        )?;
        if let Some(record) = row.map(RunRecord::try_from).transpose()? {
            let run = record.run;
            let to = run.state.next(RunEvent::Cancel)?;
            runs::move_within(&mut step, run.id, to, None, now).await?;
            runs::append_within(&mut step, run.id, &[RunNote::Moved { to }], now).await?;
            let verdict = Verdict::Cancelled { by: cancel.by.to_owned() };
            let effort = Effort::default();
            let outcome = Outcome { id: cancel.outcome, task, run: Some(run.id), verdict, effort, at: now };
            outcome_within(&mut step, &outcome).await?;
        }
        let to = tasks::move_within(&mut step, task, TaskEvent::Cancel, None, now).await?;
        decisions::record_within(&mut step, cancel.decisions).await?;
        step.commit().await?;
        Ok(to)
    }
}

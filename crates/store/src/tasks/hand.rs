//! A person lets go of a task: they have finished it, or put it back. Called by the use cases of people alone; what a run
//! works on is never ended here.

use signalbox_domain::decision::Decision;
use signalbox_domain::ids::TaskId;
use signalbox_domain::outcome::Outcome;
use signalbox_domain::states::{IllegalMove, Machine as _, TaskEvent, TaskState};
use signalbox_domain::time::Timestamp;

use super::{move_within, state_within};
use crate::decisions;
use crate::dispatcher::outcome_within;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;

/// How a person lets go of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutDownEvent {
    /// From their hand, or from review: it is done.
    Finish,
    /// From their hand into the queue.
    PutBack,
}

/// What is written down of it.
#[derive(Debug, Clone, Copy)]
pub struct PutDown<'a> {
    pub event: PutDownEvent,
    /// Without a run: a person produced it.
    pub outcome: Option<&'a Outcome>,
    pub decision: &'a Decision,
}

impl Store {
    /// Moves a task out of a person's hand, with the reason; or changes nothing and says which state it was in.
    pub async fn task_put_down(
        &self,
        task: TaskId,
        put_down: PutDown<'_>,
        now: Timestamp,
    ) -> Result<TaskState, StoreError> {
        let event = match put_down.event {
            PutDownEvent::Finish => TaskEvent::Finish,
            PutDownEvent::PutBack => TaskEvent::PutBack,
        };
        let mut step = self.write(Method::TaskPutDown).await?;
        let from = state_within(&mut step, task).await?;
        if from == TaskState::Running {
            // A run ends its task itself, or is cancelled with it.
            let (state, event) = (from.name(), TaskState::event_name(event));
            return Err(StoreError::Illegal(IllegalMove { machine: TaskState::NAME, state, event }));
        }
        let to = move_within(&mut step, task, event, None, now).await?;
        if let Some(outcome) = put_down.outcome {
            outcome_within(&mut step, outcome).await?;
        }
        decisions::record_within(&mut step, std::slice::from_ref(put_down.decision)).await?;
        step.commit().await?;
        Ok(to)
    }
}

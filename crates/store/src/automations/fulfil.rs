//! A firing that wants a task: the task and the firing's end are one step, so a process that dies leaves both or
//! neither, and whoever repeats it finds the same end.

use signalbox_domain::automation::Firing;
use signalbox_domain::ids::{FiringId, TaskId};
use signalbox_domain::policy::Policy;
use signalbox_domain::states::{FiringEvent, FiringState, Machine};
use signalbox_domain::task::Task;
use signalbox_domain::time::Timestamp;

use super::{firing_for_move, firing_set};
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::tasks::{Opened, open_within};

/// How a firing ends that wanted a task.
struct End {
    state: FiringState,
    task: Option<TaskId>,
    reason: Option<String>,
}

impl Store {
    /// Opens the task of a firing and ends the firing with it, or without it and with the reason. A firing that has
    /// ended is returned as it ended.
    pub async fn firing_fulfil(
        &self,
        firing: FiringId,
        task: &Task,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Firing, StoreError> {
        let mut step = self.write(Method::FiringFulfil).await?;
        let found = firing_for_move(&mut step, firing).await?;
        if !is_wanting(found.state) {
            return Ok(found);
        }
        let key = format!("firing:{firing}");
        let opened = open_within(&mut step, task, Some(&key), policy).await?;
        let end = end_of(found.state, &opened, task.id)?;
        firing_set(&mut step, firing, end.state, end.task, end.reason.as_deref(), now).await?;
        step.commit().await?;
        Ok(Firing { state: end.state, task: end.task.or(found.task), reason: end.reason, ..found })
    }
}

fn is_wanting(state: FiringState) -> bool {
    match state {
        FiringState::Due | FiringState::Started => true,
        FiringState::Succeeded | FiringState::Failed | FiringState::Skipped => false,
    }
}

fn end_of(from: FiringState, opened: &Opened, wanted: TaskId) -> Result<End, StoreError> {
    match opened {
        Opened::New => succeeded(from, wanted),
        Opened::Repeated { task } => succeeded(from, *task),
        Opened::AlreadyLive { task } => {
            not_done(from, Some(*task), format!("its case has a live task already: {task}"))
        }
        Opened::TooDeep { depth, limit } => {
            not_done(from, None, format!("the task would be {depth} tasks deep; the limit is {limit}"))
        }
    }
}

fn succeeded(from: FiringState, task: TaskId) -> Result<End, StoreError> {
    let started = if from == FiringState::Due { from.next(FiringEvent::Start)? } else { from };
    Ok(End { state: started.next(FiringEvent::Succeed)?, task: Some(task), reason: None })
}

/// What was not begun is skipped; what somebody had begun already has failed.
fn not_done(from: FiringState, task: Option<TaskId>, reason: String) -> Result<End, StoreError> {
    let event = if from == FiringState::Due { FiringEvent::Skip } else { FiringEvent::Fail };
    Ok(End { state: from.next(event)?, task, reason: Some(reason) })
}

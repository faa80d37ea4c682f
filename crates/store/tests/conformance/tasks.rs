//! `task_open` and the moves of a task.

use signalbox_domain::ids::{CaseId, ProjectId};
use signalbox_domain::policy::Policy;
use signalbox_domain::states::{TaskEvent, TaskState};
use signalbox_domain::task::{Origin, Priority};
use signalbox_store::StoreError;
use signalbox_store::tasks::Opened;

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    a_case_generation_has_one_live_task,
    one_wish_is_granted_once,
}

async fn a_case_generation_has_one_live_task(fixture: &Fixture) {
    let _ = (fixture, NOON, Priority::P1, TaskEvent::Start, TaskState::Queued);
    let _: Option<(CaseId, ProjectId, Origin, Policy, Opened, StoreError)> = None;
}

async fn one_wish_is_granted_once(_fixture: &Fixture) {}

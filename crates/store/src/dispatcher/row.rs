//! Rows of `runs` and `runners` as their nouns.

use signalbox_domain::form::from_form;
use signalbox_domain::ids::{RunId, RunnerId, TaskId};
use signalbox_domain::names::HolderName;
use signalbox_domain::run::{FencingToken, Run, Runner};
use signalbox_domain::states::{Machine, RunState};
use signalbox_domain::task::Mode;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::runs::RunRecord;
use crate::column;
use crate::error::{DamageSource, StoreError};

pub(super) struct RunRow {
    pub(super) id: Uuid,
    pub(super) task_id: Uuid,
    pub(super) state: String,
    pub(super) mode: String,
    pub(super) agent: String,
    pub(super) attempt: i64,
    pub(super) token: i64,
    pub(super) runner_id: Option<Uuid>,
    pub(super) computer: Option<String>,
    pub(super) lease_until: Option<i64>,
    pub(super) queued_at: i64,
    pub(super) changed_at: i64,
}

impl TryFrom<RunRow> for RunRecord {
    type Error = StoreError;

    fn try_from(row: RunRow) -> Result<Self, StoreError> {
        run(&row).map_err(|source| StoreError::damaged("run", source))
    }
}

fn run(row: &RunRow) -> Result<RunRecord, DamageSource> {
    let run = Run {
        id: RunId::from_uuid(row.id),
        task: TaskId::from_uuid(row.task_id),
        state: RunState::from_name(&row.state)?,
        mode: mode(&row.mode)?,
        agent: row.agent.parse()?,
        attempt: column::small(row.attempt)?,
        runner: row.runner_id.map(RunnerId::from_uuid),
        computer: row.computer.as_deref().map(str::parse::<HolderName>).transpose()?,
        queued_at: Timestamp::from_micros(row.queued_at),
        changed_at: Timestamp::from_micros(row.changed_at),
    };
    Ok(RunRecord {
        run,
        token: FencingToken(row.token),
        lease_until: row.lease_until.map(Timestamp::from_micros),
    })
}

pub(super) fn mode(name: &str) -> Result<Mode, DamageSource> {
    Mode::from_name(name).ok_or_else(|| column::unknown(name))
}

pub(super) struct RunnerRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) computer: String,
    pub(super) modes: String,
    pub(super) slots: i64,
    pub(super) seen_at: i64,
}

impl TryFrom<RunnerRow> for Runner {
    type Error = StoreError;

    fn try_from(row: RunnerRow) -> Result<Self, StoreError> {
        runner(&row).map_err(|source| StoreError::damaged("runner", source))
    }
}

fn runner(row: &RunnerRow) -> Result<Runner, DamageSource> {
    Ok(Runner {
        id: RunnerId::from_uuid(row.id),
        name: row.name.parse()?,
        computer: row.computer.parse()?,
        modes: from_form(&row.modes)?,
        slots: column::small(row.slots)?,
        seen_at: Timestamp::from_micros(row.seen_at),
    })
}

//! Rows of `automations` and `firings` as their nouns.

use signalbox_domain::automation::{Automation, Firing};
use signalbox_domain::form::from_form;
use signalbox_domain::ids::{AutomationId, DeliveryId, FiringId, TaskId};
use signalbox_domain::states::{FiringState, Machine};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::{DamageSource, StoreError};

pub(super) struct AutomationRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) document: String,
}

impl TryFrom<AutomationRow> for Automation {
    type Error = StoreError;

    fn try_from(row: AutomationRow) -> Result<Self, StoreError> {
        automation(&row).map_err(|source| StoreError::damaged("automation", source))
    }
}

fn automation(row: &AutomationRow) -> Result<Automation, DamageSource> {
    let kept: Automation = from_form(&row.document)?;
    Ok(Automation { id: AutomationId::from_uuid(row.id), name: row.name.parse()?, ..kept })
}

pub(super) struct FiringRow {
    pub(super) id: Uuid,
    pub(super) automation_id: Uuid,
    pub(super) trigger_index: i64,
    pub(super) due_at: i64,
    pub(super) state: String,
    pub(super) delivery_id: Option<Uuid>,
    pub(super) task_id: Option<Uuid>,
    pub(super) reason: Option<String>,
}

impl TryFrom<FiringRow> for Firing {
    type Error = StoreError;

    fn try_from(row: FiringRow) -> Result<Self, StoreError> {
        firing(row).map_err(|source| StoreError::damaged("firing", source))
    }
}

fn firing(row: FiringRow) -> Result<Firing, DamageSource> {
    Ok(Firing {
        id: FiringId::from_uuid(row.id),
        automation: AutomationId::from_uuid(row.automation_id),
        trigger: column::small(row.trigger_index)?,
        due_at: Timestamp::from_micros(row.due_at),
        state: FiringState::from_name(&row.state)?,
        delivery: row.delivery_id.map(DeliveryId::from_uuid),
        task: row.task_id.map(TaskId::from_uuid),
        reason: row.reason,
    })
}

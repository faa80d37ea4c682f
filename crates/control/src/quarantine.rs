//! One quarantined record: looked into, and dropped. Records of every project lie there as they came, with whatever secrets
//! stand in them, so only who keeps the house running sees one.

use std::sync::Arc;

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_domain::ids::QuarantineId;
use signalbox_runtime::{SealContext, SealPurpose, SealingKeys};
use signalbox_store::Store;

use crate::Problem;
use crate::reads::quarantine_line;
use crate::views::QuarantineView;

/// More of a record is not shown.
const SHOWN: usize = 64 << 10;

#[derive(Clone)]
pub struct Quarantine {
    store: Store,
    keys: Arc<SealingKeys>,
}

impl Quarantine {
    pub fn new(store: Store, keys: Arc<SealingKeys>) -> Self {
        Self { store, keys }
    }

    pub async fn show(&self, actor: &Actor, id: QuarantineId) -> Result<QuarantineView, Problem> {
        actor.authorize(Action::ReadQuarantine, Target::System)?;
        let row = self.store.quarantine_show(id).await?;
        let row = row.ok_or_else(|| Problem::missing("quarantined record", &id))?;
        let uuid = id.uuid();
        let place = SealContext { purpose: SealPurpose::Quarantine, row: uuid.as_bytes() };
        let bytes = self.keys.open(place, &row.sealed)?;
        let shown = bytes.get(..SHOWN).unwrap_or(&bytes);
        let text = String::from_utf8_lossy(shown).into_owned();
        let is_cut = shown.len() < bytes.len();
        Ok(QuarantineView { record: quarantine_line(row), text, is_cut })
    }

    /// Takes it out for good.
    pub async fn drop_row(&self, actor: &Actor, id: QuarantineId) -> Result<(), Problem> {
        self.may_take_out(actor)?;
        Ok(self.store.quarantine_drop(id).await?)
    }

    /// Whether somebody may have it read again, or dropped.
    pub fn may_take_out(&self, actor: &Actor) -> Result<(), Problem> {
        Ok(actor.authorize(Action::Operate, Target::System)?)
    }
}

#[cfg(test)]
mod tests;

//! Automations and their firings. A firing's identity is (automation, trigger, time): it exists once, also after a
//! restart, and the unique index is what says so.
//!
//! Owner: this module. Tasks that a firing wants are opened by the tasks module, within this one's step.

mod fulfil;
mod row;

use signalbox_domain::automation::{Automation, Firing};
use signalbox_domain::ids::{AutomationId, FiringId, TaskId};
use signalbox_domain::states::{FiringEvent, FiringState, Machine};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;
use row::{AutomationRow, FiringRow};

/// Automations are written by hand; a longer list is cut rather than held in memory.
const LONGEST_LIST: i64 = 10_000;

/// What became of a firing that fell due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FiringOpened {
    New,
    /// This trigger fired for this time before; this is how that firing stands.
    Repeated {
        existing: Firing,
    },
}

impl Store {
    /// Keeps an automation under its name; returns it with the id of its first put.
    pub async fn automation_put(
        &self,
        automation: &Automation,
        now: Timestamp,
    ) -> Result<Automation, StoreError> {
        let document = column::form(automation)?;
        let mut step = self.write(Method::AutomationPut).await?;
        execute!(
            step,
            "queries/automations/put.sqlite.sql",
            "queries/automations/put.postgres.sql",
            automation.id.uuid(),
            automation.name.as_str(),
            document,
            now.micros()
        )?;
        let row = fetch_optional!(
            step,
            AutomationRow,
            "queries/automations/find.sqlite.sql",
            "queries/automations/find.postgres.sql",
            automation.name.as_str()
        )?;
        step.commit().await?;
        let missing = || StoreError::Missing { what: "automation", id: automation.name.to_string() };
        Automation::try_from(row.ok_or_else(missing)?)
    }

    /// All automations, by name.
    pub async fn automations_list(&self) -> Result<Vec<Automation>, StoreError> {
        let mut step = self.read(Method::AutomationsList).await?;
        let rows = fetch_all!(
            step,
            AutomationRow,
            "queries/automations/list.sqlite.sql",
            "queries/automations/list.postgres.sql",
            LONGEST_LIST
        )?;
        rows.into_iter().map(Automation::try_from).collect()
    }

    /// Writes a firing down before anything is done for it.
    pub async fn firing_open(&self, firing: &Firing, now: Timestamp) -> Result<FiringOpened, StoreError> {
        let mut step = self.write(Method::FiringOpen).await?;
        if firing_insert(&mut step, firing, now).await? == 1 {
            step.commit().await?;
            return Ok(FiringOpened::New);
        }
        let row = fetch_optional!(
            step,
            FiringRow,
            "queries/automations/firing_find.sqlite.sql",
            "queries/automations/firing_find.postgres.sql",
            firing.automation.uuid(),
            i64::from(firing.trigger),
            firing.due_at.micros()
        )?;
        let row = row.ok_or_else(|| missing(firing.id))?;
        Ok(FiringOpened::Repeated { existing: row.try_into()? })
    }

    /// The oldest firings that wait for something to be done, those that were begun among them.
    pub async fn firings_due(&self, now: Timestamp, size: u32) -> Result<Vec<Firing>, StoreError> {
        let mut step = self.read(Method::FiringsDue).await?;
        let rows = fetch_all!(
            step,
            FiringRow,
            "queries/automations/firings_due.sqlite.sql",
            "queries/automations/firings_due.postgres.sql",
            now.micros(),
            limit(size)
        )?;
        rows.into_iter().map(Firing::try_from).collect()
    }

    /// Moves a firing along its machine; an illegal move changes nothing and says which it was. A task that it has
    /// stays; the reason becomes this one.
    pub async fn firing_move(
        &self,
        firing: FiringId,
        event: FiringEvent,
        task: Option<TaskId>,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<FiringState, StoreError> {
        let mut step = self.write(Method::FiringMove).await?;
        let found = firing_for_move(&mut step, firing).await?;
        let to = found.state.next(event)?;
        firing_set(&mut step, firing, to, task, reason, now).await?;
        step.commit().await?;
        Ok(to)
    }

    /// A page of an automation's firings, the newest first.
    pub async fn firings_list(
        &self,
        automation: AutomationId,
        page: Page<FiringId>,
    ) -> Result<Vec<Firing>, StoreError> {
        let mut step = self.read(Method::FiringsList).await?;
        let rows = fetch_all!(
            step,
            FiringRow,
            "queries/automations/firings_list.sqlite.sql",
            "queries/automations/firings_list.postgres.sql",
            automation.uuid(),
            page.before.map(Uuid::from),
            limit(page.size)
        )?;
        rows.into_iter().map(Firing::try_from).collect()
    }
}

fn missing(firing: FiringId) -> StoreError {
    StoreError::Missing { what: "firing", id: firing.to_string() }
}

async fn firing_insert(step: &mut Step, firing: &Firing, now: Timestamp) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/automations/firing_insert.sqlite.sql",
        "queries/automations/firing_insert.postgres.sql",
        firing.id.uuid(),
        firing.automation.uuid(),
        i64::from(firing.trigger),
        firing.due_at.micros(),
        firing.state.name(),
        firing.delivery.map(Uuid::from),
        firing.task.map(Uuid::from),
        firing.reason.as_deref(),
        now.micros()
    )
}

/// The firing as it stands; its row is this step's alone from here on.
async fn firing_for_move(step: &mut Step, firing: FiringId) -> Result<Firing, StoreError> {
    let row = fetch_optional!(
        step,
        FiringRow,
        "queries/automations/firing_for_move.sqlite.sql",
        "queries/automations/firing_for_move.postgres.sql",
        firing.uuid()
    )?;
    row.ok_or_else(|| missing(firing))?.try_into()
}

async fn firing_set(
    step: &mut Step,
    firing: FiringId,
    to: FiringState,
    task: Option<TaskId>,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/automations/firing_move.sqlite.sql",
        "queries/automations/firing_move.postgres.sql",
        firing.uuid(),
        to.name(),
        task.map(Uuid::from),
        reason,
        now.micros()
    )?;
    Ok(())
}

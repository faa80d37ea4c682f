//! The pass: keep the automations, write the rows of what fell due, see to due firings. Killed anywhere, the next pass
//! goes on from the rows.

use signalbox_domain::automation::{Action, Automation, Firing};
use signalbox_domain::ids::{AutomationId, FiringId};
use signalbox_domain::names::Label;
use signalbox_domain::policy::Policy;
use signalbox_domain::states::{FiringEvent, FiringState};
use signalbox_domain::task::Task;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{IdSource, NextPass, PassEnd};
use signalbox_store::automations::FiringOpened;
use signalbox_store::{Page, Store, StoreError};

use crate::config::{AutomationConfig, AutomationsConfig};
use crate::cron::{CronSchedule, ScheduleError};
use crate::schedule::{Due, Planned, Skipped, plan};
use crate::status::AutomationsStatus;
use crate::task::{NoTask, Wanted, task};

/// The settings know one trigger an automation.
const TRIGGER: u32 = 0;
/// The last known time is the latest of so many: two processes may write theirs in each other's midst.
const LAST_FIRINGS: u32 = 16;

#[derive(Debug, thiserror::Error)]
pub enum AutomationError {
    #[error("reading the kept automations")]
    List(#[source] StoreError),
    #[error("reading the schedule of {name}")]
    Schedule { name: Label, source: ScheduleError },
    #[error("keeping {name}")]
    Keep { name: Label, source: StoreError },
    #[error("writing down what {name} fires")]
    Open { name: Label, source: StoreError },
    #[error("finding due firings")]
    Due(#[source] StoreError),
    #[error("seeing to {firing}")]
    Fulfil { firing: FiringId, source: StoreError },
}

/// The automations of one process.
#[derive(Clone)]
pub struct Automations {
    store: Store,
    ids: IdSource,
    config: AutomationsConfig,
    policy: Policy,
    schedules: Vec<(AutomationConfig, CronSchedule)>,
}

impl Automations {
    pub fn new(
        store: Store,
        ids: IdSource,
        config: AutomationsConfig,
        policy: Policy,
    ) -> Result<Self, AutomationError> {
        let schedules = config.rules.iter().map(|automation| {
            let name = automation.name.clone();
            CronSchedule::parse(&automation.schedule, &automation.zone)
                .map(|schedule| (automation.clone(), schedule))
                .map_err(|source| AutomationError::Schedule { name, source })
        });
        let schedules = schedules.collect::<Result<_, _>>()?;
        Ok(Self { store, ids, config, policy, schedules })
    }

    /// One pass over every automation of the settings, and over every due firing.
    pub async fn pass(&self, now: Timestamp) -> Result<PassEnd<AutomationsStatus>, AutomationError> {
        let mut status = AutomationsStatus::default();
        let kept = self.store.automations_list().await.map_err(AutomationError::List)?;
        for (config, schedule) in &self.schedules {
            let kept = kept.iter().find(|automation| automation.name == config.name);
            let name = || config.name.clone();
            let id = self
                .keep(config, kept, now, &mut status)
                .await
                .map_err(|source| AutomationError::Keep { name: name(), source })?;
            self.open_due(id, schedule, now, &mut status)
                .await
                .map_err(|source| AutomationError::Open { name: name(), source })?;
            status.configured += 1;
            status.next_at = schedule.next_after(now).into_iter().chain(status.next_at).min();
        }
        self.fulfil_due(now, &mut status).await?;
        let next = match status.next_at {
            _ if status.more => NextPass::AtOnce,
            Some(next_at) => NextPass::Within(next_at.since(now)),
            None => NextPass::AtPeriod,
        };
        Ok(PassEnd { report: status, next })
    }

    /// Brings the kept automation to what the settings say. A changed schedule is marked before it is kept: killed in
    /// between, the next pass finds it changed still.
    async fn keep(
        &self,
        config: &AutomationConfig,
        kept: Option<&Automation>,
        now: Timestamp,
        status: &mut AutomationsStatus,
    ) -> Result<AutomationId, StoreError> {
        let id = kept.map_or_else(|| self.ids.next(), |kept| kept.id);
        let wanted = config.automation(id);
        let Some(kept) = kept else {
            return self.store.automation_put(&wanted, now).await.map(|kept| kept.id);
        };
        if kept.triggers != wanted.triggers {
            self.open(id, mark(now, Skipped::Changed), now, status).await?;
        }
        if *kept != wanted {
            self.store.automation_put(&wanted, now).await?;
        }
        Ok(id)
    }

    /// Writes the rows of the times since the last known one; of an automation that has none, the mark it counts from.
    async fn open_due(
        &self,
        id: AutomationId,
        schedule: &CronSchedule,
        now: Timestamp,
        status: &mut AutomationsStatus,
    ) -> Result<(), StoreError> {
        let last = self.store.firings_list(id, Page::first(LAST_FIRINGS)).await?;
        let rows = match last.iter().map(|firing| firing.due_at).max() {
            Some(since) => plan(schedule, since, now, self.config.made_up_for()),
            None => vec![mark(now, Skipped::New)],
        };
        for row in rows {
            self.open(id, row, now, status).await?;
        }
        Ok(())
    }

    async fn open(
        &self,
        automation: AutomationId,
        row: Planned,
        now: Timestamp,
        status: &mut AutomationsStatus,
    ) -> Result<(), StoreError> {
        let (state, reason, counted) = match row.due {
            Due::Fire => (FiringState::Due, None, &mut status.opened),
            Due::Skip(why) => (FiringState::Skipped, Some(why.to_string()), &mut status.skipped),
        };
        let id = self.ids.next();
        let due_at = row.due_at;
        let firing =
            Firing { id, automation, trigger: TRIGGER, due_at, state, delivery: None, task: None, reason };
        if self.store.firing_open(&firing, now).await? == FiringOpened::New {
            *counted += 1;
            tracing::info!(%automation, %due_at, %state, "a time has come");
        }
        Ok(())
    }

    async fn fulfil_due(
        &self,
        now: Timestamp,
        status: &mut AutomationsStatus,
    ) -> Result<(), AutomationError> {
        let at_most = self.config.firings_a_pass.get();
        let due = self.store.firings_due(now, at_most).await.map_err(AutomationError::Due)?;
        if due.is_empty() {
            return Ok(());
        }
        // Read again: this pass may have kept some for the first time.
        let kept = self.store.automations_list().await.map_err(AutomationError::List)?;
        status.more = u64::try_from(due.len()).unwrap_or(u64::MAX) >= u64::from(at_most);
        for firing in &due {
            let automation = kept.iter().find(|automation| automation.id == firing.automation);
            let state = self
                .fulfil(firing, automation, now)
                .await
                .map_err(|source| AutomationError::Fulfil { firing: firing.id, source })?;
            match state {
                FiringState::Succeeded => status.succeeded += 1,
                FiringState::Failed => status.failed += 1,
                FiringState::Due | FiringState::Started | FiringState::Skipped => status.skipped += 1,
            }
        }
        Ok(())
    }

    async fn fulfil(
        &self,
        firing: &Firing,
        automation: Option<&Automation>,
        now: Timestamp,
    ) -> Result<FiringState, StoreError> {
        match self.task_of(firing, automation, now).await? {
            Ok(task) => {
                let ended = self.store.firing_fulfil(firing.id, &task, &self.policy, now).await?;
                Ok(ended.state)
            }
            Err(why) => {
                let reason = why.to_string();
                let name = automation.map_or("no longer kept", |automation| automation.name.as_str());
                let due_at = firing.due_at;
                let moved =
                    self.store.firing_move(firing.id, FiringEvent::Fail, None, Some(&reason), now).await;
                if moved.is_ok() {
                    tracing::warn!(automation = name, %due_at, %reason, "a firing opened no task");
                }
                match moved {
                    // Another process ended it meanwhile, and said why.
                    Err(StoreError::Illegal(_)) => Ok(FiringState::Failed),
                    moved => moved,
                }
            }
        }
    }

    async fn task_of(
        &self,
        firing: &Firing,
        automation: Option<&Automation>,
        now: Timestamp,
    ) -> Result<Result<Task, NoTask>, StoreError> {
        let Some(automation) = automation else { return Ok(Err(NoTask::NoAutomation)) };
        let Action::OpenTask { project, repository, title, brief, intent, mode, priority } =
            automation.action.clone()
        else {
            return Ok(Err(NoTask::UnknownAction));
        };
        let Some(found) = self.store.project_find(&project).await? else {
            return Ok(Err(NoTask::NoProject { project }));
        };
        let Some(place) = self.store.repository_find(found.id, &repository).await? else {
            return Ok(Err(NoTask::NoRepository { project, repository }));
        };
        let wanted = Wanted { title, brief, intent, mode, priority };
        Ok(Ok(task(self.ids.next(), firing, wanted, (found.id, place.id), now)))
    }
}

fn mark(now: Timestamp, why: Skipped) -> Planned {
    Planned { due_at: now, due: Due::Skip(why) }
}

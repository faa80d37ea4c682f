//! The pass: ended leases first, because they free slots; then assign. Killed anywhere, the next pass finds the same work.

use signalbox_domain::decision::{Decision, Subject};
use signalbox_domain::ids::RunId;
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{IdSource, NextPass, PassEnd};
use signalbox_store::dispatcher::{Expiry, Finish, RunRecord};
use signalbox_store::{Store, StoreError};

use crate::assign::{Agents, assign};
use crate::config::DispatcherConfig;
use crate::expire::{Ending, expire};
use crate::status::DispatcherStatus;

#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    #[error("finding leases that ended")]
    Expired(#[source] StoreError),
    #[error("ending the lease on {run}")]
    Expire { run: RunId, source: StoreError },
    #[error("loading the queue")]
    Load(#[source] StoreError),
    #[error("starting runs")]
    Assign(#[source] StoreError),
    #[error("recording why tasks start, or do not")]
    Record(#[source] StoreError),
}

/// The dispatcher of one process.
#[derive(Clone)]
pub struct Dispatcher {
    store: Store,
    ids: IdSource,
    config: DispatcherConfig,
    agents: Agents,
}

impl Dispatcher {
    /// `agents`: the names of those that the settings describe.
    pub fn new(store: Store, ids: IdSource, config: DispatcherConfig, agents: Vec<Label>) -> Self {
        let agents = Agents { known: agents, chosen: config.agent.clone() };
        Self { store, ids, config, agents }
    }

    /// One pass over ended leases and the queue.
    pub async fn pass(&self, now: Timestamp) -> Result<PassEnd<DispatcherStatus>, DispatchError> {
        let mut status = DispatcherStatus::default();
        self.expire(now, &mut status).await?;
        self.assign(now, &mut status).await?;
        let next = if status.more { NextPass::AtOnce } else { NextPass::AtPeriod };
        Ok(PassEnd { report: status, next })
    }

    async fn expire(&self, now: Timestamp, status: &mut DispatcherStatus) -> Result<(), DispatchError> {
        let at_most = self.config.leases_a_pass.get();
        let ended = self.store.runs_expired(now, at_most).await.map_err(DispatchError::Expired)?;
        status.more = length(ended.len()) >= u64::from(at_most);
        for record in &ended {
            let run = record.run.id;
            self.expire_one(record, now, status)
                .await
                .map_err(|source| DispatchError::Expire { run, source })?;
        }
        Ok(())
    }

    async fn expire_one(
        &self,
        ended: &RunRecord,
        now: Timestamp,
        status: &mut DispatcherStatus,
    ) -> Result<(), StoreError> {
        let expired = expire(ended, self.config.attempts.get(), now, &self.ids);
        let (expiry, counted) = match &expired.ending {
            Ending::Rescue => (Expiry::Rescue, &mut status.rescued),
            Ending::Strand => (Expiry::Strand, &mut status.stranded),
            Ending::Spent { outcome, task } => {
                (Expiry::End(Finish { outcome, change: None, task: task.event() }), &mut status.ended)
            }
        };
        match self.store.run_expire(ended, expiry, &expired.decisions, now).await {
            Ok(to) => {
                *counted += 1;
                tracing::info!(run = %ended.run.id, %to, "a lease ended");
            }
            Err(StoreError::LeaseLost { .. }) => status.renewed += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn assign(&self, now: Timestamp, status: &mut DispatcherStatus) -> Result<(), DispatchError> {
        let seen_since = now.minus(self.config.runner_seen_within);
        let at_most = self.config.tasks_a_pass.get();
        let queue = self.store.queue_load(at_most, seen_since).await.map_err(DispatchError::Load)?;
        let assignment = assign(&queue, &self.agents, self.config.ageing, now, &self.ids);
        let overtaken = self.store.runs_assign(&assignment.runs).await.map_err(DispatchError::Assign)?;
        let started = assignment
            .started
            .into_iter()
            .filter(|decision| !overtaken.iter().any(|task| decision.subject == Subject::Task(*task)));
        let decisions: Vec<Decision> = started.chain(assignment.not_started).collect();
        self.store.decisions_record(&decisions).await.map_err(DispatchError::Record)?;
        let started = assignment.runs.len() - overtaken.len();
        status.queued = length(queue.tasks.len());
        status.started = length(started);
        status.overtaken = length(overtaken.len());
        status.not_started = length(queue.tasks.len() - assignment.runs.len());
        // What filled the whole reading and started makes room for what lies behind it.
        status.more |= started > 0 && status.queued >= u64::from(at_most);
        Ok(())
    }
}

fn length(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

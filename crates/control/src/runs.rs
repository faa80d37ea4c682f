//! Runs as runners handle them: lease, renew, move, note, finish. The same use cases serve the runner inside the server
//! and those that come over HTTP; each is told no more than its job.

mod asked;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use signalbox_domain::access::{Action, Actor, Denied, Target};
use signalbox_domain::change::Change;
use signalbox_domain::context::Context;
use signalbox_domain::finish::{RetryPolicy, task_end};
use signalbox_domain::form::{Form as _, FormError, to_form};
use signalbox_domain::ids::{ChangeId, RunId};
use signalbox_domain::job::{AgentSpec, Job, JobLimits, JobRepository, LeasedRun, Publish, RunReport};
use signalbox_domain::names::{HolderName, Label};
use signalbox_domain::outcome::{Effort, Failure, Outcome, Verdict};
use signalbox_domain::run::{FencingToken, RunLease, RunNote, Runner};
use signalbox_domain::states::{ChangeState, RunEvent};
use signalbox_domain::task::{Mode, Task};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, Wakeups};
use signalbox_store::dispatcher::{Finish, Finished, RunFilter};
use signalbox_store::{Page, Store, StoreError};
use signalbox_workspace::branch_name;

use crate::wakes::{OUTCOMES, TASKS};

/// An agent as it is configured: what runs, and within which bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    pub spec: AgentSpec,
    pub limits: JobLimits,
}

#[derive(Debug, thiserror::Error)]
pub enum RunsError {
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Another holder, or nobody, has the run now.
    #[error("the lease on {0} is lost")]
    LeaseLost(RunId),
    #[error("{0} cannot be worked on: {1}")]
    Unworkable(RunId, &'static str),
    #[error("reading or writing runs")]
    Store(#[source] StoreError),
}

impl From<StoreError> for RunsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost { run } => Self::LeaseLost(run),
            other => Self::Store(other),
        }
    }
}

#[derive(Clone)]
pub struct Runs {
    store: Store,
    clock: Clock,
    ids: IdSource,
    agents: BTreeMap<Label, Agent>,
    retry: RetryPolicy,
    wakeups: Wakeups,
    /// Runners that this process has met: for one more, tasks may start that waited for it.
    met: Arc<Mutex<BTreeSet<HolderName>>>,
}

/// More runners than a fleet has; beyond it the dispatcher's period is what they wait for.
const RUNNERS_MET: usize = 10_000;

/// More runs of one task than any retry policy allows.
const RUNS_COUNTED: u32 = 100;

impl Runs {
    pub fn new(
        store: Store,
        clock: Clock,
        ids: IdSource,
        agents: BTreeMap<Label, Agent>,
        retry: RetryPolicy,
        wakeups: Wakeups,
    ) -> Self {
        Self { store, clock, ids, agents, retry, wakeups, met: Arc::default() }
    }

    /// Leases at most `at_most` runs for exactly `length`, each with its job.
    pub async fn lease(
        &self,
        actor: &Actor,
        runner: &Runner,
        at_most: u32,
        length: Duration,
    ) -> Result<Vec<LeasedRun>, RunsError> {
        actor.authorize(Action::LeaseRuns, Target::System)?;
        let now = self.clock.now();
        let id = self.store.runner_put(&Runner { seen_at: now, ..runner.clone() }).await?;
        if self.meet(&runner.name) {
            self.wakeups.wake(TASKS);
        }
        let runner = Runner { id, ..runner.clone() };
        let leases = self.store.runs_claim(&runner, at_most, now.plus(length), now).await?;
        let mut leased = Vec::with_capacity(leases.len());
        for lease in leases {
            match self.job(&lease).await {
                Ok(job) => leased.push(LeasedRun { lease, job }),
                Err(RunsError::Unworkable(_, why)) => self.refuse(&lease, why).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(leased)
    }

    /// True the first time.
    fn meet(&self, runner: &HolderName) -> bool {
        // A name goes in whole, so a panic elsewhere leaves a valid set.
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.len() < RUNNERS_MET && met.insert(runner.clone())
    }

    /// Ends a run that nobody can work on, so that it neither stands in the way nor is lost in silence.
    async fn refuse(&self, lease: &RunLease, why: &str) -> Result<(), RunsError> {
        let report = RunReport {
            outcome: self.ids.next(),
            verdict: Verdict::Failed { failure: Failure::Refused { detail: why.to_owned() } },
            effort: Effort::default(),
            change: None,
        };
        match self.end(lease.run, lease.token, report).await {
            Ok(_) | Err(RunsError::LeaseLost(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub async fn renew(
        &self,
        actor: &Actor,
        run: RunId,
        token: FencingToken,
        length: Duration,
    ) -> Result<(), RunsError> {
        actor.authorize(Action::LeaseRuns, Target::System)?;
        Ok(self.store.run_renew(run, token, self.clock.now().plus(length)).await?)
    }

    /// A move whose answer was lost is made again: the second time it has happened already.
    pub async fn moved(
        &self,
        actor: &Actor,
        run: RunId,
        token: FencingToken,
        event: RunEvent,
    ) -> Result<(), RunsError> {
        actor.authorize(Action::LeaseRuns, Target::System)?;
        match self.store.run_move(run, token, event, self.clock.now()).await {
            Ok(_) => Ok(()),
            Err(StoreError::Illegal(_)) if self.has_made(run, event).await? => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn notes(
        &self,
        actor: &Actor,
        run: RunId,
        token: FencingToken,
        notes: &[RunNote],
    ) -> Result<(), RunsError> {
        actor.authorize(Action::LeaseRuns, Target::System)?;
        Ok(self.store.run_notes_append(run, token, notes, self.clock.now()).await?)
    }

    /// Ends a run; the same report again is the same end.
    pub async fn finish(
        &self,
        actor: &Actor,
        run: RunId,
        token: FencingToken,
        report: RunReport,
    ) -> Result<Finished, RunsError> {
        actor.authorize(Action::LeaseRuns, Target::System)?;
        self.end(run, token, report).await
    }

    async fn end(&self, run: RunId, token: FencingToken, report: RunReport) -> Result<Finished, RunsError> {
        let now = self.clock.now();
        let record = self.store.run_show(run).await?.ok_or(RunsError::LeaseLost(run))?;
        let task = self.task(run, record.run.task).await?;
        let change = self.change(&task, &report, now);
        let filter = RunFilter { task: Some(task.id), ..RunFilter::default() };
        let runs = self.store.runs_list(filter, Page::first(RUNS_COUNTED)).await?.len();
        let event = task_end(&report.verdict, u32::try_from(runs).unwrap_or(u32::MAX), self.retry).event();
        let outcome = Outcome {
            id: report.outcome,
            task: task.id,
            run: Some(run),
            verdict: report.verdict,
            effort: report.effort,
            at: now,
        };
        let finish = Finish { outcome: &outcome, change: change.as_ref(), task: event };
        let finished = self.store.run_finish(run, token, finish, now).await?;
        self.wakeups.wake(OUTCOMES);
        Ok(finished)
    }

    /// Is the run where this event would have taken it?
    async fn has_made(&self, run: RunId, event: RunEvent) -> Result<bool, RunsError> {
        use signalbox_domain::states::RunState;
        let Some(record) = self.store.run_show(run).await? else { return Ok(false) };
        Ok(matches!(
            (event, record.run.state),
            (RunEvent::Prepare, RunState::Preparing)
                | (RunEvent::Work, RunState::Working)
                | (RunEvent::Check, RunState::Checking)
        ))
    }

    async fn task(&self, run: RunId, id: signalbox_domain::ids::TaskId) -> Result<Task, RunsError> {
        self.store.task_show(id).await?.ok_or(RunsError::Unworkable(run, "its task is gone"))
    }

    async fn job(&self, lease: &RunLease) -> Result<Job, RunsError> {
        let task = self.task(lease.run, lease.task).await?;
        let unworkable = |why| RunsError::Unworkable(lease.run, why);
        let id = task.repository.ok_or_else(|| unworkable("it has no repository"))?;
        let repository = self.store.repository_show(id).await?;
        let repository = repository.ok_or_else(|| unworkable("its repository is gone"))?;
        let record = self.store.run_show(lease.run).await?.ok_or_else(|| unworkable("it is gone"))?;
        let agent =
            self.agents.get(&record.run.agent).ok_or_else(|| unworkable("its agent is not configured"))?;
        let publish = if task.mode == Mode::Local { Publish::Keep } else { Publish::Push };
        let context = self.store.task_context(task.id).await?.map(|kept| document(lease.run, &kept.context));
        Ok(Job {
            task: task.id,
            run: lease.run,
            branch: branch_name(task.id, &task.title.value),
            title: task.title,
            brief: task.brief,
            context: context.transpose()?,
            intent: task.intent,
            mode: record.run.mode,
            repository: JobRepository {
                name: repository.name,
                location: repository.location,
                default_branch: repository.default_branch,
            },
            agent: agent.spec.clone(),
            check: None,
            publish,
            limits: agent.limits,
        })
    }

    fn change(&self, task: &Task, report: &RunReport, now: Timestamp) -> Option<Change> {
        let change = report.change.as_ref()?;
        Some(Change {
            id: self.ids.next::<ChangeId>(),
            repository: task.repository?,
            task: Some(task.id),
            case: task.case.map(|on| on.case),
            state: ChangeState::Pushed,
            branch: change.branch.clone(),
            base: change.base.clone(),
            head: change.head.clone(),
            commits: change.commits,
            touches: change.touches.clone(),
            pull_request: None,
            changed_at: now,
        })
    }
}

/// As a program reads it: with its name and version.
fn document(run: RunId, context: &Context) -> Result<serde_json::Value, RunsError> {
    let written = to_form(context).and_then(|text| {
        serde_json::from_str(&text).map_err(|source| FormError::Write { form: Context::NAME, source })
    });
    written.map_err(|_| RunsError::Unworkable(run, "its context cannot be written"))
}

#[cfg(test)]
mod tests;

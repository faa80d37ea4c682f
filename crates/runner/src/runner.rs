//! The runner as a service: leases runs for its free slots and works on each.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::job::LeasedRun;
use signalbox_domain::task::Mode;
use signalbox_redact::Redactor;
use signalbox_runtime::{
    Clock, Hold, LeaseAsk, LeaseDriver, LeaseSetup, LeaseSource, LeaseStatus, Metrics, Randomness, Renewal,
    Stop, Subscription, Tasks, Timestamp,
};
use signalbox_sandbox::{IsolationMissing, Sandbox};
use signalbox_workspace::Cache;
use tokio::sync::watch;

use crate::attempt::Attempt;
use crate::config::RunnerConfig;
use crate::place::Tools;
use crate::port::{PortError, RunnerPort, RunsWanted};
use crate::tidy;

/// Why a runner does not start.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// Cloud runs were asked for, and nothing here keeps them apart from this computer.
    #[error("a runner for cloud runs does not start without isolation")]
    IsolationMissing(#[from] IsolationMissing),
    #[error("finding the folder that a runner works in")]
    Root(#[source] std::io::Error),
}

/// What a runner needs besides its port.
#[derive(Debug)]
pub struct RunnerSetup {
    pub config: RunnerConfig,
    pub clock: Clock,
    pub randomness: Randomness,
    pub tasks: Tasks,
    /// Applied to everything that an agent, a check or git said.
    pub redact: Redactor,
}

/// A runner that may start.
pub struct Runner<P> {
    shared: Arc<Shared<P>>,
}

struct Shared<P> {
    tools: Tools,
    randomness: Randomness,
    port: P,
}

impl<P: RunnerPort> Runner<P> {
    /// A runner for the modes of its config. With cloud among them, isolation is tried first.
    pub async fn new(setup: RunnerSetup, port: P) -> Result<Self, RunnerError> {
        let RunnerSetup { mut config, clock, randomness, tasks, redact } = setup;
        // Git and agents work in folders of their own: a path from here would mean another place there.
        config.root = std::path::absolute(&config.root).map_err(RunnerError::Root)?;
        let sandbox = if config.modes.contains(&Mode::Cloud) {
            Some(Sandbox::probe(config.sandbox.clone(), &clock).await?)
        } else {
            None
        };
        let repositories = config.root.join("repositories");
        let cache = Cache::new(repositories, config.git.clone(), clock.clone());
        let tools = Tools { config, clock, tasks, redact, cache, sandbox };
        Ok(Self { shared: Arc::new(Shared { tools, randomness, port }) })
    }

    /// Works until nothing new may be taken and everything held has ended. `wakeups` says that there may be runs.
    pub fn start(
        self,
        metrics: &Metrics,
        wakeups: Subscription,
        stop: Stop,
    ) -> (impl Future<Output = ()> + Send + 'static, watch::Receiver<LeaseStatus>) {
        let tools = &self.shared.tools;
        let setup = LeaseSetup {
            name: "runner",
            config: tools.config.lease.clone(),
            clock: tools.clock.clone(),
            randomness: self.shared.randomness.clone(),
            tasks: tools.tasks.clone(),
            wakeups,
        };
        let source = PortSource(Arc::clone(&self.shared));
        let tidying = Arc::clone(&self.shared);
        tools
            .tasks
            .spawn("tidying after an earlier runner", async move { tidy::at_start(&tidying.tools).await });
        let shared = self.shared;
        let work = move |leased: Arc<LeasedRun>, hold: Hold| {
            let shared = Arc::clone(&shared);
            async move { shared.work(leased, &hold).await }
        };
        let driver = LeaseDriver::new(setup, metrics, source, work);
        let status = driver.status();
        (driver.run(stop), status)
    }
}

impl<P: RunnerPort> Shared<P> {
    async fn work(self: Arc<Self>, leased: Arc<LeasedRun>, hold: &Hold) {
        let run = leased.lease.run;
        let attempt = Attempt {
            tools: &self.tools,
            port: &self.port,
            randomness: &self.randomness,
            leased: &leased,
            hold,
        };
        tracing::info!(%run, attempt = leased.lease.attempt, mode = %leased.job.mode, "working on a run");
        match attempt.run().await {
            Ok(()) => {
                tracing::info!(%run, "reported a run");
                let shared = Arc::clone(&self);
                // Beside the lease, which ended with the report.
                self.tools.tasks.spawn("tidying after a run", async move {
                    tidy::after_run(&shared.tools, &leased.job).await;
                });
            }
            Err(abandoned) => tracing::warn!(%run, "gave a run up: {abandoned}"),
        }
    }
}

/// A port as a source of leases.
struct PortSource<P>(Arc<Shared<P>>);

impl<P: RunnerPort> LeaseSource for PortSource<P> {
    type Lease = LeasedRun;
    type Error = PortError;

    async fn acquire(&self, ask: LeaseAsk) -> Result<Vec<LeasedRun>, PortError> {
        let at_most = u32::try_from(ask.at_most).unwrap_or(u32::MAX);
        let modes = self.0.tools.config.modes.clone();
        self.0.port.lease(RunsWanted { at_most, modes, length: ask.length }).await
    }

    async fn renew(
        &self,
        leased: &LeasedRun,
        _now: Timestamp,
        length: Duration,
    ) -> Result<Renewal, PortError> {
        match self.0.port.renew(leased.lease.run, leased.lease.token, length).await {
            Err(PortError::LeaseLost) => Ok(Renewal::Lost),
            answer => answer,
        }
    }
}

//! The life of one process: services are started in order and end last in first out, within a bound.
//!
//! ```text
//! start(store) start(planner) start(http)    run() ── signal, failure, jobs done ──▶ StopTaking for all
//!                                                      http ends ▶ planner ends ▶ store ends ▶ exit code
//! ```
//!
//! When the bound is over, or at a second signal, what is left is dropped and named in the log. Only the binary calls
//! this; a service must never end the process by itself, it returns a failure.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::tasks::panic_message;
use crate::{Clock, ExitCode, Shutdown, Stage, Stop, StopReason, TaskHandle, Tasks};

/// How long dropped tasks get to run their destructors before the process leaves them behind.
const ABORT_BOUND: Duration = Duration::from_secs(1);

/// The knobs of the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProcessConfig {
    /// How long work under way may take after a stop was asked for.
    #[serde(with = "crate::duration")]
    pub drain: Duration,
}

impl Default for ProcessConfig {
    fn default() -> Self {
        Self { drain: Duration::from_secs(30) }
    }
}

/// Why a service could not go on, and the exit code that says so.
#[derive(Debug, thiserror::Error)]
#[error("exit code {code}")]
pub struct ServiceFailure {
    pub code: ExitCode,
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

impl ServiceFailure {
    pub fn new(code: ExitCode, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { code, source: source.into() }
    }
}

/// The signals of the operating system cannot be listened to.
#[derive(Debug, thiserror::Error)]
#[error("could not listen to SIGTERM and SIGINT")]
pub struct SignalError(#[source] std::io::Error);

/// What a service may do by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Runs until it is stopped: ending before that is a failure.
    Service,
    /// Ends when it is done; the process stops with its last job.
    Job,
}

/// A process under way.
#[derive(Debug)]
pub struct Process {
    config: ProcessConfig,
    clock: Clock,
    shutdown: Shutdown,
    tasks: Tasks,
    started: Vec<Started>,
    jobs: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Started {
    turn: watch::Sender<bool>,
    ended: TaskHandle<()>,
}

impl Process {
    pub fn new(config: ProcessConfig, clock: Clock) -> Self {
        let shutdown = Shutdown::new();
        let tasks = Tasks::new(shutdown.clone());
        Self { config, clock, shutdown, tasks, started: Vec::new(), jobs: Arc::default() }
    }

    pub const fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    pub const fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// Starts a service that runs until it is stopped.
    pub fn start<F>(&mut self, name: &'static str, service: impl FnOnce(Stop) -> F)
    where
        F: Future<Output = Result<(), ServiceFailure>> + Send + 'static,
    {
        self.start_as(Kind::Service, name, service);
    }

    /// Starts a job: the process stops cleanly when its last job is done.
    pub fn start_job<F>(&mut self, name: &'static str, job: impl FnOnce(Stop) -> F)
    where
        F: Future<Output = Result<(), ServiceFailure>> + Send + 'static,
    {
        self.jobs.fetch_add(1, Ordering::SeqCst);
        self.start_as(Kind::Job, name, job);
    }

    fn start_as<F>(&mut self, kind: Kind, name: &'static str, service: impl FnOnce(Stop) -> F)
    where
        F: Future<Output = Result<(), ServiceFailure>> + Send + 'static,
    {
        let (turn, turn_seen) = watch::channel(false);
        let running = service(Stop::new(self.shutdown.clone(), turn_seen));
        let (shutdown, jobs) = (self.shutdown.clone(), Arc::clone(&self.jobs));
        let ended = self.tasks.spawn(name, async move {
            let result = running.await;
            note_end(kind, name, result, &shutdown, &jobs);
        });
        tracing::info!(service = name, "started");
        self.started.push(Started { turn, ended });
    }

    /// Runs until a signal, a failure or the last job, drains, and says how it went.
    pub async fn run(self, signals: Signals) -> ExitCode {
        let shutdown = self.shutdown.clone();
        tokio::select! {
            code = self.run_to_the_end() => code,
            never = signals.pump(shutdown) => match never {},
        }
    }

    async fn run_to_the_end(self) -> ExitCode {
        self.shutdown.stopping().await;
        // A failure has been told in full where it happened.
        let reason = self.shutdown.reason().filter(|reason| !matches!(reason, StopReason::Failed { .. }));
        tracing::info!(?reason, drain = ?self.config.drain, "stopping");
        let (clock, drain, tasks, shutdown) =
            (self.clock.clone(), self.config.drain, self.tasks.clone(), self.shutdown.clone());
        let cut = tokio::select! {
            biased;
            drained = clock.timeout(drain, self.end_in_turn()) => drained.err().map(|_| ExitCode::DrainExceeded),
            () = shutdown.aborting() => Some(ExitCode::Interrupted),
        };
        if let Some(code) = cut {
            cut_off(&clock, &tasks, &shutdown, code).await;
        }
        shutdown.failure().or(cut).unwrap_or(ExitCode::Done)
    }

    /// Ends the services, the last started first, and then waits for the tasks that they left.
    async fn end_in_turn(self) {
        for Started { turn, ended } in self.started.into_iter().rev() {
            turn.send_replace(true);
            let name: Arc<str> = ended.name().into();
            match ended.await {
                Ok(()) => tracing::info!(service = &*name, "ended"),
                Err(end) => tracing::error!(service = &*name, "{end}"),
            }
        }
        self.tasks.idle().await;
    }
}

fn note_end(
    kind: Kind,
    name: &'static str,
    result: Result<(), ServiceFailure>,
    shutdown: &Shutdown,
    jobs: &AtomicUsize,
) {
    let last_job = kind == Kind::Job && jobs.fetch_sub(1, Ordering::SeqCst) == 1;
    match result {
        Err(failure) => {
            let chain = crate::error_chain(failure.source.as_ref());
            shutdown.fail(failure.code, format!("{name} failed: {chain}"));
        }
        Ok(()) if kind == Kind::Service && shutdown.stage() == Stage::Running => {
            shutdown.fail(ExitCode::Failure, format!("{name} ended by itself"));
        }
        Ok(()) if last_job => shutdown.stop(StopReason::JobsDone),
        Ok(()) => tracing::debug!(service = name, "done"),
    }
}

async fn cut_off(clock: &Clock, tasks: &Tasks, shutdown: &Shutdown, code: ExitCode) {
    let left = tasks.living().join(", ");
    tracing::error!(exit_code = code.number(), left, "the drain was cut short; dropping what is left");
    shutdown.abort();
    tasks.abort_all();
    if clock.timeout(ABORT_BOUND, tasks.idle()).await.is_err() {
        tracing::error!(left = tasks.living().join(", "), "left behind: it blocks a thread");
    }
}

/// The signals that ask for an end. To be listened to before the first service starts: one that comes during the
/// start is kept until [`Process::run`].
#[derive(Debug)]
pub struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    /// From now on SIGTERM and SIGINT no longer kill the process.
    pub fn listen() -> Result<Self, SignalError> {
        let listen = |kind| signal(kind).map_err(SignalError);
        Ok(Self { term: listen(SignalKind::terminate())?, int: listen(SignalKind::interrupt())? })
    }

    /// The first signal stops, the second aborts, more do nothing.
    async fn pump(mut self, shutdown: Shutdown) -> std::convert::Infallible {
        loop {
            let name = tokio::select! {
                Some(()) = self.term.recv() => "SIGTERM",
                Some(()) = self.int.recv() => "SIGINT",
                else => std::future::pending().await,
            };
            if shutdown.stage() == Stage::Running {
                shutdown.stop(StopReason::Signal(name));
            } else {
                tracing::warn!(signal = name, "asked again: stopping at once");
                shutdown.abort();
            }
        }
    }
}

/// Runs `main` on a runtime of its own and leaves threads that still block behind. The only way the binary enters
/// asynchronous code.
pub fn enter(main: impl Future<Output = ExitCode>) -> Result<ExitCode, std::io::Error> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("signalbox").build()?;
    // Nothing is used again after a panic but the runtime, which is only shut down.
    let code = catch_unwind(AssertUnwindSafe(|| runtime.block_on(main))).unwrap_or_else(|payload| {
        tracing::error!("the main task panicked: {}", panic_message(payload.as_ref()));
        ExitCode::Panicked
    });
    runtime.shutdown_background();
    Ok(code)
}

//! How a process comes to its end: the stages, the reason and the exit code.
//!
//! ```text
//! Running ─▶ StopTaking ─▶ Abort
//! ```
//!
//! At `StopTaking` nobody takes new work; what is under way is finished, the services ending last in first out (see
//! `process.rs`). At `Abort` what is left is dropped. The first reason to stop is kept; the first failure decides the exit
//! code, even when it comes during a clean stop. Called by everything that can bring the process down.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::ExitCode;

/// How far the end has come. Only ever goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Running,
    StopTaking,
    Abort,
}

/// Why the process stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// A signal of this name arrived.
    Signal(&'static str),
    /// Somebody asked for it, and is named here.
    Asked(&'static str),
    /// Every job that the process was started for has ended.
    JobsDone,
    /// Something failed that the process cannot go on without.
    Failed { code: ExitCode, what: String },
}

/// The handle on the end of the process. Clones are the same.
#[derive(Debug, Clone)]
pub struct Shutdown {
    stage: Arc<watch::Sender<Stage>>,
    cause: Arc<Mutex<Cause>>,
}

#[derive(Debug, Default)]
struct Cause {
    first: Option<StopReason>,
    failure: Option<ExitCode>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    pub fn new() -> Self {
        Self { stage: Arc::new(watch::Sender::new(Stage::Running)), cause: Arc::default() }
    }

    /// From now on nothing new is taken. Asked again, only a first failure still counts.
    pub fn stop(&self, reason: StopReason) {
        {
            // A cause is set field by field and valid in between.
            let mut cause = self.cause.lock().unwrap_or_else(PoisonError::into_inner);
            if let StopReason::Failed { code, what } = &reason {
                tracing::error!(exit_code = code.number(), "stopping: {what}");
                cause.failure.get_or_insert(*code);
            }
            cause.first.get_or_insert(reason);
        }
        self.reach(Stage::StopTaking);
    }

    /// Stops because of a failure.
    pub fn fail(&self, code: ExitCode, what: impl Into<String>) {
        self.stop(StopReason::Failed { code, what: what.into() });
    }

    /// A second signal, or the end of the drain bound: what is left is dropped.
    pub fn abort(&self) {
        self.reach(Stage::Abort);
    }

    pub fn stage(&self) -> Stage {
        *self.stage.borrow()
    }

    /// Why the process stops, once it does.
    pub fn reason(&self) -> Option<StopReason> {
        self.cause.lock().unwrap_or_else(PoisonError::into_inner).first.clone()
    }

    /// The code of the first failure, if there was one.
    pub fn failure(&self) -> Option<ExitCode> {
        self.cause.lock().unwrap_or_else(PoisonError::into_inner).failure
    }

    /// Resolves once nothing new may be taken.
    pub async fn stopping(&self) {
        self.reached(Stage::StopTaking).await;
    }

    /// Resolves once what is left is being dropped.
    pub async fn aborting(&self) {
        self.reached(Stage::Abort).await;
    }

    fn reach(&self, stage: Stage) {
        self.stage.send_if_modified(|now| {
            let onward = stage > *now;
            *now = stage.max(*now);
            onward
        });
    }

    async fn reached(&self, stage: Stage) {
        let mut watch = self.stage.subscribe();
        if watch.wait_for(|now| *now >= stage).await.is_err() {
            // The sender is held by `self`, so this cannot come to pass while anybody waits here.
            std::future::pending::<()>().await;
        }
    }
}

/// What one service sees of the end: when to take nothing new, and when its own turn to end has come.
#[derive(Debug, Clone)]
pub struct Stop {
    shutdown: Shutdown,
    turn: watch::Receiver<bool>,
}

impl Stop {
    pub(crate) const fn new(shutdown: Shutdown, turn: watch::Receiver<bool>) -> Self {
        Self { shutdown, turn }
    }

    /// Resolves once nothing new may be taken. A service on which no other relies finishes what it holds and ends.
    pub async fn stop_taking(&self) {
        self.shutdown.stopping().await;
    }

    /// Resolves once everything that was started after this service has ended. A service on which others rely (a
    /// writer, a connection) goes on until then.
    pub async fn turn(&self) {
        self.shutdown.stopping().await;
        let mut turn = self.turn.clone();
        if turn.wait_for(|come| *come).await.is_err() {
            // The process that orders the turns is gone, so nobody relies on this service any more.
            tracing::debug!("the turn to end came with the end of the process");
        }
    }

    pub fn stage(&self) -> Stage {
        self.shutdown.stage()
    }

    pub const fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }
}

impl From<Shutdown> for Stop {
    /// A service by itself: its turn comes as soon as the stop does.
    fn from(shutdown: Shutdown) -> Self {
        let (_, turn) = watch::channel(true);
        Self { shutdown, turn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stages_only_go_on() {
        let shutdown = Shutdown::new();
        assert_eq!(shutdown.stage(), Stage::Running);
        shutdown.abort();
        shutdown.stop(StopReason::Asked("test"));
        assert_eq!(shutdown.stage(), Stage::Abort);
        shutdown.stopping().await;
        shutdown.aborting().await;
    }

    #[tokio::test]
    async fn the_first_reason_stays_and_the_first_failure_counts() {
        let shutdown = Shutdown::new();
        assert_eq!((shutdown.reason(), shutdown.failure()), (None, None));
        shutdown.stop(StopReason::Signal("SIGTERM"));
        shutdown.fail(ExitCode::DiskFull, "the disk is full");
        shutdown.fail(ExitCode::Panicked, "a task panicked");
        assert_eq!(shutdown.reason(), Some(StopReason::Signal("SIGTERM")));
        assert_eq!(shutdown.failure(), Some(ExitCode::DiskFull));
        assert_eq!(shutdown.stage(), Stage::StopTaking);
    }

    #[tokio::test]
    async fn a_turn_comes_after_the_stop_and_when_it_is_given() {
        let shutdown = Shutdown::new();
        let (give, turn) = watch::channel(false);
        let stop = Stop::new(shutdown.clone(), turn);
        let waiting = stop.turn();
        tokio::pin!(waiting);
        give.send_replace(true);
        assert!(is_pending(waiting.as_mut()).await, "a turn without a stop ends nothing");
        shutdown.stop(StopReason::Asked("test"));
        waiting.await;
        Stop::from(shutdown).turn().await;
    }

    async fn is_pending(waiting: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        tokio::select! { biased; () = waiting => false, () = tokio::task::yield_now() => true }
    }
}

//! Tasks and threads by name: the only place that starts one.
//!
//! A task that panics stops the whole process (exit code [`ExitCode::Panicked`]) instead of leaving it half alive, and
//! what is still running at the end can be named. Nothing here bounds how many run: callers hold permits. Called by
//! `process.rs`, the drivers and everything that needs a task of its own.

#![expect(clippy::disallowed_methods, reason = "this is the spawn that everything else has to use")]

use std::any::Any;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;

use crate::{ExitCode, Shutdown};

/// Starts tasks and knows those that run. Clones are the same.
#[derive(Debug, Clone)]
pub struct Tasks {
    register: Arc<Register>,
    shutdown: Shutdown,
}

#[derive(Debug, Default)]
struct Register {
    living: Mutex<Living>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Living {
    started: u64,
    by_number: BTreeMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    name: Arc<str>,
    /// Threads cannot be aborted; they end with the process.
    abort: Option<AbortHandle>,
}

/// Why a task gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskEnd {
    #[error("the task {name} panicked; the process is stopping")]
    Panicked { name: Arc<str> },
    #[error("the task {name} was aborted")]
    Aborted { name: Arc<str> },
}

/// The answer of a task, to be awaited. Dropping it lets the task run on.
#[derive(Debug)]
pub struct TaskHandle<T> {
    name: Arc<str>,
    answer: oneshot::Receiver<Result<T, TaskEnd>>,
    abort: Option<AbortHandle>,
}

impl Tasks {
    pub fn new(shutdown: Shutdown) -> Self {
        Self { register: Arc::default(), shutdown }
    }

    /// Starts an asynchronous task.
    pub fn spawn<T: Send + 'static>(
        &self,
        name: impl Into<Arc<str>>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> TaskHandle<T> {
        let (reporter, mut handle) = self.enter(name.into());
        let number = reporter.number;
        let task = tokio::spawn(async move {
            let ended = unwound(work).await;
            reporter.report(ended);
        });
        let abort = task.abort_handle();
        if let Some(entry) = self.register.living().by_number.get_mut(&number) {
            entry.abort = Some(abort.clone());
        }
        handle.abort = Some(abort);
        handle
    }

    /// Runs blocking work on tokio's pool of threads for it.
    pub fn spawn_blocking<T: Send + 'static>(
        &self,
        name: impl Into<Arc<str>>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> TaskHandle<T> {
        let (reporter, handle) = self.enter(name.into());
        tokio::task::spawn_blocking(move || reporter.report(catch_unwind(AssertUnwindSafe(work))));
        handle
    }

    /// Starts a thread of its own, for work that blocks for as long as the process lives.
    pub fn spawn_thread<T: Send + 'static>(
        &self,
        name: impl Into<Arc<str>>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<TaskHandle<T>, std::io::Error> {
        let (reporter, handle) = self.enter(name.into());
        let thread = std::thread::Builder::new().name(handle.name.to_string());
        thread.spawn(move || reporter.report(catch_unwind(AssertUnwindSafe(work))))?;
        Ok(handle)
    }

    /// The names of what runs, in the order of its start.
    pub fn living(&self) -> Vec<Arc<str>> {
        self.register.living().by_number.values().map(|entry| Arc::clone(&entry.name)).collect()
    }

    /// Resolves once nothing runs.
    pub async fn idle(&self) {
        loop {
            let ended = self.register.ended.notified();
            let mut ended = pin!(ended);
            ended.as_mut().enable();
            if self.register.living().by_number.is_empty() {
                return;
            }
            ended.await;
        }
    }

    /// Drops every task that still runs; threads go on until the process ends.
    pub fn abort_all(&self) {
        for entry in self.register.living().by_number.values() {
            if let Some(abort) = &entry.abort {
                abort.abort();
            }
        }
    }

    fn enter<T>(&self, name: Arc<str>) -> (Reporter<T>, TaskHandle<T>) {
        let number = {
            let mut living = self.register.living();
            living.started += 1;
            let number = living.started;
            living.by_number.insert(number, Entry { name: Arc::clone(&name), abort: None });
            number
        };
        let (answer_to, answer) = oneshot::channel();
        let reporter =
            Reporter { tasks: self.clone(), number, name: Arc::clone(&name), answer_to: Some(answer_to) };
        (reporter, TaskHandle { name, answer, abort: None })
    }
}

impl Register {
    fn living(&self) -> MutexGuard<'_, Living> {
        // Entries come and go whole, so a panic elsewhere leaves a valid register.
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lives inside a task: hands its answer over and takes it off the register, however it ends.
struct Reporter<T> {
    tasks: Tasks,
    number: u64,
    name: Arc<str>,
    answer_to: Option<oneshot::Sender<Result<T, TaskEnd>>>,
}

impl<T> Reporter<T> {
    fn report(mut self, ended: Result<T, Box<dyn Any + Send>>) {
        let answer = ended.map_err(|payload| {
            let message = panic_message(payload.as_ref());
            self.tasks
                .shutdown
                .fail(ExitCode::Panicked, format!("the task {} panicked: {message}", self.name));
            TaskEnd::Panicked { name: Arc::clone(&self.name) }
        });
        if self.answer_to.take().is_some_and(|answer_to| answer_to.send(answer).is_err()) {
            tracing::trace!(task = &*self.name, "nobody waited for the answer");
        }
    }
}

impl<T> Drop for Reporter<T> {
    fn drop(&mut self) {
        self.tasks.register.living().by_number.remove(&self.number);
        self.tasks.register.ended.notify_waiters();
    }
}

impl<T> TaskHandle<T> {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Drops the task at its next await. Does nothing to threads and blocking work.
    pub fn abort(&self) {
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

impl<T> Future for TaskHandle<T> {
    type Output = Result<T, TaskEnd>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(cx).map(|received| match received {
            Ok(answer) => answer,
            Err(_) => Err(TaskEnd::Aborted { name: Arc::clone(&self.name) }),
        })
    }
}

/// Runs `work` to its end or to its panic.
async fn unwound<T>(work: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut work = pin!(work);
    // After a panic the future is never polled again, so no broken state is seen.
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(answer)) => Poll::Ready(Ok(answer)),
        Err(payload) => Poll::Ready(Err(payload)),
    })
    .await
}

/// The text that a panic carries, if it carries one.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Stage, StopReason};

    fn tasks() -> (Tasks, Shutdown) {
        let shutdown = Shutdown::new();
        (Tasks::new(shutdown.clone()), shutdown)
    }

    #[tokio::test]
    async fn answers_come_back_and_names_go() {
        let (tasks, shutdown) = tasks();
        let task = tasks.spawn("adder", async { 1 + 1 });
        let blocking = tasks.spawn_blocking("reader", || 3);
        let thread = tasks.spawn_thread("poller", || 4).unwrap();
        assert_eq!(task.name(), "adder");
        assert_eq!((task.await, blocking.await, thread.await), (Ok(2), Ok(3), Ok(4)));
        tasks.idle().await;
        assert!(tasks.living().is_empty());
        assert_eq!(shutdown.stage(), Stage::Running);
    }

    #[tokio::test]
    async fn what_runs_is_named_until_it_ends() {
        let (tasks, _shutdown) = tasks();
        let (go, wait) = oneshot::channel::<()>();
        let (thread_go, thread_wait) = std::sync::mpsc::channel::<()>();
        let first = tasks.spawn("first", async move { wait.await.is_ok() });
        let second = tasks.spawn_thread("second", move || thread_wait.recv().is_ok()).unwrap();
        assert_eq!(tasks.living(), ["first".into(), "second".into()]);
        go.send(()).unwrap();
        assert_eq!(first.await, Ok(true));
        assert_eq!(tasks.living(), ["second".into()]);
        thread_go.send(()).unwrap();
        assert_eq!(second.await, Ok(true));
    }

    #[tokio::test]
    async fn a_panic_anywhere_stops_the_process_with_its_code() {
        type Start = fn(&Tasks) -> TaskHandle<()>;
        let starts: [(&str, Start); 3] = [
            ("task", |tasks| tasks.spawn("task", async { panic!("broken {}", 1) })),
            ("blocking", |tasks| tasks.spawn_blocking("blocking", || panic!("broken 1"))),
            ("thread", |tasks| tasks.spawn_thread("thread", || panic!("broken 1")).unwrap()),
        ];
        for (name, start) in starts {
            let (tasks, shutdown) = tasks();
            assert_eq!(start(&tasks).await, Err(TaskEnd::Panicked { name: name.into() }));
            let what = format!("the task {name} panicked: broken 1");
            assert_eq!(shutdown.reason(), Some(StopReason::Failed { code: ExitCode::Panicked, what }));
            tasks.idle().await;
        }
    }

    #[tokio::test]
    async fn a_dropped_handle_does_not_hide_a_panic() {
        let (tasks, shutdown) = tasks();
        drop(tasks.spawn("lost", async { panic!("broken") }));
        shutdown.stopping().await;
        assert_eq!(shutdown.failure(), Some(ExitCode::Panicked));
    }

    #[tokio::test]
    async fn an_abort_drops_tasks_and_leaves_the_process_alone() {
        let (tasks, shutdown) = tasks();
        let one = tasks.spawn("one", std::future::pending::<()>());
        let other = tasks.spawn("other", std::future::pending::<()>());
        one.abort();
        assert_eq!(one.await, Err(TaskEnd::Aborted { name: "one".into() }));
        tasks.abort_all();
        assert_eq!(other.await, Err(TaskEnd::Aborted { name: "other".into() }));
        tasks.idle().await;
        assert_eq!(shutdown.stage(), Stage::Running);
    }
}

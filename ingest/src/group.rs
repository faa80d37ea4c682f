//! One transaction for all that wait: requests that come at the same time share a commit, and each is answered after it.
//!
//! ```text
//!   request ─▶ part ─┐                       ┌▶ its own report
//!   request ─▶ part ─┼▶ what waits ─▶ fold ──┼▶
//!   request ─▶ part ─┘   (one task, only     └▶
//!                         while there is work)
//! ```
//!
//! A request that is given up while it waits is committed all the same: its sender asks again, and ids make that
//! harmless. Called by the doors.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signalbox_store::StoreError;
use signalbox_store::ingest::{FoldBatch, FoldPart, PartReport};
use tokio::sync::oneshot;

use crate::pass::{IngestSetup, SIGNALS};

/// Parts of one transaction.
const MOST_PARTS: usize = 256;
/// Whoever comes when so many wait is sent away: memory stays bounded while the store is slow.
const MOST_WAITING: usize = 4096;

/// Why a part was not committed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GroupError {
    #[error("too many requests wait for the store")]
    Crowded,
    /// All that shared the transaction were told the same.
    #[error("writing signals")]
    Store(#[source] Arc<StoreError>),
    #[error("the commit ended before it was done")]
    Ended,
}

type Answer = Result<PartReport, GroupError>;

/// Clones share what waits.
#[derive(Clone)]
pub(crate) struct GroupCommit {
    setup: IngestSetup,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<(FoldPart, oneshot::Sender<Answer>)>,
    is_worked_on: bool,
}

impl GroupCommit {
    pub(crate) fn new(setup: IngestSetup) -> Self {
        Self { setup, queue: Arc::default() }
    }

    /// After an answer without an error the part is kept for good.
    pub(crate) async fn commit(&self, part: FoldPart) -> Answer {
        let (answer_to, answer) = oneshot::channel();
        let begin = {
            let mut queue = self.queue();
            if queue.waiting.len() >= MOST_WAITING {
                return Err(GroupError::Crowded);
            }
            queue.waiting.push((part, answer_to));
            !std::mem::replace(&mut queue.is_worked_on, true)
        };
        if begin {
            let this = self.clone();
            self.setup.tasks.spawn("commit of requests", async move { this.work_off().await });
        }
        answer.await.unwrap_or(Err(GroupError::Ended))
    }

    async fn work_off(&self) {
        loop {
            let waiting: Vec<_> = {
                let mut queue = self.queue();
                let many = queue.waiting.len().min(MOST_PARTS);
                queue.is_worked_on = many > 0;
                queue.waiting.drain(..many).collect()
            };
            if waiting.is_empty() {
                return;
            }
            let (parts, answer_to): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
            let answers = self.fold(FoldBatch { parts }).await;
            for (answer, answer_to) in answers.into_iter().zip(answer_to) {
                if answer_to.send(answer).is_err() {
                    tracing::trace!("nobody waited for the commit any more");
                }
            }
        }
    }

    async fn fold(&self, batch: FoldBatch) -> Vec<Answer> {
        match self.setup.store.signals_fold(&batch, self.setup.clock.now()).await {
            Ok(reports) => {
                self.setup.wakeups.wake(SIGNALS);
                reports.into_iter().map(Ok).collect()
            }
            Err(error) => {
                let error = Arc::new(error);
                batch.parts.iter().map(|_| Err(GroupError::Store(Arc::clone(&error)))).collect()
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // What waits comes and goes whole, so a panic elsewhere leaves a valid queue.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

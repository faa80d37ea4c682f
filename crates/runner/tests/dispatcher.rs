//! The other side of a port, in memory: fencing tokens, attempts and one outcome a run, with faults on request.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use signalbox_domain::ids::{OutcomeId, RunId};
use signalbox_domain::job::{Job, LeasedRun, RunReport};
use signalbox_domain::run::{FencingToken, RunLease, RunNote};
use signalbox_domain::states::{Machine, RunEvent, RunState};
use signalbox_runner::{PortError, RunnerPort, RunsWanted};
use signalbox_runtime::{Clock, Renewal};
use tokio::sync::Notify;

#[derive(Clone)]
pub(crate) struct Dispatcher {
    clock: Clock,
    table: Arc<Mutex<Table>>,
    changed: Arc<Notify>,
}

#[derive(Default)]
pub(crate) struct Table {
    waiting: VecDeque<Job>,
    pub(crate) runs: BTreeMap<RunId, Row>,
    /// So many finishes are written, and their answers lost.
    pub(crate) lost_answers: usize,
    /// Notes are not answered for as long as this is so.
    pub(crate) notes_held: bool,
    /// Finishes are neither written nor answered for as long as this is so.
    pub(crate) finishes_held: bool,
    /// How many finishes were held.
    pub(crate) finishes_waiting: usize,
}

#[derive(Clone)]
pub(crate) struct Row {
    job: Job,
    token: i64,
    attempt: u32,
    pub(crate) state: RunState,
    pub(crate) events: Vec<RunEvent>,
    pub(crate) notes: Vec<RunNote>,
    pub(crate) report: Option<RunReport>,
    /// Every finish that arrived with a good token, repeated ones included.
    pub(crate) finishes: Vec<OutcomeId>,
}

impl Dispatcher {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, table: Arc::default(), changed: Arc::default() }
    }

    pub(crate) fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap()
    }

    pub(crate) fn queue(&self, job: Job) {
        self.table().waiting.push_back(job);
    }

    /// The lease ended: the run waits again, and its holder's token is stale.
    pub(crate) fn rescue(&self, run: RunId) {
        let mut table = self.table();
        let row = table.runs.get_mut(&run).unwrap();
        row.state = row.state.next(RunEvent::Rescue).unwrap();
        row.token += 1;
        let job = row.job.clone();
        table.waiting.push_back(job);
    }

    /// Waits until somebody tells of an end that is held.
    pub(crate) async fn until_a_finish_is_held(&self) {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                if self.table().finishes_waiting > 0 {
                    return;
                }
                changed.await;
            }
        };
        let held = self.clock.timeout(Duration::from_secs(60), waiting).await;
        held.unwrap_or_else(|_| panic!("nothing was finished"));
    }

    /// The holder's token is stale, and nobody else takes the run.
    pub(crate) fn fence(&self, run: RunId) {
        self.table().runs.get_mut(&run).unwrap().token += 1;
    }

    /// Lets waiting notes through.
    pub(crate) fn release_notes(&self) {
        self.table().notes_held = false;
        self.changed.notify_waiters();
    }

    pub(crate) fn row(&self, run: RunId) -> Option<Row> {
        self.table().runs.get(&run).cloned()
    }

    /// Waits until it is so of a run.
    pub(crate) async fn until(&self, what: &str, run: RunId, holds: impl Fn(&Row) -> bool) -> Row {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                if let Some(row) = self.row(run).filter(|row| holds(row)) {
                    return row;
                }
                changed.await;
            }
        };
        match self.clock.timeout(Duration::from_secs(60), waiting).await {
            Ok(row) => row,
            Err(_) => panic!("waited in vain until {what}"),
        }
    }

    fn held<T>(
        &self,
        run: RunId,
        token: FencingToken,
        act: impl FnOnce(&mut Row) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let result = {
            let mut table = self.table();
            let row = table.runs.get_mut(&run).ok_or(PortError::LeaseLost)?;
            if row.token == token.0 { act(row) } else { Err(PortError::LeaseLost) }
        };
        self.changed.notify_waiters();
        result
    }
}

fn refused(error: &impl ToString) -> PortError {
    PortError::Refused { detail: error.to_string() }
}

impl RunnerPort for Dispatcher {
    async fn lease(&self, wanted: RunsWanted) -> Result<Vec<LeasedRun>, PortError> {
        let mut table = self.table();
        let count = table.waiting.len().min(usize::try_from(wanted.at_most).unwrap());
        let jobs: Vec<Job> = table.waiting.drain(..count).collect();
        let leased = jobs.into_iter().map(|job| {
            let fresh = Row {
                job: job.clone(),
                token: 0,
                attempt: 0,
                state: RunState::FIRST,
                events: Vec::new(),
                notes: Vec::new(),
                report: None,
                finishes: Vec::new(),
            };
            let row = table.runs.entry(job.run).or_insert(fresh);
            row.token += 1;
            row.attempt += 1;
            row.state = row.state.next(RunEvent::Claim).unwrap();
            let lease = RunLease {
                run: job.run,
                task: job.task,
                token: FencingToken(row.token),
                attempt: row.attempt,
                expires_at: self.clock.now().plus(wanted.length),
            };
            LeasedRun { lease, job }
        });
        Ok(leased.collect())
    }

    async fn renew(&self, run: RunId, token: FencingToken, _length: Duration) -> Result<Renewal, PortError> {
        self.held(run, token, |row| Ok(if row.state.is_held() { Renewal::Renewed } else { Renewal::Lost }))
    }

    async fn moved(&self, run: RunId, token: FencingToken, event: RunEvent) -> Result<(), PortError> {
        self.held(run, token, |row| {
            row.state = row.state.next(event).map_err(|error| refused(&error))?;
            row.events.push(event);
            Ok(())
        })
    }

    async fn notes(&self, run: RunId, token: FencingToken, notes: Vec<RunNote>) -> Result<(), PortError> {
        loop {
            let changed = self.changed.notified();
            if !self.table().notes_held {
                break;
            }
            changed.await;
        }
        self.held(run, token, |row| {
            row.notes.extend(notes);
            Ok(())
        })
    }

    async fn finish(&self, run: RunId, token: FencingToken, report: RunReport) -> Result<(), PortError> {
        let held = {
            let mut table = self.table();
            let held = table.finishes_held;
            table.finishes_waiting += usize::from(held);
            held
        };
        if held {
            self.changed.notify_waiters();
            return std::future::pending().await;
        }
        self.held(run, token, |row| {
            row.finishes.push(report.outcome);
            if row.report.as_ref().is_some_and(|written| written.outcome == report.outcome) {
                return Ok(());
            }
            let event = if report.verdict.is_failure() { RunEvent::Fail } else { RunEvent::Succeed };
            row.state = row.state.next(event).map_err(|error| refused(&error))?;
            row.report = Some(report);
            Ok(())
        })?;
        let mut table = self.table();
        if table.lost_answers > 0 {
            table.lost_answers -= 1;
            return Err(PortError::Unreachable("the line went dead".into()));
        }
        Ok(())
    }
}

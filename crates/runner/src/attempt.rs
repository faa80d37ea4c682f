//! One attempt at a run, from its lease to its report.
//!
//! Everything here may be dropped at any await: programs are ended with it, files stay, and the next attempt goes on
//! with them. Only the report is final, and it may be sent again.

mod before;
mod publish;

use std::fs::File;
use std::future::Future;
use std::time::Duration;

use signalbox_domain::job::{ChangeReport, LeasedRun, RunReport};
use signalbox_domain::outcome::{Effort, Failure, Verdict};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::run::RunNote;
use signalbox_domain::states::RunEvent;
use signalbox_domain::task::Intent;
use signalbox_domain::workspace::Script;
use signalbox_runtime::{Backoff, BackoffConfig, Hold, LeaseLost, Randomness, error_chain};

use crate::agents::{self, Invocation};
use crate::answer;
use crate::check;
use crate::outcome_id::outcome_id;
use crate::place::{Gathered, Place, Tools};
use crate::port::{PortError, RunnerPort};
use crate::supervise::{Bounds, Ending, Output, Program, supervise};
use crate::through::Through;
use crate::transcript::Transcript;

/// Why an attempt ends without a report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Abandoned {
    #[error("{0}")]
    Lease(LeaseLost),
    #[error("the server refused: {detail}")]
    Refused { detail: String },
}

/// Why a step does not go on.
enum Stop {
    Abandoned(Abandoned),
    Failed(Failure),
}

impl From<Abandoned> for Stop {
    fn from(abandoned: Abandoned) -> Self {
        Self::Abandoned(abandoned)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What an attempt came to.
struct Produced {
    verdict: Verdict,
    change: Option<ChangeReport>,
}

pub(crate) struct Attempt<'a, P> {
    pub(crate) tools: &'a Tools,
    pub(crate) port: &'a P,
    pub(crate) randomness: &'a Randomness,
    pub(crate) leased: &'a LeasedRun,
    pub(crate) hold: &'a Hold,
}

impl<P: RunnerPort> Attempt<'_, P> {
    /// Works until the report is sent or the lease is lost. Losing it drops everything else at once.
    pub(crate) async fn run(&self) -> Result<(), Abandoned> {
        tokio::select! {
            biased;
            lost = self.hold.lost() => Err(Abandoned::Lease(lost)),
            done = self.work() => done,
        }
    }

    async fn work(&self) -> Result<(), Abandoned> {
        let begun = self.tools.clock.boot();
        let produced = match self.produce().await {
            Ok(produced) => produced,
            Err(Stop::Failed(failure)) => Produced { verdict: Verdict::Failed { failure }, change: None },
            Err(Stop::Abandoned(abandoned)) => return Err(abandoned),
        };
        let report = RunReport {
            outcome: outcome_id(self.leased.lease.run, self.leased.lease.attempt),
            verdict: produced.verdict,
            effort: Effort { duration: self.tools.clock.boot().since(begun), ..Effort::default() },
            change: produced.change,
        };
        let (run, token) = (self.leased.lease.run, self.leased.lease.token);
        self.told(|| self.port.finish(run, token, report.clone())).await
    }

    async fn produce(&self) -> Result<Produced, Stop> {
        self.moved(RunEvent::Prepare).await?;
        let place = Place::prepare(self.tools, self.leased).await?;
        self.moved(RunEvent::Work).await?;
        if let Some(commit) = self.finished(&place).await? {
            return self.publish(&place, commit).await;
        }
        let through = match self.through_before(&place).await? {
            Some(through) => through,
            None => self.agent(&place).await?,
        };
        if !place.is_there() {
            return Err(Failure::WorkspaceRemoved.into());
        }
        let through = self.settled(&place, through).await?;
        if let Some(script) = &self.leased.job.check {
            self.moved(RunEvent::Check).await?;
            self.check(&place, script).await?;
        }
        match self.gathered(&place, &through).await? {
            Gathered::Nothing => {
                // The brief may quote strangers, and the agent the brief.
                let answer = Sourced::stranger(through.answer);
                let verdict = answer::without_change(&self.leased.job.intent, answer);
                Ok(Produced { verdict, change: None })
            }
            Gathered::InPlace { branch, commit, files } => {
                Ok(Produced { verdict: Verdict::Changed { branch, commit, files }, change: None })
            }
            Gathered::Committed(commit) => self.publish(&place, commit).await,
        }
    }

    async fn gathered(&self, place: &Place<'_>, through: &Through) -> Result<Gathered, Failure> {
        let job = &self.leased.job;
        match (&job.intent, &through.in_place) {
            // An answer is what was asked for: whatever the agent wrote besides stays where it is.
            (Intent::Answer { .. }, _) => Ok(Gathered::Nothing),
            (Intent::Change | Intent::Investigate, Some(in_place)) => Ok(in_place.gathered()),
            (Intent::Change | Intent::Investigate, None) => place.gather(job).await,
        }
    }

    /// Runs the agent, tells its history meanwhile, and says what it printed.
    async fn agent(&self, place: &Place<'_>) -> Result<Through, Stop> {
        let job = &self.leased.job;
        self.forget(place)?;
        let transcript = self.transcript();
        let invocation = agents::invocation(&job.agent);
        let running = async {
            let ending = self.program(place, &invocation, job.limits.wall, &transcript).await;
            // Also where nothing was started: then there is nothing to tell.
            transcript.end();
            // On record before any of it is told, which may take long: a runner that is killed then is not to do it again.
            Ok(self.came_through(place, ending, &transcript))
        };
        // Each makes progress on its own: a slow server never holds up the agent. A lost lease drops both.
        let (through, ()) = tokio::try_join!(running, self.tell(&transcript))?;
        Ok(through?)
    }

    /// What an agent's end means, on record where it came through.
    fn came_through(
        &self,
        place: &Place<'_>,
        ending: std::io::Result<Ending>,
        transcript: &Transcript,
    ) -> Result<Through, Failure> {
        let job = &self.leased.job;
        let ending = ending.map_err(|error| agents::not_started(&job.agent, &error))?;
        if let Some(failure) = agents::failure(&job.agent, ending, transcript, place.isolation(), job.limits)
        {
            return Err(failure);
        }
        let through = Through { answer: transcript.answer(), told: false, in_place: None };
        self.keep(place, &through)?;
        Ok(through)
    }

    /// Sends a history batch by batch, until all of it was told.
    async fn tell(&self, transcript: &Transcript) -> Result<(), Abandoned> {
        while let Some(notes) = transcript.next_batch(&self.tools.clock).await {
            self.noted(notes).await?;
        }
        Ok(())
    }

    fn transcript(&self) -> Transcript {
        Transcript::new(&self.tools.redact, self.tools.config.history_bytes)
    }

    async fn check(&self, place: &Place<'_>, script: &Script) -> Result<(), Stop> {
        let file = place.shown(&place.folders().check);
        let invocation = Invocation { program: "/bin/sh".into(), arguments: vec![file.into_os_string()] };
        let transcript = self.transcript();
        let ending = self.program(place, &invocation, script.timeout, &transcript).await;
        let ending = ending.map_err(|error| Failure::CheckFailed { code: None, tail: error.to_string() })?;
        let (note, passed) = check::verdict(ending, &transcript);
        self.noted(vec![note]).await?;
        Ok(passed?)
    }

    async fn program(
        &self,
        place: &Place<'_>,
        invocation: &Invocation,
        wall: Duration,
        transcript: &Transcript,
    ) -> std::io::Result<Ending> {
        let program = Program {
            run: self.leased.lease.run,
            command: place.command(&self.leased.job, invocation),
            input: File::open(&place.folders().brief)?,
            output: Output::Captured,
            bounds: Bounds { wall, output_bytes: self.leased.job.limits.output_bytes },
        };
        supervise(&self.tools.tasks, &self.tools.clock, program, transcript).await
    }

    async fn moved(&self, event: RunEvent) -> Result<(), Abandoned> {
        let lease = &self.leased.lease;
        self.told(|| self.port.moved(lease.run, lease.token, event)).await
    }

    async fn noted(&self, notes: Vec<RunNote>) -> Result<(), Abandoned> {
        if notes.is_empty() {
            return Ok(());
        }
        let lease = &self.leased.lease;
        self.told(|| self.port.notes(lease.run, lease.token, notes.clone())).await
    }

    /// Makes a call until it is answered; the lease bounds how long.
    async fn told<F>(&self, call: impl Fn() -> F) -> Result<(), Abandoned>
    where
        F: Future<Output = Result<(), PortError>>,
    {
        let config = BackoffConfig { cap: Duration::from_secs(5), ..BackoffConfig::default() };
        let mut backoff = Backoff::new(config, self.randomness.clone());
        loop {
            match call().await {
                Ok(()) => return Ok(()),
                Err(PortError::LeaseLost) => return Err(Abandoned::Lease(LeaseLost::Taken)),
                Err(PortError::Refused { detail }) => return Err(Abandoned::Refused { detail }),
                Err(error @ PortError::Unreachable(_)) => {
                    let wait = backoff.next_wait();
                    tracing::warn!(run = %self.leased.lease.run, ?wait, "asking again: {}", error_chain(&error));
                    self.tools.clock.sleep(wait).await;
                }
            }
        }
    }
}

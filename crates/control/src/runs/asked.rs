//! The same use cases as a runner asks for them over HTTP: bounded, because a runner is another program.

use std::time::Duration;

use signalbox_domain::access::Actor;
use signalbox_domain::ids::RunId;
use signalbox_domain::job::LeasedRun;
use signalbox_domain::run::Runner;
use signalbox_store::dispatcher::Finished;

use super::Runs;
use crate::Problem;
use crate::views::{FinishAnswer, FinishAsk, Finishing, LeaseAsk, MovedAsk, NotesAsk, RenewAsk};

const RUNS_A_LEASE: u32 = 64;
const SLOTS: u32 = 1_000;
const NOTES_A_CALL: usize = 1_000;
const SHORTEST_LEASE: u64 = 1;
const LONGEST_LEASE: u64 = 3_600;

impl Runs {
    /// Leases runs to a runner that introduces itself; asking for none only says that it is there.
    pub async fn lease_asked(&self, actor: &Actor, ask: &LeaseAsk) -> Result<Vec<LeasedRun>, Problem> {
        let length = length(ask.seconds)?;
        if ask.at_most > RUNS_A_LEASE {
            return Err(Problem::invalid("at_most", format!("at most {RUNS_A_LEASE}")));
        }
        if ask.runner.slots > SLOTS {
            return Err(Problem::invalid("runner.slots", format!("at most {SLOTS}")));
        }
        let mut modes = ask.runner.modes.clone();
        modes.sort_unstable();
        modes.dedup();
        let runner = Runner {
            id: self.ids.next(),
            name: ask.runner.name.clone(),
            computer: ask.runner.computer.clone(),
            modes,
            slots: ask.runner.slots,
            seen_at: self.clock.now(),
        };
        Ok(self.lease(actor, &runner, ask.at_most, length).await?)
    }

    pub async fn renew_asked(&self, actor: &Actor, run: RunId, ask: &RenewAsk) -> Result<(), Problem> {
        Ok(self.renew(actor, run, ask.token, length(ask.seconds)?).await?)
    }

    pub async fn moved_asked(&self, actor: &Actor, run: RunId, ask: &MovedAsk) -> Result<(), Problem> {
        Ok(self.moved(actor, run, ask.token, ask.event).await?)
    }

    pub async fn notes_asked(&self, actor: &Actor, run: RunId, ask: &NotesAsk) -> Result<(), Problem> {
        if ask.notes.len() > NOTES_A_CALL {
            return Err(Problem::invalid("notes", format!("at most {NOTES_A_CALL}")));
        }
        Ok(self.notes(actor, run, ask.token, &ask.notes).await?)
    }

    pub async fn finish_asked(
        &self,
        actor: &Actor,
        run: RunId,
        ask: FinishAsk,
    ) -> Result<FinishAnswer, Problem> {
        let finished = match self.finish(actor, run, ask.token, ask.report).await? {
            Finished::Now => Finishing::Now,
            Finished::Before => Finishing::Before,
        };
        Ok(FinishAnswer { finished })
    }
}

fn length(seconds: u64) -> Result<Duration, Problem> {
    if !(SHORTEST_LEASE..=LONGEST_LEASE).contains(&seconds) {
        let expected = format!("{SHORTEST_LEASE} to {LONGEST_LEASE} seconds");
        return Err(Problem::invalid("seconds", expected));
    }
    Ok(Duration::from_secs(seconds))
}

//! The runner inside the server: the same border as over HTTP, without the wire.

use std::time::Duration;

use signalbox_control::{Runs, RunsError};
use signalbox_domain::access::{Actor, Role};
use signalbox_domain::ids::RunId;
use signalbox_domain::job::{LeasedRun, RunReport};
use signalbox_domain::run::{FencingToken, RunNote, Runner};
use signalbox_domain::states::RunEvent;
use signalbox_runner::{PortError, RunnerPort, RunsWanted};
use signalbox_runtime::{Renewal, error_chain};

/// What the in-process runner knows of the house.
pub(crate) struct InProcessPort {
    runs: Runs,
    actor: Actor,
    runner: Runner,
}

impl InProcessPort {
    pub(crate) fn new(runs: Runs, runner: Runner) -> Self {
        let actor = Actor { role: Role::Runner, ..signalbox_control::local() };
        Self { runs, actor, runner }
    }
}

impl RunnerPort for InProcessPort {
    async fn lease(&self, wanted: RunsWanted) -> Result<Vec<LeasedRun>, PortError> {
        let runner = Runner { modes: wanted.modes, ..self.runner.clone() };
        self.runs.lease(&self.actor, &runner, wanted.at_most, wanted.length).await.map_err(port_error)
    }

    async fn renew(&self, run: RunId, token: FencingToken, length: Duration) -> Result<Renewal, PortError> {
        self.runs.renew(&self.actor, run, token, length).await.map(|()| Renewal::Renewed).map_err(port_error)
    }

    async fn moved(&self, run: RunId, token: FencingToken, event: RunEvent) -> Result<(), PortError> {
        self.runs.moved(&self.actor, run, token, event).await.map_err(port_error)
    }

    async fn notes(&self, run: RunId, token: FencingToken, notes: Vec<RunNote>) -> Result<(), PortError> {
        self.runs.notes(&self.actor, run, token, &notes).await.map_err(port_error)
    }

    async fn finish(&self, run: RunId, token: FencingToken, report: RunReport) -> Result<(), PortError> {
        self.runs.finish(&self.actor, run, token, report).await.map(drop).map_err(port_error)
    }
}

/// What the store could not do now, it may do later; the lease bounds how long that is tried.
fn port_error(error: RunsError) -> PortError {
    match error {
        RunsError::LeaseLost(_) => PortError::LeaseLost,
        RunsError::Store(_) => PortError::Unreachable(Box::new(error)),
        RunsError::Denied(_) | RunsError::Unworkable(..) => {
            PortError::Refused { detail: error_chain(&error) }
        }
    }
}

//! A runner's port over HTTP: what `signalbox runner` knows of the house. It retries nothing; that is the runner's part.
//!
//! What an answer means: 2xx done; 409 `lease_lost` the lease is lost; no answer, 5xx, 408 and 429 ask again while the
//! lease lasts; any other refusal stays one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_control::views::{FinishAsk, LeaseAsk, MovedAsk, NotesAsk, ProblemBody, RenewAsk, RunnerSelf};
use signalbox_domain::ids::RunId;
use signalbox_domain::job::{LeasedRun, RunReport};
use signalbox_domain::run::{FencingToken, RunNote};
use signalbox_domain::states::RunEvent;
use signalbox_runner::{PortError, RunnerPort, RunsWanted};
use signalbox_runtime::{Clock, Renewal, error_chain};
use signalbox_server::{Answer, Verb};

use crate::client::Http;

/// A call that takes longer is made again: renewals must not wait for one that hangs.
const CALL: Duration = Duration::from_secs(15);

/// The server gives out no more at once; the next ask comes soon.
const RUNS_A_LEASE: u32 = 64;

pub(crate) struct RemotePort {
    http: Http,
    clock: Clock,
    runner: RunnerSelf,
    /// Whether the last call was answered: only changes are logged.
    answered: AtomicBool,
}

impl RemotePort {
    pub(crate) fn new(http: Http, clock: Clock, runner: RunnerSelf) -> Self {
        Self { http, clock, runner, answered: AtomicBool::new(true) }
    }

    async fn post(&self, path: &str, body: &impl Serialize) -> Result<Vec<u8>, PortError> {
        let body = serde_json::to_vec(body)
            .map_err(|error| PortError::Refused { detail: format!("writing the request: {error}") })?;
        let sending = self.http.send(Verb::Post, path, Some(body));
        let answer = match self.clock.timeout(CALL, sending).await {
            Ok(Ok(answer)) => meaning(answer),
            Ok(Err(error)) => Err(PortError::Unreachable(error)),
            Err(late) => Err(PortError::Unreachable(Box::new(late))),
        };
        self.tell(answer.as_ref().err());
        answer
    }

    /// The health of the connection, in the log: said when it changes.
    fn tell(&self, error: Option<&PortError>) {
        let server = self.http.base();
        match error {
            Some(error @ PortError::Unreachable(_)) => {
                if self.answered.swap(false, Ordering::Relaxed) {
                    tracing::warn!(server, "the server does not answer: {}", error_chain(error));
                }
            }
            _ => {
                if !self.answered.swap(true, Ordering::Relaxed) {
                    tracing::info!(server, "the server answers again");
                }
            }
        }
    }
}

fn meaning(answer: Answer) -> Result<Vec<u8>, PortError> {
    if (200..300).contains(&answer.status) {
        return Ok(answer.body);
    }
    let problem = serde_json::from_slice::<ProblemBody>(&answer.body).map(|body| body.error);
    match (answer.status, problem) {
        (409, Ok(problem)) if problem.code == "lease_lost" => Err(PortError::LeaseLost),
        (408 | 429 | 500..=599, _) => {
            Err(PortError::Unreachable(format!("it answered with status {}", answer.status).into()))
        }
        (_, Ok(problem)) => Err(PortError::Refused { detail: problem.message }),
        (status, Err(_)) => Err(PortError::Refused { detail: format!("it answered with status {status}") }),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, PortError> {
    serde_json::from_slice(body)
        .map_err(|error| PortError::Refused { detail: format!("the answer is not understood: {error}") })
}

/// Whole seconds, rather too many: a runner must never believe in a lease for longer than the server does.
fn seconds(length: Duration) -> u64 {
    length.as_secs() + u64::from(length.subsec_nanos() > 0)
}

impl RunnerPort for RemotePort {
    async fn lease(&self, wanted: RunsWanted) -> Result<Vec<LeasedRun>, PortError> {
        let runner = RunnerSelf { modes: wanted.modes, ..self.runner.clone() };
        let at_most = wanted.at_most.min(RUNS_A_LEASE);
        let ask = LeaseAsk { runner, at_most, seconds: seconds(wanted.length) };
        read(&self.post("/api/v1/runner/lease", &ask).await?)
    }

    async fn renew(&self, run: RunId, token: FencingToken, length: Duration) -> Result<Renewal, PortError> {
        let ask = RenewAsk { token, seconds: seconds(length) };
        self.post(&format!("/api/v1/runner/runs/{run}/renew"), &ask).await.map(|_| Renewal::Renewed)
    }

    async fn moved(&self, run: RunId, token: FencingToken, event: RunEvent) -> Result<(), PortError> {
        let ask = MovedAsk { token, event };
        self.post(&format!("/api/v1/runner/runs/{run}/moved"), &ask).await.map(drop)
    }

    async fn notes(&self, run: RunId, token: FencingToken, notes: Vec<RunNote>) -> Result<(), PortError> {
        let ask = NotesAsk { token, notes };
        self.post(&format!("/api/v1/runner/runs/{run}/notes"), &ask).await.map(drop)
    }

    async fn finish(&self, run: RunId, token: FencingToken, report: RunReport) -> Result<(), PortError> {
        let ask = FinishAsk { token, report };
        self.post(&format!("/api/v1/runner/runs/{run}/finish"), &ask).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(status: u16, code: &str) -> String {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"no"}}}}"#).into_bytes();
        match meaning(Answer { status, body }) {
            Ok(_) => "done".to_owned(),
            Err(PortError::LeaseLost) => "lost".to_owned(),
            Err(PortError::Unreachable(_)) => "again".to_owned(),
            Err(PortError::Refused { detail }) => detail,
        }
    }

    #[test]
    fn each_answer_has_its_meaning() {
        assert_eq!(means(204, ""), "done");
        assert_eq!(means(409, "lease_lost"), "lost");
        assert_eq!(means(409, "conflict"), "no");
        for status in [408, 429, 500, 502, 503] {
            assert_eq!(means(status, "lease_lost"), "again", "{status}");
        }
        for status in [400, 401, 403, 404, 413, 421] {
            assert_eq!(means(status, "x"), "no", "{status}");
        }
        let unread = meaning(Answer { status: 418, body: b"<html>".to_vec() });
        assert!(matches!(unread, Err(PortError::Refused { detail }) if detail.contains("418")));
    }

    #[test]
    fn a_lease_at_the_server_is_never_shorter_than_here() {
        assert_eq!(seconds(Duration::from_secs(30)), 30);
        assert_eq!(seconds(Duration::from_millis(1_500)), 2);
    }
}

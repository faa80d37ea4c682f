//! What a runner asks and reports over HTTP. Every report carries the fencing token of its lease; a stale one is
//! answered with 409 and the code `lease_lost`.

use serde::{Deserialize, Serialize};
use signalbox_domain::job::RunReport;
use signalbox_domain::names::HolderName;
use signalbox_domain::run::{FencingToken, RunNote};
use signalbox_domain::states::RunEvent;
use signalbox_domain::task::Mode;

/// A runner as it introduces itself; it is known again by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunnerSelf {
    pub name: HolderName,
    /// The computer that it runs on: a local or worktree run stays with it.
    pub computer: HolderName,
    pub modes: Vec<Mode>,
    pub slots: u32,
}

/// `POST /runner/lease`; answered with a list of leased runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseAsk {
    pub runner: RunnerSelf,
    /// 0 only says that the runner is there.
    pub at_most: u32,
    /// How long each lease lasts, exactly.
    pub seconds: u64,
}

/// `POST /runner/runs/{id}/renew`; answered with 204.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewAsk {
    pub token: FencingToken,
    pub seconds: u64,
}

/// `POST /runner/runs/{id}/moved`; answered with 204.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedAsk {
    pub token: FencingToken,
    pub event: RunEvent,
}

/// `POST /runner/runs/{id}/notes`; answered with 204.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotesAsk {
    pub token: FencingToken,
    pub notes: Vec<RunNote>,
}

/// `POST /runner/runs/{id}/finish`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishAsk {
    pub token: FencingToken,
    pub report: RunReport,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishAnswer {
    pub finished: Finishing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finishing {
    Now,
    /// The same report came before: its answer was lost.
    Before,
}

//! The border between a runner and the rest of the house: in one process over control, in another over HTTP.
//!
//! Whoever implements it answers by the fencing token, which every call carries. A call whose answer was lost is made
//! again: a move that was made already and an outcome that was written already are no errors.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use signalbox_domain::ids::RunId;
use signalbox_domain::job::{LeasedRun, RunReport};
use signalbox_domain::run::{FencingToken, RunNote};
use signalbox_domain::states::RunEvent;
use signalbox_domain::task::Mode;
use signalbox_runtime::Renewal;

/// What a runner asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunsWanted {
    pub at_most: u32,
    /// Only runs of these modes.
    pub modes: Vec<Mode>,
    /// How long each lease lasts from now: exactly, because the runner counts on it.
    pub length: Duration,
}

/// Why a call was not answered with yes.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The token is stale: the run is somebody else's, or nobody's any more.
    #[error("the lease is lost")]
    LeaseLost,
    /// No answer; asked again, for as long as the lease lasts.
    #[error("no answer")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// An answer that asking again would not change.
    #[error("refused: {detail}")]
    Refused { detail: String },
}

/// What a runner may do with the rest of the house.
pub trait RunnerPort: Send + Sync + 'static {
    /// Leases runs, each with all that is needed to work on it.
    fn lease(&self, wanted: RunsWanted) -> impl Future<Output = Result<Vec<LeasedRun>, PortError>> + Send;

    /// Makes a lease last `length` from now, if it is still this token's. A cancelled run is lost.
    fn renew(
        &self,
        run: RunId,
        token: FencingToken,
        length: Duration,
    ) -> impl Future<Output = Result<Renewal, PortError>> + Send;

    /// The run came to its next step.
    fn moved(
        &self,
        run: RunId,
        token: FencingToken,
        event: RunEvent,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Adds to the run's history. Redacted and bounded; after a lost answer the same lines may come twice.
    fn notes(
        &self,
        run: RunId,
        token: FencingToken,
        notes: Vec<RunNote>,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Ends the run. The report's outcome id is the same for the same attempt.
    fn finish(
        &self,
        run: RunId,
        token: FencingToken,
        report: RunReport,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

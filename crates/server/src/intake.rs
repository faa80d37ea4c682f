//! The border to ingest: whoever wires the house gives the server a door for signals, and one for what SDKs send. The
//! server cuts a body into items and knows nothing of what stands in them.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use signalbox_control::views::{LoadResult, RetryResult, SignalResult};
use signalbox_domain::ids::QuarantineId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::provenance::Provenance;

/// What a door says, some time later.
pub type Accepting<'a> = Pin<Box<dyn Future<Output = Result<Vec<SignalResult>, IntakeError>> + Send + 'a>>;

/// Takes signals for good.
pub trait SignalIntake: Send + Sync + 'static {
    /// One result an item, in their order. Each item is the bytes of what should be one JSON object; what is none is
    /// refused by its result. After an answer without an error everything accepted is kept.
    fn accept(&self, items: Vec<Vec<u8>>, from: Provenance) -> Accepting<'_>;
}

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The same request may work a moment later; sent again, nothing is counted twice.
    #[error("signals cannot be kept just now")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    #[error("signals cannot be kept")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// Whose SDK sent a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SdkDialect {
    Posthog,
    Sentry,
}

/// What an unchanged SDK sent: bytes that only ingest reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdkRequest {
    pub dialect: SdkDialect,
    /// The public key where a header or the URL says it.
    pub key: Option<String>,
    /// What `Content-Encoding`, or a parameter in its place, names.
    pub encoding: Option<String>,
    pub bytes: Vec<u8>,
}

/// What a reply repeats: the id of each event, or of the envelope; None for one without.
pub type SdkIds = Vec<Option<String>>;

/// What the door for SDKs says, some time later.
pub type SdkTaking<'a> = Pin<Box<dyn Future<Output = Result<SdkIds, SdkFailure>> + Send + 'a>>;

/// Takes what unchanged SDKs send, for good.
pub trait SdkIntake: Send + Sync + 'static {
    /// After an answer without an error everything that is a signal is kept.
    fn take(&self, request: SdkRequest) -> SdkTaking<'_>;
}

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum SdkFailure {
    #[error("expected a project's public key; `signalbox project keys NAME` prints one")]
    Key,
    /// What was expected, and where; never what was sent.
    #[error("{0}")]
    Unreadable(String),
    #[error("this key has sent as much as it may")]
    TooMany { wait: Duration },
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

/// What came of a retry, some time later.
pub type Retrying<'a> = Pin<Box<dyn Future<Output = Result<RetryResult, RetryFailure>> + Send + 'a>>;

/// Reads a quarantined record again.
pub trait QuarantineRetry: Send + Sync + 'static {
    /// After an answer without an error it is in quarantine no more.
    fn retry(&self, id: QuarantineId) -> Retrying<'_>;
}

/// Why a record stays in quarantine.
#[derive(Debug, thiserror::Error)]
pub enum RetryFailure {
    #[error("there is no such record in quarantine")]
    Missing,
    /// Why, in words that repeat nothing of it.
    #[error("{0}")]
    Stays(String),
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

/// Some records of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadRequest {
    /// As it was named; ingest knows which there are.
    pub format: String,
    pub project: ProjectName,
    pub file: Option<String>,
    pub from: u64,
    pub records: Vec<Vec<u8>>,
}

/// What came of a load, some time later.
pub type Loading<'a> = Pin<Box<dyn Future<Output = Result<LoadResult, LoadFailure>> + Send + 'a>>;

/// Reads records of files.
pub trait FileIntake: Send + Sync + 'static {
    /// After an answer without an error what was taken is kept, together with where the file is.
    fn load(&self, request: LoadRequest) -> Loading<'_>;
}

/// Why nothing was loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadFailure {
    /// The names that there are.
    #[error("expected one of {0}")]
    Format(String),
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

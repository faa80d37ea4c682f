//! The border to ingest: whoever wires the house gives the server a door for signals. The server cuts a body into items
//! and knows nothing of what stands in them.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use signalbox_control::views::SignalResult;
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

//! Named values that are kept sealed: forge tokens, model keys, what a tool needs. They leave only through
//! `reveal`, to code that was granted them; lists show names and times.

use signalbox_domain::access::{Action, Actor, Denied, Target};
use signalbox_domain::ids::SecretId;
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, OpenError, Sealer};
use signalbox_store::{Store, StoreError};
use zeroize::Zeroizing;

/// What is shown of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSummary {
    pub name: Label,
    pub made_at: Timestamp,
    pub changed_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no secret {0}")]
    Missing(Label),
    #[error("the secret {name} cannot be opened with the present key")]
    Sealed { name: Label, source: OpenError },
    #[error("sealing the secret {name}")]
    Seal { name: Label },
    #[error("reading or writing secrets")]
    Store(#[from] StoreError),
}

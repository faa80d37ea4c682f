//! Who somebody is, and how they sign in with a browser.

use serde::{Deserialize, Serialize};
use signalbox_domain::access::{Role, Scope};
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub name: Label,
    pub role: Role,
    pub scope: Scope,
}

/// A link that signs a browser in once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInLink {
    /// To be put behind the server's address.
    pub path: String,
    pub expires_at: Timestamp,
}

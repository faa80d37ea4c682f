//! The server's part of the settings.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::hosts::PublicUrl;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Where to listen. Port 0 takes a free one and says which.
    pub listen: SocketAddr,
    /// Under which address browsers reach it from elsewhere, such as `https://signalbox.example`. None: only by its own
    /// address and the names of this computer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<PublicUrl>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 7700)), public_url: None }
    }
}

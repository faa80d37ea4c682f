//! What a sender of webhooks is told.

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::DeliveryId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryMade {
    pub delivery: DeliveryId,
    pub received: Receiving,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receiving {
    Now,
    /// The same delivery was there; nothing changed.
    Before,
}

//! A delivery: one verified inbound webhook, unique by its sender's id. Each reader keeps its own mark.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::DeliveryId;
use crate::names::SourceName;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub source: SourceName,
    /// The sender's own id; the same one again is the same delivery.
    pub external_id: String,
    pub event: String,
    pub received_at: Timestamp,
    /// The body, redacted.
    pub body: String,
}

impl Form for Delivery {
    const NAME: &'static str = "delivery";
    const VERSION: u16 = 1;
}

/// Who reads deliveries, each with a mark of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryReader {
    Ingest,
    Dispatcher,
    Automations,
}

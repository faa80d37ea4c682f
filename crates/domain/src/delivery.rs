//! A delivery: one verified inbound webhook, unique by its sender's id. Each reader keeps its own mark.

use serde::{Deserialize, Serialize};

use crate::form::{Form, FormError};
use crate::ids::DeliveryId;
use crate::names::SourceName;
use crate::time::Timestamp;

/// A header that says what a delivery is; never one that proves who sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryHeader {
    /// In lower case.
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub source: SourceName,
    /// The sender's own id; the same one again is the same delivery.
    pub external_id: String,
    pub event: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<DeliveryHeader>,
    pub received_at: Timestamp,
    /// The body, redacted.
    pub body: String,
}

impl Form for Delivery {
    const NAME: &'static str = "delivery";
    /// Since the second one it has headers.
    const VERSION: u16 = 2;

    fn from_older(version: u16, body: &str) -> Result<Self, FormError> {
        match version {
            1 => serde_json::from_str(body).map_err(|source| FormError::Json { form: Self::NAME, source }),
            _ => Err(FormError::UnknownVersion { form: Self::NAME, found: version, newest: Self::VERSION }),
        }
    }
}

/// Who reads deliveries, each with a mark of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryReader {
    Ingest,
    Dispatcher,
    Automations,
}

//! A record: one message from Kafka, HTTP or a file. It is never kept whole; what stays of it is where it stood.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::DeliveryId;
use crate::names::SourceName;

/// A partition of a topic as one configured source reads it: the key under which a position is kept.
///
/// The topic's id is part of it, so that a recreated topic of the same name is another stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stream {
    pub source: SourceName,
    pub cluster: String,
    pub topic: String,
    pub topic_id: String,
    pub partition: i32,
}

/// Where a record stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum RecordOrigin {
    Kafka {
        stream: Stream,
        offset: i64,
    },
    Delivery {
        delivery: DeliveryId,
    },
    /// Sent to the API, known by the sender's own id where it has one.
    Request {
        id: Option<String>,
    },
    File {
        name: String,
        line: u64,
    },
}

impl Form for RecordOrigin {
    const NAME: &'static str = "record_origin";
    const VERSION: u16 = 1;
}

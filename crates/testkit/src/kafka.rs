//! A real Apache Kafka cluster a test: one broker, or three.
//!
//! ```text
//!  Install (jars, java) ─▶ ports ─▶ settings ─▶ format ─▶ start ─▶ ready: every broker in the metadata of this cluster's id
//!                            ▲                              │
//!                            └── a port was taken meanwhile ┘
//! ```
//!
//! Every broker is its own controller too (KRaft). Brokers are named by their node id, 1 to 3, as in Kafka's
//! own metadata, so the leader that a client names can be killed by that number.
//!
//! Must never: put librdkafka's built-in mock in Kafka's place. Called by tests of `ingest`, of the outbox
//! and of the whole.

mod admin;
mod broker;
mod cluster;
mod install;
mod ports;
mod settings;

pub use cluster::{Brokers, Cluster};
pub use install::{Install, Missing};

use crate::process::ProcessError;
use crate::wait::TimedOut;

/// Why Kafka did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    #[error("finding Kafka")]
    Missing(#[from] Missing),
    #[error("running Kafka's programs")]
    Process(#[from] ProcessError),
    #[error("no free loopback ports")]
    NoPorts(#[source] std::io::Error),
    #[error("broker {node} ended while starting; the end of its log:\n{tail}")]
    Ended { node: i32, tail: String },
    #[error("starting Kafka: {unready}\n{tail}")]
    NotReady {
        unready: String,
        tail: String,
        #[source]
        source: TimedOut,
    },
    #[error("this cluster has no broker {node}")]
    NoSuchBroker { node: i32 },
    #[error("broker {node} already runs")]
    AlreadyRuns { node: i32 },
    #[error("making a client for Kafka")]
    Client(#[source] rdkafka::error::KafkaError),
    #[error("{doing} topic {topic}")]
    Topic {
        doing: &'static str,
        topic: String,
        #[source]
        source: rdkafka::error::KafkaError,
    },
    #[error("{doing} topic {topic}: Kafka answered {code}")]
    Refused { doing: &'static str, topic: String, code: rdkafka::types::RDKafkaErrorCode },
    #[error("{doing} topic {topic}: its partitions did not settle")]
    Unsettled {
        doing: &'static str,
        topic: String,
        #[source]
        source: TimedOut,
    },
}

impl KafkaError {
    /// A port that was free when it was chosen belonged to somebody else when the broker asked for it.
    fn is_port_taken(&self) -> bool {
        matches!(self, Self::Ended { tail, .. } if tail.contains("Address already in use"))
    }
}

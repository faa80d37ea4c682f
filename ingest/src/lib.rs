//! Ingest: from records to signals.
//!
//! ```text
//!   Kafka ─▶ kafka (a polling thread) ─▶ batches ─▶ pass ─┐                              ┌▶ wake "signals"
//!                                                        ├▶ formats ─▶ fold ─▶ Store::signals_fold
//!   POST /api/v1/signals ────────────────────▶ door ─────┤   (pure: redact, clamp, fold, quarantine sealed)
//!   unchanged SDKs ──────────────────────────▶ sdk ──────┤
//!   deliveries (verified webhooks) ──────────▶ hooks ────┤
//!   files ───────────────────────────────────▶ load ─────┤
//!   quarantine, when a person says so ───────▶ retry ────┤
//!   sessions and windows that are over ──────▶ judging ──┘   (gathered with the folds of what they are made of)
//! ```
//!
//! What must hold: positions move in the transaction of their folds and by compare-and-set (invariants 1 and 2); what
//! cannot be read is quarantined with its reason and never stops a partition (3); nothing unredacted passes `fold` (9).
//! It never names another stage.

pub mod config;
mod dev_broker;
mod door;
mod fold;
mod formats;
mod gather;
mod group;
mod holds;
mod hooks;
mod identity;
mod judging;
mod kafka;
mod keep;
mod keys;
mod lab;
mod letters;
mod limits;
mod load;
mod measures;
mod metrics;
mod observation;
mod part;
mod pass;
mod retry;
mod sdk;
mod sessions;
mod status;

pub use config::{
    BatchLimits, ConfigError, ConfigProblem, HookConfig, IngestConfig, KafkaConfig, ProjectMapping, Property,
    SourceConfig, Start,
};
pub use dev_broker::{DEV_PARTITION_MEGABYTES, DEV_TOPIC, DevBroker, DevBrokerError, produce};
pub use door::{Accepted, Door, ItemResult, ProjectCreation};
pub use fold::{FoldContext, Folder, Refusal};
pub use formats::{
    BODY_LIMIT, Format, Payload, PosthogBody, RECORD_LIMIT, SentryBody, TEXT_LIMIT, read, read_item,
    read_signal,
};
pub use group::GroupError;
pub use holds::HoldConfig;
pub use hooks::{HookError, HookIngest};
pub use identity::{IdentityPart, RecordIdentity, Told};
pub use judging::{Judge, JudgeError, Judged};
pub use kafka::{KafkaError, Until, probe};
pub use keys::{FingerprintConfig, UnknownVersions};
pub use lab::{IngestAnswer, IngestRow, ingest_row};
pub use letters::{DeadLetters, LetterError, Letters};
pub use limits::LimitConfig;
pub use load::{Load, LoadError, Loaded, Loader};
pub use measures::{FunnelConfig, MetricConfig, NoShare, Share};
pub use metrics::IngestMetrics;
pub use observation::{
    EventNote, ExposureNote, Noted, Observation, ProjectHint, Reading, SessionNote, Unreadable,
};
pub use pass::{IngestError, IngestSetup, KafkaIngest, SIGNALS};
pub use retry::{Retried, Retry, RetryError};
pub use sdk::{Dialect, SdkBody, SdkConfig, SdkDoor, SdkRefused, SdkTaken};
pub use sessions::{PlayedSessions, ReplayConfig};
pub use status::{Counts, PartitionStatus, SourceStatus, Status};

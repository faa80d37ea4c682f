//! The runtime: the only place that reads the clock, draws randomness or starts a task.
//!
//! It knows no store, no HTTP server and no Kafka; stages and the binary are built on it.
//!
//! ```text
//! enter ─▶ Telemetry::start ─▶ Signals::listen ─▶ Process::new
//!                                │ start(name, service)…            Health, Metrics ─▶ /healthz /readyz /metrics
//!                                ▼
//!   Clock  Randomness  IdSource  │            Wakeups ◀─ run_bridge ─▶ other processes (LISTEN/NOTIFY)
//!     │        │          │      ▼               │ wake
//!     ├────────┴──────────┴─▶ PassDriver ◀───────┤        load → decide → commit, one at a time
//!     └───────────────────▶ LeaseDriver ◀────────┘        permits → acquire → work ‖ renew
//!                                │ Quota (share of a ledger, shaped)   SealingKeys (what lies at rest)
//!                                ▼
//!   signal, failure, jobs done ─▶ Shutdown ─▶ StopTaking ─▶ services end last in first out ─▶ ExitCode
//! ```
//!
//! What must hold: every task is known by name, a panic stops the whole process, every wait has an end, durations are
//! measured on the boot clock (which counts sleep), and with a manual clock and a seed every test repeats. What a driver
//! is doing stands on the `StatusBoard` it was given.

mod backoff;
mod clock;
pub mod duration;
mod error_chain;
mod exit_code;
mod health;
mod http;
mod ids;
mod lease;
pub mod metrics;
mod pass;
mod process;
mod pseudonym;
mod quota;
mod randomness;
mod seal;
mod secret;
mod shutdown;
mod status_board;
mod tasks;
mod telemetry;
mod wakeups;

pub use backoff::{Backoff, BackoffConfig};
pub use clock::{BootTime, Clock, ManualClock, TimedOut};
pub use error_chain::error_chain;
pub use exit_code::ExitCode;
pub use health::{Condition, Health, HealthReporter, Liveness, Readiness, Reason};
pub use http::http_client;
pub use ids::{IdSource, TokenSecret};
pub use lease::{
    Hold, LeaseAsk, LeaseConfig, LeaseDriver, LeaseLost, LeaseSetup, LeaseSource, LeaseStatus, Renewal,
};
pub use metrics::{BuildInfo, MetricError, Metrics};
pub use pass::{
    Activity, LastPass, NextPass, PassConfig, PassDriver, PassEnd, PassError, PassOutcome, PassSetup,
    PassStatus,
};
pub use process::{Process, ProcessConfig, ServiceFailure, SignalError, Signals, enter};
pub use pseudonym::pseudonym;
pub use quota::{LedgerAnswer, Quota, QuotaAnswer, QuotaConfig, QuotaError, QuotaLedger, Shape, Share};
pub use randomness::{Randomness, RandomnessError};
pub use seal::{KeyAge, KeyError, KeyId, LARGEST_PLAIN, SealContext, SealError, SealPurpose, SealingKeys};
pub use secret::{SecretRefError, resolve_secret};
pub use shutdown::{Shutdown, Stage, Stop, StopReason};
pub use signalbox_domain::time::{Timestamp, TimestampError};
pub use status_board::{BoardFull, StatusBoard};
pub use tasks::{TaskEnd, TaskHandle, Tasks};
pub use telemetry::{
    Flush, LogFormat, Redact, ServiceIdentity, Telemetry, TelemetryConfig, TelemetryError, continue_trace,
    current_traceparent,
};
pub use wakeups::{
    BridgeConfig, BridgeSession, BridgeStatus, Channel, Debounce, Due, Incoming, Subscription, WakeupBridge,
    Wakeups, Woken, run_bridge,
};

//! The HTTP face: one listener, thin over control.
//!
//! ```text
//!   a connection ─▶ Listener ─▶ router ─┬ /healthz /readyz /metrics   (health.rs)
//!                                       ├ the API and its pages       (guard.rs, routes.rs)
//!                                       └ unchanged SDKs              (sdk.rs)
//! ```
//!
//! The only crate that knows axum. It never reads the store.

mod api;
mod config;
mod extract;
mod foresight;
mod front;
mod guard;
mod health;
mod hooks;
mod hosts;
mod intake;
mod items;
mod listener;
mod page;
mod problem;
mod room;
mod routes;
mod schedules;
mod sdk;
mod status;
mod trace;

pub use api::{Answer, Api, ApiSetup, Verb};
pub use config::ServerConfig;
pub use foresight::{Foreseeing, Foresight, Unforeseen};
pub use front::Front;
pub use health::health_routes;
pub use hooks::HookRoutes;
pub use hosts::{Hosts, PublicUrl, PublicUrlError};
pub use intake::{
    Accepting, FileIntake, IntakeError, LoadFailure, LoadRequest, Loading, QuarantineRetry, RetryFailure,
    Retrying, SdkDialect, SdkFailure, SdkIds, SdkIntake, SdkRequest, SdkTaking, SignalIntake,
};
pub use listener::{ListenError, Listener};
pub use schedules::Schedules;
pub use sdk::Sdks;
pub use status::HouseStatus;

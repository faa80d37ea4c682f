//! The HTTP face: one listener, thin over control.
//!
//! ```text
//!   a connection ─▶ Listener ─▶ router ─┬ /healthz /readyz /metrics   (health.rs)
//!                                       └ what later faces add
//! ```
//!
//! The only crate that knows axum. It never reads the store.

mod config;
mod health;
mod listener;

pub use config::ServerConfig;
pub use health::health_routes;
pub use listener::{ListenError, Listener};

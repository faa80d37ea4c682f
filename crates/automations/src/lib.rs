//! Automations: schedules from the settings, their firings, and the tasks that these open.
//!
//! ```text
//!   settings ─▶ automation rows ─▶ schedule.rs (pure: since, now ─▶ what fires, what is skipped and why)
//!                                      │
//!                                  firing rows, unique on trigger and time ─▶ firing_fulfil: task and end in one step
//! ```
//!
//! A firing's row is written before anything is done for it, so whoever is killed anywhere leaves what the next pass goes
//! on from, and of several processes one opens it. What is missed is fired once or recorded with its reason. It never
//! names another stage; it meets them in the store only.

mod config;
mod cron;
mod fields;
mod pass;
mod schedule;
mod status;
mod task;

pub use config::{AutomationConfig, AutomationsConfig, IntentConfig, TaskConfig};
pub use cron::{CronSchedule, ScheduleError};
pub use fields::FieldError;
pub use pass::{AutomationError, Automations};
pub use schedule::{Due, Planned, Skipped, plan};
pub use status::AutomationsStatus;

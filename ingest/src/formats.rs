//! Formats: one file a format, each turning a record's bytes into a reading. Pure; a wrong record is a typed error,
//! never a panic, and no format takes more memory or depth than it says.
//!
//! A format is a module with `LIMIT` and `read`, a line in the registry below, and a table of samples beside it.

mod alert;
mod alert_generic;
mod alertmanager;
mod cloudevent;
mod content;
mod fields;
mod github_webhook;
mod nesting;
mod posthog;
mod posthog_event;
mod posthog_internal;
mod posthog_replay;
mod posthog_sdk;
mod select;
mod sentry_event;
mod sentry_sdk;
mod sentry_webhook;
mod severity;
mod signal;
#[cfg(test)]
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod trace;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::time::Timestamp;

use crate::observation::{Observation, Reading, Unreadable};

pub use posthog_sdk::PosthogBody;
pub use sentry_sdk::SentryBody;

/// No record may be larger (CONTRACTS): it is quarantined, cut to this.
pub const RECORD_LIMIT: usize = 1 << 20;
/// No body of many records may be larger once its encoding is undone; each record in it is bounded by itself.
pub const BODY_LIMIT: usize = 16 << 20;
/// No value may be nested deeper (CONTRACTS).
const DEPTH_LIMIT: usize = 64;
/// No text that is kept is longer.
pub const TEXT_LIMIT: usize = 32 << 10;
const TITLE_LIMIT: usize = 500;

/// One record as it came.
#[derive(Debug, Clone, Copy)]
pub struct Payload<'a> {
    pub bytes: &'a [u8],
    /// Of the HTTP request or the Kafka record; names are compared without case.
    pub headers: &'a [(&'a str, &'a str)],
    /// Who could have written it: the channel it came by, before its content is looked at.
    pub from: Provenance,
    /// When it came, for a sender whose clock is wrong.
    pub received_at: Option<Timestamp>,
    /// Names of events that are noted although they are no signals.
    pub events: &'a [String],
}

impl<'a> Payload<'a> {
    pub fn new(bytes: &'a [u8], from: Provenance) -> Self {
        Self { bytes, headers: &[], from, received_at: None, events: &[] }
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// Whether a record is no signal, and nothing of it is noted, as its bytes say; no tree is built. It may pass too little over,
/// never too much.
pub(crate) fn is_passed_over(format: Format, bytes: &[u8], events: &[String]) -> bool {
    match format {
        Format::PosthogEvent => bytes.len() <= RECORD_LIMIT && posthog_event::is_passed_over(bytes, events),
        _ => false,
    }
}

macro_rules! registry {
    ($($(#[$doc:meta])* $format:ident = $module:ident;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Format {
            $($(#[$doc])* $format,)*
        }

        impl Format {
            pub const ALL: &'static [Self] = &[$(Self::$format),*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$format => stringify!($module),)* }
            }

            /// No record of it may be larger.
            pub fn limit(self) -> usize {
                match self { $(Self::$format => $module::LIMIT,)* }
            }

            fn read(self, payload: &Payload<'_>) -> Result<Reading, Unreadable> {
                match self { $(Self::$format => $module::read(payload),)* }
            }

            #[cfg(test)]
            fn samples(self) -> Vec<table::Sample> {
                match self { $(Self::$format => $module::tests::samples(),)* }
            }
        }
    };
}

registry! {
    /// Any vendor's alert, by how its fields are called.
    AlertGeneric = alert_generic;
    /// Prometheus Alertmanager's webhook.
    Alertmanager = alertmanager;
    /// CloudEvents 1.0: structured, binary or a batch.
    Cloudevent = cloudevent;
    /// GitHub's webhooks.
    GithubWebhook = github_webhook;
    /// PostHog's `clickhouse_events_json`.
    PosthogEvent = posthog_event;
    /// PostHog's `cdp_internal_events`.
    PosthogInternal = posthog_internal;
    /// PostHog's `clickhouse_session_replay_events`.
    PosthogReplay = posthog_replay;
    /// What PostHog's SDKs send over HTTP.
    PosthogSdk = posthog_sdk;
    /// Sentry's event JSON.
    SentryEvent = sentry_event;
    /// What Sentry's SDKs send over HTTP: envelopes, or single events of old ones.
    SentrySdk = sentry_sdk;
    /// Sentry's integration webhooks.
    SentryWebhook = sentry_webhook;
    /// Signalbox's own.
    Signal = signal;
}

impl Format {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }
}

/// Reads one record. A reading is never empty: a record without items is one that is not a signal.
pub fn read(format: Format, payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    check_size(payload.bytes, format.limit())?;
    let reading = format.read(payload)?;
    Ok(if reading.is_empty() { Reading::not_a_signal() } else { reading })
}

/// Reads one native signal that is parsed already, as the API has it.
pub fn read_signal(value: &Value, from: Provenance) -> Result<Observation, Unreadable> {
    if nesting::is_deeper_than(value, DEPTH_LIMIT) {
        return Err(nesting::too_deep());
    }
    signal::observation(value, from)
}

/// Parses one native signal without reading it, within the limits of a record.
pub fn read_item(bytes: &[u8]) -> Result<Value, Unreadable> {
    check_size(bytes, RECORD_LIMIT)?;
    parse(bytes)
}

/// A title as formats bound it.
pub(crate) fn bounded_title(text: &str) -> String {
    fields::title(text)
}

fn check_size(bytes: &[u8], limit: usize) -> Result<(), Unreadable> {
    if bytes.len() > limit {
        return Err(Unreadable::TooLarge { size: bytes.len(), limit });
    }
    Ok(())
}

/// A whole tree, of a depth that is looked at before it is built.
fn parse(bytes: &[u8]) -> Result<Value, Unreadable> {
    nesting::check(bytes, DEPTH_LIMIT)?;
    serde_json::from_slice(bytes).map_err(|error| no_json(&error))
}

/// serde's words for a wrong shape repeat the value, which may be a secret; its words for wrong syntax do not.
fn no_json(error: &serde_json::Error) -> Unreadable {
    let detail = match error.classify() {
        Category::Data => format!("another shape at line {} column {}", error.line(), error.column()),
        Category::Syntax | Category::Eof | Category::Io => error.to_string(),
    };
    Unreadable::NoJson { detail }
}

//! Formats: one file a format, each turning a record's bytes into a reading. Pure; a wrong record is a typed error,
//! never a panic.

mod posthog_event;
mod signal;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::time::Timestamp;

use crate::keys::FingerprintConfig;
use crate::observation::{Reading, Unreadable};

/// No record may be larger (CONTRACTS): it is quarantined, cut to this.
pub const RECORD_LIMIT: usize = 1 << 20;
/// No value may be nested deeper (CONTRACTS).
const DEPTH_LIMIT: usize = 64;
/// No text that is kept is longer.
pub const TEXT_LIMIT: usize = 32 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// PostHog's `clickhouse_events_json`.
    PosthogEvent,
    /// Signalbox's own.
    Signal,
}

/// Reads one record.
pub fn read(
    format: Format,
    bytes: &[u8],
    from: Provenance,
    keys: &FingerprintConfig,
) -> Result<Reading, Unreadable> {
    if bytes.len() > RECORD_LIMIT {
        return Err(Unreadable::TooLarge { size: bytes.len(), limit: RECORD_LIMIT });
    }
    match format {
        Format::PosthogEvent => posthog_event::read(bytes, from, keys),
        Format::Signal => read_signal(&parse(bytes)?, from, keys),
    }
}

/// Reads one native signal that is parsed already, as the API has it.
pub fn read_signal(value: &Value, from: Provenance, keys: &FingerprintConfig) -> Result<Reading, Unreadable> {
    if is_deeper_than(value, DEPTH_LIMIT) {
        return Err(Unreadable::Field { at: "$".into(), expected: "at most 64 levels of nesting" });
    }
    signal::read(value, from, keys)
}

/// Parses one native signal without reading it, within the limits of a record.
pub fn read_item(bytes: &[u8]) -> Result<Value, Unreadable> {
    if bytes.len() > RECORD_LIMIT {
        return Err(Unreadable::TooLarge { size: bytes.len(), limit: RECORD_LIMIT });
    }
    parse(bytes)
}

fn parse(bytes: &[u8]) -> Result<Value, Unreadable> {
    serde_json::from_slice(bytes).map_err(|error| no_json(&error))
}

/// Recursion ends at the limit, whatever comes.
fn is_deeper_than(value: &Value, limit: usize) -> bool {
    match value {
        Value::Array(items) => limit == 0 || items.iter().any(|item| is_deeper_than(item, limit - 1)),
        Value::Object(fields) => limit == 0 || fields.values().any(|field| is_deeper_than(field, limit - 1)),
        _ => false,
    }
}

/// serde's words for a wrong shape repeat the value, which may be a secret; its words for wrong syntax do not.
fn no_json(error: &serde_json::Error) -> Unreadable {
    let detail = match error.classify() {
        Category::Data => format!("another shape at line {} column {}", error.line(), error.column()),
        Category::Syntax | Category::Eof | Category::Io => error.to_string(),
    };
    Unreadable::NoJson { detail }
}

/// At most `limit` bytes of a text, cut between characters.
fn bounded(text: &str, limit: usize) -> String {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// RFC 3339, or "YYYY-MM-DD HH:MM:SS.ffffff", which is UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let (day, time) = text.split_once(' ')?;
        format!("{day}T{time}Z").parse().ok()
    })
}

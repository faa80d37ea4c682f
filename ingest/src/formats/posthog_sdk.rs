//! What an unchanged PostHog SDK sends: one event, a list of them, or a batch, plain or compressed or in a form.
//!
//! The key that comes with it is public, so every field is a stranger's, and none of them says whose project it is.

#[cfg(test)]
pub(super) mod tests;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::HoldReason;

use super::posthog::Event;
use super::select::Items;
use super::{
    BODY_LIMIT, DEPTH_LIMIT, Payload, RECORD_LIMIT, check_size, content, fields, nesting, no_json, sentry_sdk,
};
use crate::observation::{ProjectHint, Reading, Unreadable};

pub(super) const LIMIT: usize = BODY_LIMIT;
/// The levels of a batch and its list, around an event.
const AROUND: usize = 2;

/// What stands around events; a body with neither list is one event itself.
#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(default, borrow)]
    batch: Option<Items<'a>>,
    #[serde(default, borrow)]
    data: Option<&'a RawValue>,
    #[serde(default)]
    sent_at: Option<Value>,
    #[serde(default)]
    historical_migration: Option<Value>,
}

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    let body = content::decoded(payload.bytes, payload.header("content-encoding"))?;
    let body = content::form_data(body)?;
    let text = std::str::from_utf8(&body).map_err(|error| Unreadable::NoJson {
        detail: format!("no UTF-8 after byte {}", error.valid_up_to()),
    })?;
    nesting::check(&body, DEPTH_LIMIT + AROUND)?;
    let mut reading = match text.trim_start().as_bytes().first() {
        Some(b'[') => events(serde_json::from_str(text).map_err(|error| no_json(&error))?, "")?,
        _ => batch(text, payload)?,
    };
    for observation in &mut reading.kept {
        observation.project = ProjectHint::Silent;
    }
    Ok(reading)
}

fn batch(text: &str, payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    let Batch { batch, data, sent_at, historical_migration } =
        serde_json::from_str(text).map_err(|error| no_json(&error))?;
    let listed = data.map(RawValue::get).filter(|data| data.starts_with('['));
    let mut reading = match (batch, listed) {
        (Some(batch), _) => events(batch, "batch")?,
        (None, Some(data)) => events(serde_json::from_str(data).map_err(|error| no_json(&error))?, "data")?,
        (None, None) => event(text)?,
    };
    sentry_sdk::correct(&mut reading, sent_at.as_ref().and_then(fields::time), payload.received_at);
    if matches!(historical_migration, Some(Value::Bool(true))) {
        for observation in &mut reading.kept {
            observation.hold = Some(HoldReason::HistoricalMigration);
        }
    }
    Ok(reading)
}

fn events(items: Items<'_>, at: &str) -> Result<Reading, Unreadable> {
    let mut reading = Reading::default();
    for (index, item) in items.fitting(at)?.into_iter().enumerate() {
        match event(item.get()) {
            Ok(item) => reading.add("", Ok(item)),
            Err(error) => reading.add(&format!("{at}[{index}]"), Err(error)),
        }
    }
    Ok(reading)
}

fn event(text: &str) -> Result<Reading, Unreadable> {
    check_size(text.as_bytes(), RECORD_LIMIT)?;
    Event::parse(text)?.read(Provenance::Stranger)
}

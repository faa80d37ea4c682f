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
use signalbox_domain::time::Timestamp;

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
    PosthogBody::open(payload)?.read(payload.received_at)
}

/// A body whose encoding is undone: whoever answers the request asks for its key before it is read.
#[derive(Debug)]
pub struct PosthogBody(String);

impl PosthogBody {
    pub fn open(payload: &Payload<'_>) -> Result<Self, Unreadable> {
        check_size(payload.bytes, LIMIT)?;
        let body = content::decoded(payload.bytes, payload.header("content-encoding"))?;
        let body = content::form_data(body)?.into_owned();
        nesting::check(&body, DEPTH_LIMIT + AROUND)?;
        let text = String::from_utf8(body).map_err(|error| Unreadable::NoJson {
            detail: format!("no UTF-8 after byte {}", error.utf8_error().valid_up_to()),
        })?;
        Ok(Self(text))
    }

    /// The public key: of the body, or of its first event.
    pub fn key(&self) -> Option<String> {
        key(&self.0, AROUND + 1)
    }

    /// The ids of its events in its order, none for one that has none: for a reply that names each.
    pub fn uuids(&self) -> Vec<Option<String>> {
        #[derive(Deserialize)]
        struct Named {
            #[serde(default)]
            uuid: Option<Value>,
        }
        let Ok(list) = list(&self.0) else { return Vec::new() };
        let uuid = |text: &str| fields::scalar(&serde_json::from_str::<Named>(text).ok()?.uuid?, 200);
        list.items.into_iter().map(uuid).collect()
    }

    pub fn read(&self, received_at: Option<Timestamp>) -> Result<Reading, Unreadable> {
        let List { at, items, sent_at, historical } = list(&self.0)?;
        let mut reading = Reading::default();
        for (index, item) in items.into_iter().enumerate() {
            match at {
                Some(at) => reading.add(&format!("{at}[{index}]"), event(item)),
                None => reading.add("$", Ok(event(item)?)),
            }
        }
        sentry_sdk::correct(&mut reading, sent_at, received_at);
        for observation in &mut reading.kept {
            observation.project = ProjectHint::Silent;
            if historical {
                observation.hold = Some(HoldReason::HistoricalMigration);
            }
        }
        Ok(reading)
    }
}

/// The events of a body, unread.
struct List<'a> {
    /// Where they stand; none for a body that is one event itself.
    at: Option<&'static str>,
    items: Vec<&'a str>,
    sent_at: Option<Timestamp>,
    historical: bool,
}

fn list(text: &str) -> Result<List<'_>, Unreadable> {
    if text.trim_start().starts_with('[') {
        return Ok(List { at: Some(""), items: texts("", json(text)?)?, sent_at: None, historical: false });
    }
    let Batch { batch, data, sent_at, historical_migration } = json(text)?;
    let listed = data.map(RawValue::get).filter(|data| data.starts_with('['));
    let (at, items) = match (batch, listed) {
        (Some(batch), _) => (Some("batch"), texts("batch", batch)?),
        (None, Some(data)) => (Some("data"), texts("data", json(data)?)?),
        (None, None) => (None, vec![text]),
    };
    let sent_at = sent_at.as_ref().and_then(fields::time);
    Ok(List { at, items, sent_at, historical: matches!(historical_migration, Some(Value::Bool(true))) })
}

fn texts<'a>(at: &str, items: Items<'a>) -> Result<Vec<&'a str>, Unreadable> {
    Ok(items.fitting(at)?.into_iter().map(RawValue::get).collect())
}

fn json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|error| no_json(&error))
}

/// The key that stands nearest to the outside.
fn key(text: &str, levels: usize) -> Option<String> {
    #[derive(Deserialize)]
    struct Keyed<'a> {
        #[serde(default)]
        api_key: Option<Value>,
        #[serde(default)]
        token: Option<Value>,
        #[serde(default, borrow)]
        properties: Option<&'a RawValue>,
        #[serde(default, borrow)]
        batch: Option<&'a RawValue>,
        #[serde(default, borrow)]
        data: Option<&'a RawValue>,
    }
    let inner = |text: &str| key(text, levels.checked_sub(1)?);
    if text.trim_start().starts_with('[') {
        let items = json::<Items<'_>>(text).ok()?.fitting("").ok()?;
        return items.first().and_then(|first| inner(first.get()));
    }
    let keyed: Keyed<'_> = json(text).ok()?;
    let own = [keyed.api_key, keyed.token].into_iter().flatten().find_map(|key| fields::scalar(&key, 200));
    let places = [keyed.properties, keyed.batch, keyed.data];
    own.or_else(|| places.into_iter().flatten().find_map(|place| inner(place.get())))
}

fn event(text: &str) -> Result<Reading, Unreadable> {
    check_size(text.as_bytes(), RECORD_LIMIT)?;
    Event::parse(text)?.read(Provenance::Stranger, &[])
}

//! CloudEvents 1.0, structured, binary (attributes in `ce-` or `ce_` headers) or a batch. Data that is a native signal is
//! read as one, any other as an alert.

#[cfg(test)]
pub(super) mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Severity, SourceFamily};

use super::{Payload, RECORD_LIMIT, TEXT_LIMIT, alert_generic, fields, parse, signal};
use crate::identity::Told;
use crate::observation::{Observation, Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;
const MOST_ITEMS: usize = 1000;

/// An event's own attributes; only `id`, `source` and `type` have to be there.
struct Attributes {
    id: String,
    source: String,
    kind: String,
    subject: Option<String>,
    time: Option<Value>,
}

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    if let Some(attributes) = binary(payload) {
        let data = data(payload.bytes)?;
        return observation(&attributes, &data, payload.from).map(Reading::one);
    }
    match parse(payload.bytes)? {
        Value::Array(events) if events.len() > MOST_ITEMS => {
            Err(Unreadable::field("$", "at most 1000 events"))
        }
        Value::Array(events) => {
            let mut reading = Reading::default();
            for (index, event) in events.iter().enumerate() {
                reading.add(&format!("[{index}]"), structured(event, payload.from).map(Reading::one));
            }
            Ok(reading)
        }
        event => structured(&event, payload.from).map(Reading::one),
    }
}

/// The attributes of an event whose body is its data. Kafka's headers are spelled with an underscore.
fn binary(payload: &Payload<'_>) -> Option<Attributes> {
    let header = |name: &str| {
        let value =
            payload.header(&format!("ce-{name}")).or_else(|| payload.header(&format!("ce_{name}")))?;
        (!value.trim().is_empty()).then(|| fields::bounded(value, 500))
    };
    header("specversion")?;
    Some(Attributes {
        id: header("id")?,
        source: header("source")?,
        kind: header("type")?,
        subject: header("subject"),
        time: header("time").map(Value::String),
    })
}

fn structured(event: &Value, from: Provenance) -> Result<Observation, Unreadable> {
    let required =
        |name: &str, expected| fields::text(event, name).ok_or_else(|| Unreadable::field(name, expected));
    required("specversion", "a version of CloudEvents")?;
    let attributes = Attributes {
        id: required("id", "the id of the event")?,
        source: required("source", "the source of the event")?,
        kind: required("type", "the type of the event")?,
        subject: fields::text(event, "subject"),
        time: event.get("time").cloned(),
    };
    let data = match event.get("data_base64").and_then(Value::as_str) {
        Some(data) => decoded(data)?,
        None => event.get("data").cloned().unwrap_or_default(),
    };
    observation(&attributes, &data, from)
}

fn decoded(base64: &str) -> Result<Value, Unreadable> {
    data(&STANDARD.decode(base64).map_err(|_| Unreadable::field("data_base64", "base64"))?)
}

/// JSON, or a text.
fn data(bytes: &[u8]) -> Result<Value, Unreadable> {
    match parse(bytes) {
        Err(Unreadable::NoJson { .. }) => Ok(Value::String(String::from_utf8_lossy(bytes).into_owned())),
        read => read,
    }
}

fn observation(attributes: &Attributes, data: &Value, from: Provenance) -> Result<Observation, Unreadable> {
    let record_id = Some(format!("{}\u{1f}{}", attributes.source, attributes.id));
    if let Ok(native) = signal::observation(data, from) {
        return Ok(Observation { record_id: native.record_id.or(record_id), ..native });
    }
    let occurred_at = attributes.time.as_ref().and_then(fields::time);
    match alert_generic::observation(data, from) {
        Ok(alert) => Ok(Observation {
            kind: fields::kind_of(&attributes.kind, "event")?,
            record_id,
            occurred_at: occurred_at.or(alert.occurred_at),
            ..alert
        }),
        Err(_) => Ok(Observation { record_id, occurred_at, ..bare(attributes, data, from)? }),
    }
}

/// An event whose data says nothing that could be a title.
fn bare(attributes: &Attributes, data: &Value, from: Provenance) -> Result<Observation, Unreadable> {
    let words = fields::scalar(data, TEXT_LIMIT).unwrap_or_default();
    let subject = attributes.subject.as_deref().unwrap_or(&attributes.source);
    let named = format!("{} {subject}", attributes.kind);
    let title = fields::title(if words.is_empty() { &named } else { &words });
    let kind = fields::kind_of(&attributes.kind, "event")?;
    Ok(Observation {
        text: Sourced::new(words, from),
        severity: Severity::Info,
        ..Observation::new(SourceFamily::Alerts, kind, Told::words(&title), Sourced::new(title.clone(), from))
    })
}

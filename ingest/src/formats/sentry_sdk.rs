//! What an unchanged Sentry SDK sends: an envelope of items or, from old ones, a single event.
//!
//! The key that comes with it is public, so every field is a stranger's, and none of them says whose project it is.

mod sessions;
#[cfg(test)]
pub(super) mod tests;

use serde_json::Value;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Severity, SourceFamily};
use signalbox_domain::time::Timestamp;

use super::{BODY_LIMIT, Payload, RECORD_LIMIT, check_size, content, fields, parse, sentry_event};
use crate::identity::RecordIdentity;
use crate::observation::{Noted, Observation, ProjectHint, Reading, Unreadable};

pub(super) const LIMIT: usize = BODY_LIMIT;
/// An envelope with more items is read no further, and says so.
const MOST_ITEMS: usize = 1000;
const HEADER_LIMIT: usize = 64 << 10;

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    SentryBody::open(payload)?.read(payload.received_at)
}

/// A body whose encoding is undone: whoever answers the request asks for its key and its id.
#[derive(Debug)]
pub struct SentryBody(Vec<u8>);

impl SentryBody {
    pub fn open(payload: &Payload<'_>) -> Result<Self, Unreadable> {
        check_size(payload.bytes, LIMIT)?;
        content::decoded(payload.bytes, payload.header("content-encoding"))
            .map(|body| Self(body.into_owned()))
    }

    /// The public key of the DSN in an envelope's header, for senders that put it nowhere else.
    pub fn key(&self) -> Option<String> {
        let dsn = fields::text(&self.header()?, "dsn")?;
        let (key, _) = dsn.split_once("://")?.1.split_once('@')?;
        let key = key.split(':').next().filter(|key| !key.is_empty())?;
        Some(key.to_owned())
    }

    /// The id that the reply repeats.
    pub fn event_id(&self) -> Option<String> {
        fields::text(&self.header()?, "event_id").map(|id| sentry_event::event_id(&id))
    }

    fn header(&self) -> Option<Value> {
        header(line(&self.0).0).ok()
    }

    pub fn read(&self, received_at: Option<Timestamp>) -> Result<Reading, Unreadable> {
        let (first, rest) = line(&self.0);
        let mut reading = match header(first) {
            Ok(header) if !rest.trim_ascii().is_empty() => {
                let sent_at = fields::at(&header, "sent_at").and_then(fields::time);
                let mut reading = envelope(rest);
                correct(&mut reading, sent_at, received_at);
                reading
            }
            Ok(header) if is_only_a_header(&header) => Reading::not_a_signal(),
            Ok(_) | Err(_) => event(&self.0)?,
        };
        for observation in &mut reading.kept {
            observation.project = ProjectHint::Silent;
        }
        Ok(reading)
    }
}

/// An envelope whose items were all left out.
fn is_only_a_header(header: &Value) -> bool {
    ["dsn", "sent_at", "sdk", "trace"].iter().any(|name| header.get(name).is_some())
        && ["exception", "message", "logentry"].iter().all(|name| header.get(name).is_none())
}

fn header(line: &[u8]) -> Result<Value, Unreadable> {
    check_size(line, HEADER_LIMIT)?;
    let header = parse(line)?;
    if header.is_object() {
        Ok(header)
    } else {
        Err(Unreadable::field("$", "an object, the header of an envelope"))
    }
}

/// The items after an envelope's header. What follows a broken item header cannot be found any more.
fn envelope(mut rest: &[u8]) -> Reading {
    let mut reading = Reading::default();
    for index in 0.. {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            break;
        }
        let place = format!("items[{index}]");
        if index >= MOST_ITEMS {
            reading.add("items", Err(Unreadable::field("$", "at most 1000 items")));
            break;
        }
        match item(rest) {
            Ok((header, payload, after)) => {
                rest = after;
                reading.add(&place, one(&header, payload));
            }
            Err(error) => {
                reading.add(&place, Err(error));
                break;
            }
        }
    }
    reading
}

/// An item's header, its payload, and what comes after it.
fn item(rest: &[u8]) -> Result<(Value, &[u8], &[u8]), Unreadable> {
    let (first, rest) = line(rest);
    let header = header(first)?;
    let Some(length) = header.get("length").filter(|length| !length.is_null()) else {
        let (payload, rest) = line(rest);
        return Ok((header, payload, rest));
    };
    let length = fields::number(length).and_then(|length| usize::try_from(length).ok());
    let parts = length.and_then(|length| rest.split_at_checked(length));
    let (payload, rest) =
        parts.ok_or_else(|| Unreadable::field("length", "the number of bytes that follow"))?;
    Ok((header, payload, rest))
}

fn one(header: &Value, payload: &[u8]) -> Result<Reading, Unreadable> {
    match fields::text(header, "type").as_deref() {
        Some("event" | "feedback") => event(payload),
        Some("user_report") => user_report(&bounded_json(payload)?).map(Reading::one),
        Some("check_in") => check_in(&bounded_json(payload)?),
        Some("session") => Ok(sessions::session(&bounded_json(payload)?)),
        Some("sessions") => Ok(sessions::sessions(&bounded_json(payload)?)),
        Some(_) => Ok(Reading::not_a_signal()),
        None => Err(Unreadable::field("type", "the type of an item")),
    }
}

fn bounded_json(payload: &[u8]) -> Result<Value, Unreadable> {
    check_size(payload, RECORD_LIMIT)?;
    parse(payload)
}

fn event(bytes: &[u8]) -> Result<Reading, Unreadable> {
    check_size(bytes, RECORD_LIMIT)?;
    sentry_event::read(&Payload::new(bytes, Provenance::Stranger))
}

/// What users wrote about an error, as older SDKs send it.
fn user_report(report: &Value) -> Result<Observation, Unreadable> {
    let words = fields::first_prose(report, &["comments"]);
    let observation = sentry_event::feedback_observation(report, words, Provenance::Stranger)?;
    // The id is the error's, which is another record.
    let record_id = observation.record_id.as_ref().map(|id| format!("report/{id}"));
    Ok(Observation { record_id, ..observation })
}

/// A job that did not come, or did not end well.
fn check_in(check_in: &Value) -> Result<Reading, Unreadable> {
    let status = fields::text(check_in, "status").ok_or_else(|| Unreadable::field("status", "a status"))?;
    let words = match status.as_str() {
        "missed" => "missed its check-in",
        "timeout" => "did not end in time",
        "error" => "failed",
        _ => return Ok(Reading::not_a_signal()),
    };
    let monitor = fields::text(check_in, "monitor_slug")
        .ok_or_else(|| Unreadable::field("monitor_slug", "the name of a monitor"))?;
    let title = Sourced::stranger(fields::title(&format!("{monitor} {words}")));
    let identity = RecordIdentity::Own(format!("{monitor}\u{1f}{status}"));
    let sourced = |name: &str| fields::text(check_in, name).map(Sourced::stranger);
    Ok(Reading::one(Observation {
        record_id: fields::text(check_in, "check_in_id").map(|id| format!("{id}/{status}")),
        severity: Severity::Error,
        release: sourced("release"),
        environment: sourced("environment"),
        ..Observation::new(SourceFamily::Alerts, fields::kind("check_in")?, identity, title)
    }))
}

/// A line and what follows it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'\n', bytes) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

/// A sender's clock is as wrong as the moment at which it says that it sent this.
pub(super) fn correct(reading: &mut Reading, sent_at: Option<Timestamp>, received_at: Option<Timestamp>) {
    let (Some(sent_at), Some(received_at)) = (sent_at, received_at) else { return };
    let behind = received_at.micros().saturating_sub(sent_at.micros());
    let corrected = |at: Timestamp| Timestamp::from_micros(at.micros().saturating_add(behind));
    for observation in &mut reading.kept {
        observation.occurred_at = observation.occurred_at.map(corrected);
    }
    for noted in &mut reading.noted {
        match noted {
            Noted::Exposure(note) => note.at = note.at.map(corrected),
            Noted::Event(note) => note.at = note.at.map(corrected),
            Noted::Session(note) => {
                (note.started_at, note.ended_at) = (corrected(note.started_at), corrected(note.ended_at));
            }
        }
    }
}

//! Any vendor's alert: title, severity, state, identity and links are found by how fields are called (`alert`). An alert
//! that resolved is held, and stays the signal that it was while it fired.

#[cfg(test)]
pub(super) mod tests;

use serde_json::Value;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Severity, SourceFamily};

use super::alert::Identity;
use super::{Payload, RECORD_LIMIT, alert, fields, parse};
use crate::identity::{RecordIdentity, Told};
use crate::observation::{Observation, ProjectHint, Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;
const MOST_ITEMS: usize = 1000;

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    match parse(payload.bytes)? {
        Value::Array(alerts) if alerts.is_empty() => Err(Unreadable::field("$", "an alert")),
        Value::Array(alerts) if alerts.len() > MOST_ITEMS => {
            Err(Unreadable::field("$", "at most 1000 alerts"))
        }
        Value::Array(alerts) => {
            let mut reading = Reading::default();
            for (index, alert) in alerts.iter().enumerate() {
                reading.add(&format!("[{index}]"), observation(alert, payload.from).map(Reading::one));
            }
            Ok(reading)
        }
        alert => observation(&alert, payload.from).map(Reading::one),
    }
}

pub(super) fn observation(body: &Value, from: Provenance) -> Result<Observation, Unreadable> {
    if !body.is_object() {
        return Err(Unreadable::field("$", "an object, one alert"));
    }
    let read = alert::alert(body)
        .ok_or_else(|| Unreadable::field("$", "a title, a name, a summary or a message of an alert"))?;
    let sourced = |text: String| Sourced::new(text, from);
    let links = read.urls.into_iter().map(|(label, url)| fields::link(&label, Some(url), from));
    let identity = match read.identity {
        Identity::Id(id) => RecordIdentity::Own(id),
        Identity::Words(words) => Told::words(&words),
    };
    Ok(Observation {
        project: read.project.map_or(ProjectHint::Silent, ProjectHint::Name),
        record_id: read.record_id,
        text: sourced(read.text),
        severity: read.severity.unwrap_or(Severity::Error),
        occurred_at: read.occurred_at,
        environment: read.environment.map(sourced),
        links: fields::links(links),
        attributes: fields::bounded_attributes(read.attributes.into_iter()),
        hold: read.hold,
        ..Observation::new(SourceFamily::Alerts, fields::kind("alert")?, identity, sourced(read.title))
    })
}

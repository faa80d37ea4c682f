//! Prometheus Alertmanager's webhook, version 4: a group of alerts, each a signal of its own label set. One that
//! resolved is held.

#[cfg(test)]
pub(super) mod tests;

use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{HoldReason, Severity, SourceFamily};

use super::{Payload, RECORD_LIMIT, TEXT_LIMIT, fields, parse, severity};
use crate::identity::RecordIdentity;
use crate::observation::{Observation, ProjectHint, Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;
const MOST_ITEMS: usize = 10_000;

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    let group = parse(payload.bytes)?;
    let alerts = group
        .get("alerts")
        .and_then(Value::as_array)
        .filter(|alerts| alerts.len() <= MOST_ITEMS)
        .ok_or_else(|| Unreadable::field("alerts", "a list of at most 10000 alerts"))?;
    let mut reading = Reading::default();
    for (index, alert) in alerts.iter().enumerate() {
        let alert = Alert { group: &group, alert, from: payload.from };
        reading.add(&format!("alerts[{index}]"), alert.observation().map(Reading::one));
    }
    Ok(reading)
}

/// One alert, within what it shares with its group.
struct Alert<'a> {
    group: &'a Value,
    alert: &'a Value,
    from: Provenance,
}

impl Alert<'_> {
    fn observation(&self) -> Result<Observation, Unreadable> {
        let labels = self.labels();
        let name = label(&labels, "alertname");
        let summary = self.annotation(&["summary", "title", "message"]);
        let title = match (&name, &summary) {
            (Some(name), Some(summary)) if !summary.contains(name.as_str()) => format!("{name}: {summary}"),
            (_, Some(summary)) => summary.clone(),
            (Some(name), None) => name.clone(),
            (None, None) => return Err(Unreadable::field("labels.alertname", "the name of an alert")),
        };
        let title = Sourced::new(fields::title(&title), self.from);
        let identity = fields::text(self.alert, "fingerprint").unwrap_or_else(|| identity(&labels));
        let sourced = |names: &[&str]| names.iter().find_map(|name| label(&labels, name));
        let resolved = self.status().as_deref() == Some("resolved");
        Ok(Observation {
            project: label(&labels, "project").map_or(ProjectHint::Silent, ProjectHint::Name),
            record_id: self.record_id(&identity),
            text: Sourced::new(
                self.annotation(&["description", "message", "summary"]).unwrap_or_default(),
                self.from,
            ),
            severity: sourced(&["severity", "level", "priority"])
                .and_then(|word| severity::of_word(&word))
                .unwrap_or(Severity::Error),
            occurred_at: fields::at(self.alert, if resolved { "endsAt" } else { "startsAt" })
                .and_then(fields::time),
            release: sourced(&["release", "version"]).map(|text| Sourced::new(text, self.from)),
            environment: sourced(&["environment", "env"]).map(|text| Sourced::new(text, self.from)),
            links: self.links(),
            attributes: fields::bounded_attributes(labels.into_iter()),
            hold: resolved.then_some(HoldReason::UpstreamResolved),
            ..Observation::new(
                SourceFamily::Alerts,
                fields::kind("alert")?,
                RecordIdentity::Own(identity),
                title,
            )
        })
    }

    /// Its own labels and, where it has none, those of the group.
    fn labels(&self) -> Map<String, Value> {
        let object = |value: &Value, name: &str| {
            value.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
        };
        let mut labels = object(self.group, "commonLabels");
        labels.extend(object(self.alert, "labels"));
        labels
    }

    fn annotation(&self, names: &[&str]) -> Option<String> {
        let places = [(self.alert, "annotations"), (self.group, "commonAnnotations")];
        names.iter().find_map(|name| {
            places.iter().find_map(|(value, place)| fields::scalar(value.get(place)?.get(name)?, TEXT_LIMIT))
        })
    }

    fn status(&self) -> Option<String> {
        fields::text(self.alert, "status").or_else(|| fields::text(self.group, "status"))
    }

    /// Alertmanager repeats an alert as long as it fires: the same firing is the same record.
    fn record_id(&self, identity: &str) -> Option<String> {
        let starts_at = fields::text(self.alert, "startsAt")?;
        Some(format!("{identity}/{starts_at}/{}", self.status().unwrap_or_default()))
    }

    fn links(&self) -> Vec<Sourced<signalbox_domain::signal::Link>> {
        let annotation = |label, name| fields::link(label, self.annotation(&[name]), self.from);
        fields::links([
            annotation("runbook", "runbook_url"),
            annotation("dashboard", "dashboard_url"),
            fields::link("query", fields::text(self.alert, "generatorURL"), self.from),
            fields::link("Alertmanager", fields::text(self.group, "externalURL"), self.from),
        ])
    }
}

fn label(labels: &Map<String, Value>, name: &str) -> Option<String> {
    labels.get(name).and_then(|value| fields::scalar(value, 500))
}

/// What tells label sets apart, where no fingerprint came along.
fn identity(labels: &Map<String, Value>) -> String {
    let pairs = labels.iter().map(|(name, value)| format!("{name}={value}"));
    let mut pairs: Vec<String> = pairs.collect();
    pairs.sort();
    pairs.join("\u{1f}")
}

//! `lab ingest`: one row in, one row out: what the formats make of a payload, without a store, a clock or a network.
//! Nothing is redacted here: it shows what was given. Called by the binary's lab.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Frame, HoldReason, Link, Severity, SourceFamily};
use signalbox_domain::time::Timestamp;

use crate::formats::{Format, Payload, read};
use crate::keys::FingerprintConfig;
use crate::observation::{Observation, ProjectHint, Unreadable};

/// A row of `lab ingest`.
#[derive(Debug, Deserialize)]
pub struct IngestRow {
    pub id: Value,
    /// The name of a format, or of its maker: posthog, sentry, github, alert.
    pub format: String,
    /// JSON; a text is the body itself for the formats that are not JSON.
    pub payload: Box<RawValue>,
}

/// Its answer: signals, also none, or what was wrong.
#[derive(Debug, Serialize)]
pub struct IngestAnswer {
    id: Value,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    signals: Option<Vec<ShownSignal>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// An observation as people and programs read it.
#[derive(Debug, Serialize)]
pub(crate) struct ShownSignal {
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    source: SourceFamily,
    kind: String,
    fingerprint: String,
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
    severity: Severity,
    /// Who could have written the title.
    from: Provenance,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<HoldReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    frames: Vec<Frame>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    attributes: Map<String, Value>,
}

/// `lab ingest`, one row.
pub fn ingest_row(row: IngestRow) -> IngestAnswer {
    let IngestRow { id, format, payload } = row;
    match signals(&format, payload.get()) {
        Ok(signals) => IngestAnswer { id, ok: true, signals: Some(signals), error: None },
        Err(error) => IngestAnswer { id, ok: false, signals: None, error: Some(error) },
    }
}

fn signals(name: &str, payload: &str) -> Result<Vec<ShownSignal>, String> {
    let format = format(name, payload).ok_or_else(|| expected_format(name))?;
    let body = match format {
        Format::PosthogSdk | Format::SentrySdk => serde_json::from_str::<String>(payload).ok(),
        _ => None,
    };
    let bytes = body.as_deref().unwrap_or(payload).as_bytes();
    let reading =
        read(format, &Payload::new(bytes, Provenance::Stranger)).map_err(|error| error.to_string())?;
    match reading.refused.first().filter(|_| reading.kept.is_empty()) {
        Some(error) => Err(of_several(error, reading.refused.len())),
        None => Ok(reading.kept.into_iter().map(ShownSignal::from).collect()),
    }
}

fn of_several(error: &Unreadable, count: usize) -> String {
    if count == 1 { error.to_string() } else { format!("{error}; and {} more", count - 1) }
}

fn expected_format(name: &str) -> String {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    format!("format: expected posthog, sentry, github, alert, {}, got {name:?}", names.join(", "))
}

/// A maker's name stands for whichever of its formats the payload looks like.
fn format(name: &str, payload: &str) -> Option<Format> {
    let shape = Shape::of(payload);
    let has = |path: &[&str]| shape.as_ref().is_some_and(|shape| shape.has(path));
    let is_group = ["groupKey", "groupLabels", "commonLabels", "receiver"].iter().any(|name| has(&[name]));
    Some(match name {
        "posthog" if payload.starts_with('[') || has(&["batch"]) => Format::PosthogSdk,
        "posthog" if has(&["event", "{"]) => Format::PosthogInternal,
        "posthog" => Format::PosthogEvent,
        "sentry" if payload.starts_with('"') => Format::SentrySdk,
        "sentry" if has(&["data", "{"]) && has(&["action"]) => Format::SentryWebhook,
        "sentry" => Format::SentryEvent,
        "github" => Format::GithubWebhook,
        "alert" if has(&["alerts", "["]) && is_group => Format::Alertmanager,
        "alert" if has(&["specversion"]) => Format::Cloudevent,
        "alert" => Format::AlertGeneric,
        other => Format::from_name(other)?,
    })
}

/// The outermost fields of a payload, unread.
struct Shape<'a>(std::collections::BTreeMap<String, &'a RawValue>);

impl<'a> Shape<'a> {
    fn of(payload: &'a str) -> Option<Self> {
        serde_json::from_str(payload).ok().map(Self)
    }

    /// Whether there is a field of a name and, where it is said, with what its value begins.
    fn has(&self, path: &[&str]) -> bool {
        let [name, begins @ ..] = path else { return false };
        let value = self.0.get(*name).map(|value| value.get());
        value.is_some_and(|value| begins.iter().all(|begin| value.starts_with(begin)))
    }
}

/// The newest key, with its version.
pub(crate) fn fingerprint(observation: &Observation) -> String {
    let config = FingerprintConfig::default();
    let keys = observation.identity.keys(observation.family, observation.kind.as_str(), &config);
    keys.last().map(|key| format!("v{}:{}", key.version, key.key)).unwrap_or_default()
}

impl From<Observation> for ShownSignal {
    fn from(observation: Observation) -> Self {
        let fingerprint = fingerprint(&observation);
        let plain = |text: Option<Sourced<String>>| text.map(|text| text.value);
        Self {
            project: match observation.project {
                ProjectHint::Team(team) => Some(team.to_string()),
                ProjectHint::Name(name) => Some(name),
                ProjectHint::Silent => None,
            },
            source: observation.family,
            kind: observation.kind.to_string(),
            fingerprint,
            from: observation.title.from,
            title: observation.title.value,
            text: observation.text.value,
            severity: observation.severity,
            hold: observation.hold,
            record_id: observation.record_id,
            occurred_at: observation.occurred_at,
            release: plain(observation.release),
            environment: plain(observation.environment),
            route: plain(observation.route),
            repository: plain(observation.repository),
            frames: observation.frames,
            links: observation.links.into_iter().map(|link| link.value).collect(),
            attributes: observation.attributes,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(format: &str, payload: &Value) -> Value {
        let row = json!({"id": "r1", "format": format, "payload": payload}).to_string();
        let row: IngestRow = serde_json::from_str(&row).unwrap();
        serde_json::to_value(ingest_row(row)).unwrap()
    }

    #[test]
    fn a_makers_name_finds_the_format() {
        let exceptions = json!({"$exception_list": [{"type": "E", "value": "v"}]});
        let event = json!({"event": "$exception", "properties": exceptions});
        let internal =
            json!({"event": {"event": "$insight_alert_firing", "properties": {"alert_name": "a"}}});
        let stack = json!({"exception": {"values": [{"type": "E", "value": "v"}]}});
        let hook = json!({"action": "created", "data": {"issue": {"id": "1", "title": "E: v"}}});
        for (format, payload, title) in [
            ("posthog", event.clone(), "E: v"),
            ("posthog", json!([event]), "E: v"),
            ("posthog", json!({"batch": [event]}), "E: v"),
            ("posthog", internal, "a"),
            ("sentry", stack.clone(), "E: v"),
            ("sentry_event", stack.clone(), "E: v"),
            ("sentry", hook, "E: v"),
            ("sentry", json!(format!("{{}}\n{{\"type\":\"event\"}}\n{stack}\n")), "E: v"),
            ("alert", json!({"title": "disk is full"}), "disk is full"),
            ("alert", json!({"groupLabels": {}, "alerts": [{"labels": {"alertname": "Full"}}]}), "Full"),
            (
                "alert",
                json!({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": {"title": "hot"}}),
                "hot",
            ),
            (
                "github",
                json!({"action": "opened", "issue": {"number": 1, "title": "it breaks"}}),
                "it breaks",
            ),
        ] {
            let answer = answer(format, &payload);
            assert_eq!(answer["id"], "r1");
            assert_eq!(answer["signals"][0]["title"], title, "{format} {payload}: {answer}");
        }
    }

    #[test]
    fn every_row_is_answered() {
        for (format, payload) in
            [("sentry", json!({})), ("csv", json!({})), ("alert", json!([1, 2])), ("posthog", Value::Null)]
        {
            let answer = answer(format, &payload);
            assert_eq!(answer["ok"], json!(false), "{answer}");
            assert!(answer["error"].as_str().is_some_and(|words| !words.is_empty()), "{answer}");
        }
        let nothing = answer("posthog", &json!({"event": "$pageview", "properties": {}}));
        assert_eq!((&nothing["ok"], &nothing["signals"]), (&json!(true), &json!([])));
    }
}

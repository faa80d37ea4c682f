//! PostHog's event topic: `$exception` events become observations; every other event is not a signal.
//!
//! `properties` is a JSON text inside the JSON. Anybody who can load the product's page can send any of it.

use serde::Deserialize;
use serde_json::{Map, Value};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::{Frame, HoldReason, Severity, SourceFamily};
use signalbox_similarity::fingerprint::{Identity, Upstream};
use signalbox_similarity::frames::{ParsedTrace, exceptions_from_json};
use signalbox_similarity::normalize::InAppRules;

use super::{TEXT_LIMIT, bounded, moment, no_json};
use crate::keys::FingerprintConfig;
use crate::observation::{Observation, ProjectHint, Reading, Unreadable};

const FAMILY: SourceFamily = SourceFamily::ErrorTracking;
const KIND: &str = "exception";
const TITLE_LIMIT: usize = 500;

/// The outer record; what is not named here is let be.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    uuid: Option<String>,
    #[serde(default)]
    team_id: Option<Value>,
    event: String,
    #[serde(default)]
    properties: Option<Value>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    historical_migration: Option<Value>,
}

pub(super) fn read(bytes: &[u8], from: Provenance, keys: &FingerprintConfig) -> Result<Reading, Unreadable> {
    let record: Record = serde_json::from_slice(bytes).map_err(|error| no_json(&error))?;
    if record.event != "$exception" {
        return Ok(Reading::NotASignal);
    }
    let properties = properties(record.properties.as_ref())?;
    let trace = properties
        .get("$exception_list")
        .and_then(|list| exceptions_from_json(list, &InAppRules::default()))
        .ok_or(Unreadable::Field {
            at: "properties.$exception_list".into(),
            expected: "a list of exceptions",
        })?;
    Ok(Reading::Kept(Box::new(observation(&record, &properties, &trace, from, keys)?)))
}

fn properties(value: Option<&Value>) -> Result<Map<String, Value>, Unreadable> {
    match value {
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|_| Unreadable::Field { at: "properties".into(), expected: "a JSON object in a text" }),
        _ => Err(Unreadable::Field { at: "properties".into(), expected: "an object, or one in a text" }),
    }
}

fn observation(
    record: &Record,
    properties: &Map<String, Value>,
    trace: &ParsedTrace,
    from: Provenance,
    keys: &FingerprintConfig,
) -> Result<Observation, Unreadable> {
    let text = |name: &str| properties.get(name).and_then(Value::as_str).map(str::to_owned);
    let title = title(trace, text("$issue_name"));
    let upstream =
        Upstream { issue: text("$exception_issue_id"), fingerprint: text("$exception_fingerprint") };
    let fingerprints = keys.keys(&Identity {
        source: FAMILY.name(),
        kind: KIND,
        title: &title,
        trace: Some(trace),
        upstream: Some(&upstream),
        policy: keys.upstream,
    });
    let historical = matches!(record.historical_migration, Some(Value::Bool(true)));
    Ok(Observation {
        project: project(record.team_id.as_ref()),
        family: FAMILY,
        kind: KIND.parse().map_err(|_| Unreadable::Field { at: "event".into(), expected: "a kind" })?,
        record_id: record.uuid.clone(),
        fingerprints,
        text: bounded(trace.message.as_deref().unwrap_or(&title), TEXT_LIMIT),
        title,
        severity: severity(text("$exception_level").as_deref()),
        occurred_at: record.timestamp.as_deref().and_then(moment),
        count: 1,
        frames: frames(trace),
        release: text("$release"),
        environment: text("$environment"),
        route: text("$pathname"),
        repository: None,
        links: Vec::new(),
        attributes: attributes(properties),
        hold: historical.then_some(HoldReason::HistoricalMigration),
        from,
    })
}

fn title(trace: &ParsedTrace, issue: Option<String>) -> String {
    let message = trace.message.as_deref().and_then(|message| message.lines().next()).unwrap_or_default();
    let own = match trace.kind.as_deref() {
        Some(kind) if message.is_empty() => kind.to_owned(),
        Some(kind) => format!("{kind}: {message}"),
        None => message.to_owned(),
    };
    let title = if own.is_empty() { issue.unwrap_or_else(|| "exception".to_owned()) } else { own };
    bounded(&title, TITLE_LIMIT)
}

fn project(team: Option<&Value>) -> ProjectHint {
    let number = match team {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    number.map_or(ProjectHint::Silent, ProjectHint::Team)
}

fn severity(level: Option<&str>) -> Severity {
    match level {
        Some("fatal" | "critical") => Severity::Fatal,
        Some("warning" | "warn") => Severity::Warning,
        Some("info" | "debug" | "log") => Severity::Info,
        _ => Severity::Error,
    }
}

pub(super) fn frames(trace: &ParsedTrace) -> Vec<Frame> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    trace
        .frames
        .iter()
        .map(|frame| Frame {
            function: some(&frame.function),
            module: some(&frame.module),
            file: some(&frame.file),
            line: (frame.line > 0).then_some(frame.line),
            in_app: Some(frame.role == signalbox_similarity::frames::Role::App),
        })
        .collect()
}

/// What helps whoever works on it, and nothing else: no variables' values, no person's properties.
fn attributes(properties: &Map<String, Value>) -> Map<String, Value> {
    const TELLING: [&str; 8] = [
        "$lib",
        "$lib_version",
        "$browser",
        "$os",
        "$current_url",
        "$exception_handled",
        "$session_id",
        "$host",
    ];
    TELLING
        .iter()
        .filter_map(|name| properties.get(*name).map(|value| ((*name).to_owned(), value.clone())))
        .collect()
}

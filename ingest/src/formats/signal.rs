//! The native signal: what a team sends itself, one object a signal (CONTRACTS "Native signal").

use serde_json::{Map, Value};
use signalbox_domain::names::SignalKind;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::{Frame, Link, Severity, SourceFamily};
use signalbox_similarity::fingerprint::{Identity, Upstream};
use signalbox_similarity::frames::{FrameOrder, ParsedTrace, frames_from_json, trace_from_structured};
use signalbox_similarity::normalize::InAppRules;

use super::{TEXT_LIMIT, bounded, moment};
use crate::keys::FingerprintConfig;
use crate::observation::{Observation, ProjectHint, Reading, Unreadable};

const TITLE_LIMIT: usize = 500;
const MOST_LINKS: usize = 20;

pub(super) fn read(value: &Value, from: Provenance, keys: &FingerprintConfig) -> Result<Reading, Unreadable> {
    let object =
        value.as_object().ok_or(Unreadable::Field { at: "$".into(), expected: "an object, one signal" })?;
    observation(&Fields(object), from, keys).map(|observation| Reading::Kept(Box::new(observation)))
}

/// An object whose fields are asked for by name, with an error that says where.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn required(&self, name: &'static str) -> Result<&'a str, Unreadable> {
        self.text(name)?.filter(|text| !text.trim().is_empty()).ok_or(Unreadable::Field {
            at: name.to_owned(),
            expected: "a text; project, source, kind and title are required",
        })
    }

    fn text(&self, name: &'static str) -> Result<Option<&'a str>, Unreadable> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Unreadable::Field { at: name.to_owned(), expected: "a text" }),
        }
    }

    fn owned(&self, name: &'static str) -> Result<Option<String>, Unreadable> {
        Ok(self.text(name)?.map(|text| bounded(text, TEXT_LIMIT)))
    }
}

fn observation(
    fields: &Fields<'_>,
    from: Provenance,
    keys: &FingerprintConfig,
) -> Result<Observation, Unreadable> {
    let project = fields.required("project")?;
    let family = SourceFamily::from_name(fields.required("source")?);
    let kind: SignalKind = fields.required("kind")?.parse().map_err(|_| Unreadable::Field {
        at: "kind".into(),
        expected: "at most 64 letters, digits and -_.: in a name",
    })?;
    let title = bounded(fields.required("title")?, TITLE_LIMIT);
    let trace = trace(fields, &title)?;
    let upstream = Upstream { issue: None, fingerprint: fields.owned("key")? };
    let fingerprints = keys.keys(&Identity {
        source: family.name(),
        kind: kind.as_str(),
        title: &title,
        trace: trace.as_ref(),
        upstream: Some(&upstream),
        policy: keys.upstream,
    });
    Ok(Observation {
        project: ProjectHint::Name(project.to_owned()),
        family,
        record_id: fields.owned("id")?,
        fingerprints,
        text: fields.owned("text")?.unwrap_or_default(),
        title,
        severity: severity(fields)?,
        occurred_at: occurred_at(fields)?,
        count: count(fields)?,
        frames: trace.as_ref().map(frames).unwrap_or_default(),
        release: fields.owned("release")?,
        environment: fields.owned("environment")?,
        route: fields.owned("route")?,
        repository: fields.owned("repository")?,
        links: links(fields)?,
        attributes: attributes(fields)?,
        kind,
        hold: None,
        from,
    })
}

fn severity(fields: &Fields<'_>) -> Result<Severity, Unreadable> {
    fields.text("severity")?.map_or(Ok(Severity::Error), |name| {
        Severity::from_name(name)
            .ok_or(Unreadable::Field { at: "severity".into(), expected: "fatal, error, warning or info" })
    })
}

fn occurred_at(fields: &Fields<'_>) -> Result<Option<signalbox_domain::time::Timestamp>, Unreadable> {
    let Some(text) = fields.text("occurred_at")? else { return Ok(None) };
    let wrong = Unreadable::Field { at: "occurred_at".into(), expected: "a time in RFC 3339" };
    moment(text).map(Some).ok_or(wrong)
}

/// Strings are taken where numbers are meant.
fn count(fields: &Fields<'_>) -> Result<u64, Unreadable> {
    let wrong = || Unreadable::Field { at: "count".into(), expected: "a whole number of at least 1" };
    let number = match fields.0.get("count") {
        None | Some(Value::Null) => Some(1),
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    number.filter(|count| *count > 0).ok_or_else(wrong)
}

fn trace(fields: &Fields<'_>, title: &str) -> Result<Option<ParsedTrace>, Unreadable> {
    match fields.0.get("stack") {
        None | Some(Value::Null) => Ok(None),
        Some(list @ Value::Array(_)) => {
            let frames = frames_from_json(list);
            let rules = InAppRules::default();
            Ok(Some(trace_from_structured("", title, &frames, FrameOrder::NewestFirst, &rules)))
        }
        Some(_) => Err(Unreadable::Field { at: "stack".into(), expected: "a list of frames" }),
    }
}

fn frames(trace: &ParsedTrace) -> Vec<Frame> {
    super::posthog_event::frames(trace)
}

fn links(fields: &Fields<'_>) -> Result<Vec<Link>, Unreadable> {
    let wrong = |at: String| Unreadable::Field { at, expected: "an object with label and url" };
    let Some(list) = fields.0.get("links").filter(|value| !value.is_null()) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| wrong("links".into()))?;
    list.iter()
        .take(MOST_LINKS)
        .enumerate()
        .map(|(index, link)| {
            let text =
                |name: &str| link.get(name).and_then(Value::as_str).map(|text| bounded(text, TEXT_LIMIT));
            let (Some(label), Some(url)) = (text("label"), text("url")) else {
                return Err(wrong(format!("links[{index}]")));
            };
            Ok(Link { label, url })
        })
        .collect()
}

fn attributes(fields: &Fields<'_>) -> Result<Map<String, Value>, Unreadable> {
    match fields.0.get("attributes") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(_) => Err(Unreadable::Field { at: "attributes".into(), expected: "an object" }),
    }
}

//! The native signal: what a team sends itself, one object a signal (CONTRACTS "Native signal").

#[cfg(test)]
pub(super) mod tests;

use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Link, Severity, SourceFamily};
use signalbox_similarity::frames::{FrameOrder, ParsedTrace, frames_from_json, trace_from_structured};
use signalbox_similarity::normalize::InAppRules;

use super::fields::bounded;
use super::{Payload, RECORD_LIMIT, TEXT_LIMIT, TITLE_LIMIT, fields, parse, trace};
use crate::identity::{IdentityPart, Told};
use crate::observation::{Observation, ProjectHint, Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;
const MOST_LINKS: usize = 20;
/// Of one record; more are not counted.
const MOST_USERS: usize = 10_000;

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    observation(&parse(payload.bytes)?, payload.from).map(Reading::one)
}

pub(super) fn observation(value: &Value, from: Provenance) -> Result<Observation, Unreadable> {
    let object = value.as_object().ok_or_else(|| Unreadable::field("$", "an object, one signal"))?;
    of_fields(&Fields(object), from)
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

fn of_fields(native: &Fields<'_>, from: Provenance) -> Result<Observation, Unreadable> {
    let project = native.required("project")?;
    let family = SourceFamily::from_name(native.required("source")?);
    let kind = fields::kind(native.required("kind")?)?;
    let title = bounded(native.required("title")?, TITLE_LIMIT);
    let trace = stack(native, &title)?;
    let frames = trace.as_ref().map(trace::frames).unwrap_or_default();
    let parts = native.owned("key")?.map(IdentityPart::Text).into_iter().collect();
    let identity = Told { parts, issue: None, trace, words: title.clone() };
    let optional = |name: &'static str| Ok(native.owned(name)?.map(|text| Sourced::new(text, from)));
    Ok(Observation {
        project: ProjectHint::Name(project.to_owned()),
        record_id: native.owned("id")?,
        text: Sourced::new(native.owned("text")?.unwrap_or_default(), from),
        severity: severity(native)?,
        occurred_at: occurred_at(native)?,
        count: count(native)?,
        frames,
        release: optional("release")?,
        environment: optional("environment")?,
        route: optional("route")?,
        repository: optional("repository")?,
        links: links(native, from)?,
        attributes: attributes(native)?,
        users: users(native)?,
        ..Observation::new(family, kind, identity.into(), Sourced::new(title, from))
    })
}

fn severity(fields: &Fields<'_>) -> Result<Severity, Unreadable> {
    fields.text("severity")?.map_or(Ok(Severity::Error), |name| {
        Severity::from_name(name)
            .ok_or(Unreadable::Field { at: "severity".into(), expected: "fatal, error, warning or info" })
    })
}

fn occurred_at(native: &Fields<'_>) -> Result<Option<signalbox_domain::time::Timestamp>, Unreadable> {
    let Some(text) = native.text("occurred_at")? else { return Ok(None) };
    let wrong = Unreadable::Field { at: "occurred_at".into(), expected: "a time in RFC 3339" };
    fields::moment(text).map(Some).ok_or(wrong)
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

fn stack(fields: &Fields<'_>, title: &str) -> Result<Option<ParsedTrace>, Unreadable> {
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

fn links(fields: &Fields<'_>, from: Provenance) -> Result<Vec<Sourced<Link>>, Unreadable> {
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
            Ok(Sourced::new(Link { label, url }, from))
        })
        .collect()
}

fn users(native: &Fields<'_>) -> Result<Vec<String>, Unreadable> {
    match native.0.get("users") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(users)) => {
            Ok(users.iter().take(MOST_USERS).filter_map(|user| fields::scalar(user, 200)).collect())
        }
        Some(_) => Err(Unreadable::Field { at: "users".into(), expected: "a list of names" }),
    }
}

fn attributes(fields: &Fields<'_>) -> Result<Map<String, Value>, Unreadable> {
    match fields.0.get("attributes") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(_) => Err(Unreadable::Field { at: "attributes".into(), expected: "an object" }),
    }
}

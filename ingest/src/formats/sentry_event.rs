//! Sentry's event JSON: exceptions, messages and feedback. Also read from envelopes and webhooks.
//!
//! Whoever has the public key of a DSN can write any of it; only what the caller knows better is trusted more.

#[cfg(test)]
pub(super) mod tests;

use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Severity, SourceFamily};
use signalbox_similarity::frames::{
    FrameOrder, ParsedTrace, exceptions_from_json, frames_from_json, trace_from_structured,
};
use signalbox_similarity::normalize::InAppRules;

use super::{Payload, RECORD_LIMIT, TEXT_LIMIT, fields, select, trace};
use crate::holds::hosts;
use crate::identity::{IdentityPart, Told};
use crate::observation::{Observation, ProjectHint, Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;
/// Trackers' own default stands in a list of fingerprints under this name.
const DEFAULT: &str = "default";
/// By what a user is told from others, the surest first.
const USER: [&str; 4] = ["user.id", "user.email", "user.username", "user.ip_address"];

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    let text = std::str::from_utf8(payload.bytes).map_err(|error| Unreadable::NoJson {
        detail: format!("no UTF-8 after byte {}", error.valid_up_to()),
    })?;
    event(text, payload.from)
}

/// One event, of a type that is told from its fields.
pub(super) fn event(text: &str, from: Provenance) -> Result<Reading, Unreadable> {
    let event = Value::Object(select::fields(text, is_wanted)?);
    if fields::text(&event, "type").as_deref() == Some("transaction") {
        return Ok(Reading::not_a_signal());
    }
    observation(event, from).map(Reading::one)
}

/// What is read of an event; breadcrumbs, modules, extras, images and spans are passed over.
fn is_wanted(name: &str) -> bool {
    const READ: [&str; 25] = [
        "contexts",
        "culprit",
        "environment",
        "event_id",
        "exception",
        "fingerprint",
        "level",
        "logentry",
        "logger",
        "message",
        "platform",
        "project",
        "release",
        "request",
        "sdk",
        "sentry.interfaces.Message",
        "server_name",
        "stacktrace",
        "tags",
        "threads",
        "timestamp",
        "title",
        "transaction",
        "type",
        "user",
    ];
    READ.contains(&name)
}

/// What an event says, as an observation of the kind `exception`, `message` or `feedback`.
pub(super) fn observation(mut event: Value, from: Provenance) -> Result<Observation, Unreadable> {
    if !event.is_object() {
        return Err(Unreadable::field("$", "an object, one event"));
    }
    if let Some(feedback) = fields::at(&event, "contexts.feedback") {
        let words = fields::first_prose(feedback, &["message"]);
        return feedback_observation(&event, words, from);
    }
    let platform = fields::text(&event, "platform").unwrap_or_default();
    let parsed = exceptions(&mut event, &platform);
    let said = message(&event);
    let title = parsed.as_ref().and_then(trace::title).or_else(|| said.as_ref().map(Message::title));
    let stack = if parsed.is_none() { stack(&mut event, &platform) } else { None };
    let title = title
        .or_else(|| {
            fields::first_text(&event, &["title", "culprit", "transaction"]).filter(|_| has_identity(&event))
        })
        .or_else(|| stack.as_ref().and_then(|stack| stack.state.first().cloned()))
        .ok_or_else(|| Unreadable::field("exception", "an exception, a message or a stack"))?;
    let kind = if parsed.is_some() { "exception" } else { "message" };
    let same = said.as_ref().map_or(title.as_str(), Message::template);
    let words = same.to_owned();
    let text = parsed.as_ref().and_then(|parsed| parsed.message.clone());
    let text = text.or_else(|| said.map(|said| said.words)).unwrap_or_default();
    let frames = parsed.as_ref().or(stack.as_ref()).map(trace::frames).unwrap_or_default();
    let identity = Told { parts: parts(&event), issue: None, trace: parsed, words };
    let title = Sourced::new(fields::title(&title), from);
    Ok(Observation {
        text: Sourced::new(fields::bounded(&text, TEXT_LIMIT), from),
        frames,
        ..common(
            &event,
            Observation::new(SourceFamily::ErrorTracking, fields::kind(kind)?, identity.into(), title),
        )
    })
}

/// Something that looks like an event, even if it does not say what happened.
fn has_identity(event: &Value) -> bool {
    ["event_id", "timestamp", "platform"].iter().any(|name| fields::text(event, name).is_some())
}

/// What a person wrote about the product.
pub(super) fn feedback_observation(
    event: &Value,
    words: Option<String>,
    from: Provenance,
) -> Result<Observation, Unreadable> {
    let words = words.ok_or_else(|| Unreadable::field("contexts.feedback.message", "a text"))?;
    let title = Sourced::new(fields::title(&words), from);
    let identity = Told::words(&title.value);
    let route = fields::text(event, "contexts.feedback.url").map(|url| Sourced::new(url, from));
    let observation = Observation::new(SourceFamily::Support, fields::kind("feedback")?, identity, title);
    Ok(Observation {
        text: Sourced::new(words, from),
        severity: Severity::Info,
        route,
        ..common(event, observation)
    })
}

/// What every event has beside its own matter; what is set already stays.
fn common(event: &Value, observation: Observation) -> Observation {
    let from = observation.title.from;
    let sourced = |text: Option<String>| text.map(|text| Sourced::new(text, from));
    Observation {
        project: fields::text(event, "project").map_or(ProjectHint::Silent, ProjectHint::Name),
        record_id: fields::text(event, "event_id").map(|id| event_id(&id)),
        occurred_at: fields::at(event, "timestamp").and_then(fields::time),
        severity: fields::severity_at(event, "level").unwrap_or(observation.severity),
        release: sourced(fields::text(event, "release")),
        environment: sourced(fields::text(event, "environment").or_else(|| tag(event, "environment"))),
        route: sourced(fields::text(event, "transaction")),
        attributes: attributes(event),
        users: fields::first_text(event, &USER).into_iter().collect(),
        host: fields::text(event, "request.url").and_then(|url| hosts::host_of(&url)),
        ..observation
    }
}

/// The same id is written with and without hyphens.
pub(super) fn event_id(id: &str) -> String {
    id.replace('-', "").to_ascii_lowercase()
}

/// The trace of `exception`, a list or an object with one, where it says anything.
fn exceptions(event: &mut Value, platform: &str) -> Option<ParsedTrace> {
    let exception = event.get_mut("exception")?.take();
    let mut list = match exception {
        Value::Object(mut fields) => fields.remove("values")?,
        other => other,
    };
    for exception in list.as_array_mut()? {
        name_platform(exception.pointer_mut("/stacktrace/frames"), platform);
    }
    let parsed = exceptions_from_json(&list, &InAppRules::default())?;
    let says = parsed.kind.is_some() || parsed.message.is_some() || !parsed.frames.is_empty();
    says.then_some(parsed)
}

/// The stack beside a message: the thread that crashed or was current, or the event's own.
fn stack(event: &mut Value, platform: &str) -> Option<ParsedTrace> {
    let is_told = |thread: &&mut Value| {
        ["crashed", "current"].iter().any(|name| thread.get(name).and_then(Value::as_bool) == Some(true))
    };
    let thread = event.pointer_mut("/threads/values").and_then(Value::as_array_mut);
    let mut frames = thread
        .and_then(|threads| threads.iter_mut().find(is_told))
        .and_then(|thread| thread.pointer_mut("/stacktrace/frames").map(Value::take));
    if frames.is_none() {
        frames = event.pointer_mut("/stacktrace/frames").map(Value::take);
    }
    name_platform(frames.as_mut(), platform);
    let frames = frames_from_json(&frames?);
    if frames.is_empty() {
        return None;
    }
    Some(trace_from_structured("", "", &frames, FrameOrder::Detect, &InAppRules::default()))
}

/// Frames mostly leave the platform to their event.
fn name_platform(frames: Option<&mut Value>, platform: &str) {
    let frames = frames.and_then(Value::as_array_mut).into_iter().flatten();
    for frame in frames.filter_map(Value::as_object_mut) {
        if frame.get("platform").and_then(Value::as_str).is_none() {
            frame.insert("platform".to_owned(), Value::String(platform.to_owned()));
        }
    }
}

/// A log message: with its values in it, and as the code has it.
struct Message {
    words: String,
    template: Option<String>,
}

impl Message {
    fn title(&self) -> String {
        fields::title(&self.words)
    }

    /// What is the same in every record of it.
    fn template(&self) -> &str {
        self.template.as_deref().unwrap_or(&self.words)
    }
}

fn message(event: &Value) -> Option<Message> {
    ["logentry", "sentry.interfaces.Message", "message"].iter().find_map(|name| {
        let entry = event.get(name)?;
        let whole = fields::scalar(entry, TEXT_LIMIT);
        let template = entry.get("message").and_then(|text| fields::scalar(text, TEXT_LIMIT));
        let formatted = entry.get("formatted").and_then(|text| fields::scalar(text, TEXT_LIMIT));
        let words = whole.or(formatted).or_else(|| template.clone())?;
        Some(Message { words, template })
    })
}

/// The team's own fingerprint. Beside others, the tracker's default stands for ours; alone it says nothing.
fn parts(event: &Value) -> Vec<IdentityPart> {
    let part = |part: String| match part.trim_matches(|c: char| "{} ".contains(c)) {
        DEFAULT => IdentityPart::Ours,
        _ => IdentityPart::Text(part),
    };
    let listed = fields::at(event, "fingerprint").and_then(Value::as_array).into_iter().flatten();
    let parts: Vec<IdentityPart> =
        listed.take(32).filter_map(|part| fields::scalar(part, 500)).map(part).collect();
    if parts.iter().all(|part| *part == IdentityPart::Ours) { Vec::new() } else { parts }
}

/// A tag's value: tags are an object, or a list of pairs.
pub(super) fn tag(event: &Value, name: &str) -> Option<String> {
    tags(event).find(|(own, _)| own == name).map(|(_, value)| value)
}

fn tags(event: &Value) -> Box<dyn Iterator<Item = (String, String)> + '_> {
    let pair = |name: &Value, value: &Value| Some((fields::scalar(name, 200)?, fields::scalar(value, 500)?));
    match event.get("tags") {
        Some(Value::Object(tags)) => Box::new(
            tags.iter().filter_map(|(name, value)| Some((name.clone(), fields::scalar(value, 500)?))),
        ),
        Some(Value::Array(tags)) => Box::new(tags.iter().filter_map(move |tag| match tag {
            Value::Array(parts) => pair(parts.first()?, parts.get(1)?),
            Value::Object(parts) => pair(parts.get("key")?, parts.get("value")?),
            _ => None,
        })),
        _ => Box::new(std::iter::empty()),
    }
}

/// What helps whoever works on it: no user, no variables, no bodies of requests.
fn attributes(event: &Value) -> Map<String, Value> {
    const NAMED: [(&str, &str); 10] = [
        ("platform", "platform"),
        ("logger", "logger"),
        ("culprit", "culprit"),
        ("server_name", "server_name"),
        ("sdk", "sdk.name"),
        ("sdk_version", "sdk.version"),
        ("url", "request.url"),
        ("trace_id", "contexts.trace.trace_id"),
        ("browser", "contexts.browser.name"),
        ("os", "contexts.os.name"),
    ];
    let tags = tags(event).take(20).map(|(name, value)| (format!("tag.{name}"), Value::String(value)));
    let named = fields::attributes(event, &NAMED);
    fields::bounded_attributes(named.into_iter().chain(tags))
}

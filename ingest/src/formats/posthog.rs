//! An event of PostHog's, whichever way it came: an exception, a rage click or a dead click becomes an observation, and
//! every other event is not a signal. Called by `posthog_event` and `posthog_sdk`.
//!
//! Anybody who can load the product's page can send any of it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{HoldReason, Severity, SourceFamily};
use signalbox_domain::time::Timestamp;
use signalbox_similarity::clicks::{ClickEvent, ClickKind};
use signalbox_similarity::frames::{ParsedTrace, exceptions_from_json};
use signalbox_similarity::normalize::InAppRules;

use super::{TEXT_LIMIT, fields, no_json, select, severity, trace};
use crate::holds::hosts;
use crate::identity::{IdentityPart, RecordIdentity, Told};
use crate::observation::{EventNote, Noted, Observation, ProjectHint, Reading, SessionNote, Unreadable};

/// The events that are signals; the fast path lets no other through.
pub(super) const SIGNALS: [&str; 3] = ["$exception", "$rageclick", "$dead_click"];

/// An event as it stands in its record, parsed no further than its outermost fields; others are let be.
#[derive(Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow)]
    pub(super) event: Cow<'a, str>,
    #[serde(default)]
    uuid: Option<Value>,
    #[serde(default)]
    team_id: Option<Value>,
    #[serde(default)]
    distinct_id: Option<Value>,
    #[serde(default, borrow)]
    properties: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) timestamp: Option<Value>,
    #[serde(default)]
    historical_migration: Option<Value>,
    #[serde(default, borrow)]
    elements_chain: Option<&'a RawValue>,
}

impl<'a> Event<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Unreadable> {
        serde_json::from_str(text).map_err(|error| no_json(&error))
    }

    /// `wanted` are events that are noted whatever else they are.
    pub(super) fn read(&self, from: Provenance, wanted: &[String]) -> Result<Reading, Unreadable> {
        let mut reading = self.signal(from)?;
        if wanted.iter().any(|event| *event == self.event) {
            reading.noted.push(Noted::Event(EventNote {
                project: project(self.team_id.as_ref()),
                event: self.event.clone().into_owned(),
                at: self.occurred_at(),
                person: self.person(),
            }));
        }
        Ok(reading)
    }

    fn signal(&self, from: Provenance) -> Result<Reading, Unreadable> {
        if !SIGNALS.contains(&self.event.as_ref()) {
            return Ok(Reading::not_a_signal());
        }
        let properties = self.properties()?;
        match ClickKind::of_event(&self.event) {
            Some(kind) => self.click(kind, properties, from),
            None => self.exception(properties, from).map(Reading::one),
        }
    }

    fn person(&self) -> Option<String> {
        self.distinct_id.as_ref().and_then(|id| fields::scalar(id, 200))
    }

    /// An object, or a JSON text of one.
    fn properties(&self) -> Result<Map<String, Value>, Unreadable> {
        let wrong = || Unreadable::field("properties", "an object, or one in a text");
        let raw = self.properties.ok_or_else(wrong)?.get();
        if raw.starts_with('{') {
            return select::fields(raw, is_wanted);
        }
        let text = unquoted(raw).ok_or_else(wrong)?;
        select::fields(&text, is_wanted).map_err(|error| match error {
            Unreadable::Field { .. } => error,
            _ => Unreadable::field("properties", "a JSON object in a text"),
        })
    }

    fn exception(
        &self,
        mut properties: Map<String, Value>,
        from: Provenance,
    ) -> Result<Observation, Unreadable> {
        let list = properties.remove("$exception_list").unwrap_or_default();
        let parsed = exceptions_from_json(&list, &InAppRules::default())
            .ok_or_else(|| Unreadable::field("properties.$exception_list", "a list of exceptions"))?;
        let text = |name: &str| properties.get(name).and_then(|value| fields::scalar(value, TEXT_LIMIT));
        let title = exception_title(&parsed, text("$issue_name"));
        let parts = text("$exception_fingerprint").map(IdentityPart::Text).into_iter().collect();
        let issue = text("$exception_issue_id");
        let family = SourceFamily::ErrorTracking;
        let words = fields::bounded(parsed.message.as_deref().unwrap_or(&title), TEXT_LIMIT);
        let frames = trace::frames(&parsed);
        let identity = Told { parts, issue, trace: Some(parsed), words: title.clone() };
        let level = text("$exception_level").and_then(|level| severity::of_word(&level));
        Ok(Observation {
            text: Sourced::new(words, from),
            severity: level.unwrap_or(Severity::Error),
            frames,
            route: text("$pathname").map(|path| Sourced::new(path, from)),
            ..self.common(
                Observation::new(
                    family,
                    fields::kind("exception")?,
                    identity.into(),
                    Sourced::new(title, from),
                ),
                properties,
            )
        })
    }

    fn click(
        &self,
        kind: ClickKind,
        properties: Map<String, Value>,
        from: Provenance,
    ) -> Result<Reading, Unreadable> {
        let chain = self.elements_chain.and_then(|raw| unquoted(raw.get()));
        let event = ClickEvent { kind, properties: &properties, elements_chain: chain.as_deref() };
        // What the sender is known to report wrongly is no click to count.
        let Ok(click) = event.read() else { return Ok(Reading::not_a_signal()) };
        let (name, word) = match kind {
            ClickKind::Rage => ("rage_click", "Rage click"),
            ClickKind::Dead => ("dead_click", "Dead click"),
        };
        let noted = self.unanswered(&properties).map(Noted::Session).into_iter().collect();
        let family = SourceFamily::SessionReplay;
        let title = fields::title(&format!("{word} on {} at {}", click.selector.text, click.route));
        let identity = RecordIdentity::Own(format!("{}\u{1f}{}", click.route, click.selector.text));
        let observation = Observation {
            severity: Severity::Warning,
            route: Some(Sourced::new(click.route, from)),
            ..self.common(
                Observation::new(family, fields::kind(name)?, identity, Sourced::new(title, from)),
                properties,
            )
        };
        Ok(Reading { noted, ..Reading::one(observation) })
    }

    /// The click as a part of its session, whose rows do not tell it.
    fn unanswered(&self, properties: &Map<String, Value>) -> Option<SessionNote> {
        let session = properties.get("$session_id").and_then(|id| fields::scalar(id, 200))?;
        let at = self.occurred_at()?;
        Some(SessionNote {
            project: project(self.team_id.as_ref()),
            session,
            started_at: at,
            ended_at: at,
            route: None,
            errors: 0,
            clicks: 0,
            is_row: false,
            unanswered: true,
            person: self.person(),
        })
    }

    /// What every event has beside its own matter.
    fn common(&self, observation: Observation, properties: Map<String, Value>) -> Observation {
        let from = observation.title.from;
        let text = |names: &[&str]| {
            let found = names.iter().find_map(|name| properties.get(*name));
            found.and_then(|value| fields::scalar(value, 200)).map(|text| Sourced::new(text, from))
        };
        let historical = matches!(self.historical_migration, Some(Value::Bool(true)));
        let named = |name: &str| properties.get(name).and_then(|value| fields::scalar(value, 2000));
        let host = named("$host").or_else(|| named("$current_url").and_then(|url| hosts::host_of(&url)));
        Observation {
            project: project(self.team_id.as_ref()),
            record_id: self.uuid.as_ref().and_then(|id| fields::scalar(id, 200)),
            occurred_at: self.occurred_at(),
            release: text(&["$release"]),
            environment: text(&["environment", "$environment"]),
            attributes: attributes(properties),
            users: self.person().into_iter().collect(),
            host,
            hold: historical.then_some(HoldReason::HistoricalMigration),
            ..observation
        }
    }

    pub(super) fn occurred_at(&self) -> Option<Timestamp> {
        self.timestamp.as_ref().and_then(fields::time)
    }
}

/// The content of a JSON string.
fn unquoted(raw: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Text<'_>>(raw).ok().map(|text| text.0)
}

pub(super) fn project(team: Option<&Value>) -> ProjectHint {
    let number = match team {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    number.map_or(ProjectHint::Silent, ProjectHint::Team)
}

fn exception_title(parsed: &ParsedTrace, issue: Option<String>) -> String {
    let title = trace::title(parsed).or_else(|| issue.map(|name| fields::title(&name)));
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| "exception".to_owned())
}

/// What helps whoever works on it, and nothing else: no variables' values, no person's properties.
const TELLING: [&str; 11] = [
    "$lib",
    "$lib_version",
    "$browser",
    "$browser_type",
    "$os",
    "$current_url",
    "$el_text",
    "$exception_handled",
    "$session_id",
    "$host",
    "$is_server",
];

fn is_wanted(name: &str) -> bool {
    const READ: [&str; 11] = [
        "$exception_list",
        "$exception_level",
        "$exception_issue_id",
        "$exception_fingerprint",
        "$issue_name",
        "$release",
        "$environment",
        "environment",
        "$pathname",
        "$elements",
        "$elements_chain",
    ];
    READ.contains(&name) || TELLING.contains(&name) || name.starts_with("$dead_click")
}

fn attributes(mut properties: Map<String, Value>) -> Map<String, Value> {
    let found =
        TELLING.iter().filter_map(|name| properties.remove(*name).map(|value| ((*name).to_owned(), value)));
    fields::bounded_attributes(found)
}

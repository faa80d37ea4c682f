//! Sentry's integration webhooks: alerts about events, changes of issues, metric alerts.
//!
//! Its own fields are as trusted as the channel (a verified signature makes it a signed source); what it quotes from
//! events was written by whoever has the public key of a DSN.

#[cfg(test)]
pub(super) mod tests;

use serde_json::Value;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{HoldReason, Severity, SourceFamily};

use super::{Payload, RECORD_LIMIT, fields, parse, sentry_event};
use crate::identity::RecordIdentity;
use crate::observation::{Observation, ProjectHint, Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;
/// Events and changes of one issue are one signal, so that what was resolved is the one that was reported.
const ISSUE: &str = "issue";
const FAMILY: SourceFamily = SourceFamily::ErrorTracking;

/// A hook and who could have written its own fields.
struct Hook<'a> {
    action: String,
    data: &'a Value,
    request_id: Option<&'a str>,
    from: Provenance,
}

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    let body = parse(payload.bytes)?;
    let data = body.get("data").filter(|data| data.is_object()).unwrap_or(&body);
    let hook = Hook {
        action: fields::text(&body, "action").unwrap_or_default(),
        data,
        request_id: payload.header("request-id"),
        from: payload.from,
    };
    let resource = payload.header("sentry-hook-resource").or_else(|| resource(data));
    match resource {
        Some("event_alert") => hook.event("event").map(Reading::one),
        Some("error") => hook.event("error").map(Reading::one),
        Some("issue") => hook.issue(),
        Some("metric_alert") => hook.metric_alert().map(Reading::one),
        Some(_) => Ok(Reading::not_a_signal()),
        None if fields::text(&body, "action").is_some() && body.get("data").is_some() => {
            Ok(Reading::not_a_signal())
        }
        None => Err(Unreadable::field("data", "an event, an issue or a metric alert")),
    }
}

/// The resource by what the data has; the header says it better.
fn resource(data: &Value) -> Option<&'static str> {
    let is_object = |name: &str| data.get(name).is_some_and(Value::is_object);
    let named =
        [("metric_alert", "metric_alert"), ("issue", "issue"), ("error", "error"), ("event", "event_alert")];
    named.iter().find(|(name, _)| is_object(name)).map(|(_, resource)| *resource)
}

impl Hook<'_> {
    /// An event, of an issue that the hook names.
    fn event(&self, name: &str) -> Result<Observation, Unreadable> {
        let event =
            self.data.get(name).ok_or_else(|| Unreadable::field(format!("data.{name}"), "an event"))?;
        let issue = fields::first_text(event, &["issue_id", "issue", "groupID", "group_id"]);
        let issue = issue.or_else(|| fields::text(self.data, "id"));
        let observation = sentry_event::observation(event.clone(), Provenance::Stranger)
            .map_err(|error| self.named(name, error))?;
        let url =
            fields::first_text(event, &["web_url", "issue_url"]).or_else(|| fields::text(self.data, "url"));
        let rule = fields::first_text(self.data, &["triggered_rule", "issue_alert.title"]);
        let mut attributes = observation.attributes;
        attributes.extend(rule.map(|rule| ("triggered_rule".to_owned(), Value::String(rule))));
        Ok(Observation {
            kind: fields::kind(ISSUE)?,
            identity: issue.map_or(observation.identity, RecordIdentity::Own),
            project: self.project(&[event, self.data]),
            links: fields::links([fields::link("Sentry", url, self.from)]),
            attributes,
            ..observation
        })
    }

    fn named(&self, name: &str, error: Unreadable) -> Unreadable {
        match error {
            Unreadable::Field { at, expected } => Unreadable::field(format!("data.{name}.{at}"), expected),
            other => other,
        }
    }

    fn issue(&self) -> Result<Reading, Unreadable> {
        let wrong = || Unreadable::field("data.issue", "an issue with an id and a title");
        let issue = self.data.get("issue").ok_or_else(wrong)?;
        let id = fields::text(issue, "id").ok_or_else(wrong)?;
        let title = fields::text(issue, "title").or_else(|| metadata(issue)).ok_or_else(wrong)?;
        let Some(change) = Change::of(&self.action, issue) else { return Ok(Reading::not_a_signal()) };
        let Change { hold } = change;
        let seen = fields::text(issue, "lastSeen").unwrap_or_default();
        let record_id = self.request_id.map_or_else(|| format!("{id}/{}/{seen}", self.action), str::to_owned);
        let url = fields::first_text(issue, &["web_url", "permalink"]);
        let title = Sourced::stranger(fields::title(&title));
        Ok(Reading::one(Observation {
            project: self.project(&[issue]),
            record_id: Some(record_id),
            text: Sourced::stranger(metadata(issue).unwrap_or_default()),
            severity: fields::severity_at(issue, "level").unwrap_or(Severity::Error),
            occurred_at: fields::at(issue, "lastSeen").and_then(fields::time),
            links: fields::links([fields::link("Sentry", url, self.from)]),
            attributes: fields::attributes(
                issue,
                &[
                    ("short_id", "shortId"),
                    ("culprit", "culprit"),
                    ("status", "status"),
                    ("substatus", "substatus"),
                    ("events", "count"),
                    ("users", "userCount"),
                    ("platform", "platform"),
                    ("file", "metadata.filename"),
                ],
            ),
            hold,
            ..Observation::new(FAMILY, fields::kind(ISSUE)?, RecordIdentity::Own(id), title)
        }))
    }

    fn metric_alert(&self) -> Result<Observation, Unreadable> {
        let wrong = || Unreadable::field("data.metric_alert", "a metric alert with a rule or a title");
        let alert = self.data.get("metric_alert").ok_or_else(wrong)?;
        let rule = fields::first_text(alert, &["alert_rule.name", "title"]);
        let title = rule.or_else(|| fields::text(self.data, "description_title")).ok_or_else(wrong)?;
        let own = fields::first_text(alert, &["alert_rule.id", "id"]).unwrap_or_else(|| title.clone());
        let severity = match self.action.as_str() {
            "critical" => Severity::Error,
            "warning" => Severity::Warning,
            _ => Severity::Info,
        };
        let words = fields::first_prose(self.data, &["description_text", "description_title"]);
        let url = fields::text(self.data, "web_url");
        let id = fields::text(alert, "id").map(|id| format!("{id}/{}", self.action));
        let title = Sourced::new(fields::title(&title), self.from);
        Ok(Observation {
            project: self.project(&[alert]),
            record_id: self.request_id.map(str::to_owned).or(id),
            text: Sourced::new(words.unwrap_or_default(), self.from),
            severity,
            occurred_at: ["date_detected", "date_created", "date_started"]
                .iter()
                .find_map(|name| fields::at(alert, name).and_then(fields::time)),
            links: fields::links([fields::link("Sentry", url, self.from)]),
            hold: (self.action == "resolved").then_some(HoldReason::UpstreamResolved),
            ..Observation::new(
                SourceFamily::Alerts,
                fields::kind("metric_alert")?,
                RecordIdentity::Own(own),
                title,
            )
        })
    }

    /// The project by its slug; a number says less.
    fn project(&self, places: &[&Value]) -> ProjectHint {
        const PATHS: [&str; 6] =
            ["project.slug", "project_slug", "project.name", "project_name", "projects.0", "project"];
        places
            .iter()
            .find_map(|place| fields::first_text(place, &PATHS))
            .map_or(ProjectHint::Silent, ProjectHint::Name)
    }
}

/// What a change of an issue means for work on it.
struct Change {
    hold: Option<HoldReason>,
}

impl Change {
    /// None for a change that says nothing about it.
    fn of(action: &str, issue: &Value) -> Option<Self> {
        let hold = match action {
            "created" | "unresolved" | "reopened" | "regressed" | "escalating" => None,
            "resolved" => Some(HoldReason::UpstreamResolved),
            "archived" | "ignored" => Some(HoldReason::UpstreamArchived),
            "assigned" => Some(HoldReason::UpstreamAssigned),
            _ => match fields::text(issue, "status").as_deref() {
                Some("resolved") => Some(HoldReason::UpstreamResolved),
                Some("archived" | "ignored") => Some(HoldReason::UpstreamArchived),
                _ => return None,
            },
        };
        Some(Self { hold })
    }
}

fn metadata(issue: &Value) -> Option<String> {
    let (kind, value) = (fields::text(issue, "metadata.type"), fields::text(issue, "metadata.value"));
    match (kind, value) {
        (Some(kind), Some(value)) => Some(format!("{kind}: {value}")),
        (one, other) => one.or(other).or_else(|| fields::text(issue, "metadata.title")),
    }
}

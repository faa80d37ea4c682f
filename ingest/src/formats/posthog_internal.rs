//! PostHog's internal events: error tracking issues that appeared, came back or spiked, and alerts that fired. Every other
//! one is not a signal.
//!
//! PostHog writes the topic itself: what people set up there is as trusted as the channel, what it quotes from
//! exceptions is a stranger's.

#[cfg(test)]
pub(super) mod tests;

use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{HoldReason, Severity, SourceFamily};
use signalbox_similarity::frames::exceptions_from_json;
use signalbox_similarity::normalize::InAppRules;

use super::{Payload, RECORD_LIMIT, alert, fields, parse, posthog, trace};
use crate::identity::RecordIdentity;
use crate::observation::{Observation, Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    let record = parse(payload.bytes)?;
    let event = record.get("event").ok_or_else(|| Unreadable::field("event", "an object, one event"))?;
    let name = fields::text(event, "event").ok_or_else(|| Unreadable::field("event.event", "a name"))?;
    let internal = Internal {
        record: &record,
        event,
        properties: event.get("properties").unwrap_or(&Value::Null),
        from: payload.from,
    };
    let observation = match name.as_str() {
        "$error_tracking_issue_created" => internal.issue("issue_created"),
        "$error_tracking_issue_reopened" => internal.issue("issue_reopened"),
        "$error_tracking_issue_spiking" => internal.issue("issue_spiking"),
        "$insight_alert_firing" => internal.alert(SourceFamily::ProductAnalytics, "insight_alert"),
        "$logs_alert_firing" => internal.alert(SourceFamily::Logs, "logs_alert"),
        "$health_alert_firing" => internal.alert(SourceFamily::Alerts, "health_alert"),
        _ => return Ok(Reading::not_a_signal()),
    };
    observation.map(Reading::one)
}

struct Internal<'a> {
    record: &'a Value,
    event: &'a Value,
    properties: &'a Value,
    from: Provenance,
}

impl Internal<'_> {
    fn issue(&self, kind: &str) -> Result<Observation, Unreadable> {
        let id = fields::text(self.event, "distinct_id")
            .ok_or_else(|| Unreadable::field("event.distinct_id", "the id of an issue"))?;
        let (name, words) = (self.text(&["name"]), self.prose(&["issue_description", "description"]));
        let title = match (&name, words.as_deref().map(fields::title)) {
            (Some(name), Some(words)) if *name != words => format!("{name}: {words}"),
            (Some(name), _) => name.clone(),
            (None, Some(words)) => words,
            (None, None) => return Err(Unreadable::field("event.properties.name", "the name of an issue")),
        };
        let trace = fields::at(self.properties, "exception_props.$exception_list")
            .and_then(|list| exceptions_from_json(list, &InAppRules::default()));
        let title = Sourced::stranger(fields::title(&title));
        let family = SourceFamily::ErrorTracking;
        let identity = RecordIdentity::Own(id.clone());
        let mut attributes = fields::attributes(
            self.properties,
            &[
                ("status", "status"),
                ("baseline", "computed_baseline"),
                ("current", "current_bucket_value"),
                ("first_seen", "first_seen"),
                ("fingerprint", "fingerprint"),
                ("too_large", "message_was_too_large"),
            ],
        );
        attributes.insert("issue".to_owned(), Value::String(id));
        Ok(Observation {
            text: Sourced::stranger(words.unwrap_or_default()),
            severity: fields::severity_at(self.properties, "severity").unwrap_or(Severity::Error),
            frames: trace.as_ref().map(trace::frames).unwrap_or_default(),
            release: self.text(&["exception_props.$release"]).map(Sourced::stranger),
            route: self.text(&["exception_props.$pathname"]).map(Sourced::stranger),
            hold: self.issue_hold(),
            ..self.common(Observation::new(family, fields::kind(kind)?, identity, title), attributes)
        })
    }

    fn issue_hold(&self) -> Option<HoldReason> {
        let state = self.text(&["status"]).and_then(|status| alert::state(&status)).flatten();
        let assigned = fields::at(self.properties, "assignee").map(|_| HoldReason::UpstreamAssigned);
        state.or(assigned)
    }

    fn alert(&self, family: SourceFamily, kind: &str) -> Result<Observation, Unreadable> {
        let name = self
            .text(&["alert_name", "insight_name", "name", "title"])
            .ok_or_else(|| Unreadable::field("event.properties.alert_name", "the name of an alert"))?;
        let words = self.prose(&["breaches", "description", "message"]).unwrap_or_default();
        let own = self.text(&["alert_id", "id"]).unwrap_or_else(|| name.clone());
        let said = if words.is_empty() { name } else { format!("{name}: {}", fields::title(&words)) };
        let state = self.text(&["state"]).map(|state| state.to_ascii_lowercase());
        let calm = state.is_some_and(|state| state.starts_with("not firing") || state == "resolved");
        // A chart's address is signed: whoever has it can look.
        let attributes = fields::attributes(
            self.properties,
            &[
                ("insight", "insight_name"),
                ("insight_id", "insight_id"),
                ("alert", "alert_id"),
                ("state", "state"),
            ],
        );
        let title = Sourced::new(fields::title(&said), self.from);
        let identity = RecordIdentity::Own(own);
        Ok(Observation {
            text: Sourced::new(words, self.from),
            severity: fields::severity_at(self.properties, "severity").unwrap_or(Severity::Warning),
            hold: calm.then_some(HoldReason::UpstreamResolved),
            ..self.common(Observation::new(family, fields::kind(kind)?, identity, title), attributes)
        })
    }

    fn common(&self, observation: Observation, attributes: Map<String, Value>) -> Observation {
        let times = [
            (self.properties, "exception_timestamp"),
            (self.event, "timestamp"),
            (self.properties, "last_checked_at"),
        ];
        let url = fields::text(self.event, "url");
        Observation {
            project: posthog::project(self.record.get("team_id")),
            record_id: fields::text(self.event, "uuid"),
            occurred_at: times
                .iter()
                .find_map(|(value, name)| fields::at(value, name).and_then(fields::time)),
            links: fields::links([fields::link("PostHog", url, self.from)]),
            attributes: fields::bounded_attributes(attributes.into_iter()),
            ..observation
        }
    }

    fn text(&self, paths: &[&str]) -> Option<String> {
        fields::first_text(self.properties, paths)
    }

    fn prose(&self, paths: &[&str]) -> Option<String> {
        fields::first_prose(self.properties, paths)
    }
}

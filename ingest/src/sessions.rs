//! What people's sessions say once they are over: heavy with errors, left right after a click that nothing answered, or left
//! on a route where people are meant to go on. Pure; called by the judge.
//!
//! ```text
//!   replay rows ─┐
//!                ├▶ parts, in the step that moves their positions ─▶ `replay_sessions` ─▶ over? ─▶ judged, once ─▶ signals
//!   clicks ──────┘   (any order, any process; a restart loses none)
//! ```

mod played;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Severity, SourceFamily};
use signalbox_similarity::clicks::normalize_route;
use signalbox_store::ingest::ReplaySession;

pub use played::PlayedSessions;

use crate::config::ConfigProblem;
use crate::formats::bounded_title;
use crate::identity::RecordIdentity;
use crate::observation::Observation;

/// When a session is over, and what is worth a signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayConfig {
    /// A session that was silent for so long, by the records of its source, is over.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub silence: Duration,
    /// Sessions that are open at once; of more the oldest are over.
    pub most_sessions: u32,
    /// Errors on the console of one session.
    pub errors: u64,
    /// A click that nothing answered, so shortly before the end, drove somebody away.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub click_before_end: Duration,
    /// Routes on which nobody should leave, such as `/pay/:id`.
    pub routes: BTreeSet<String>,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(30 * 60),
            most_sessions: 50_000,
            errors: 10,
            click_before_end: Duration::from_secs(30),
            routes: BTreeSet::new(),
        }
    }
}

impl ReplayConfig {
    /// What is wrong, with its key.
    pub(crate) fn check(&self) -> Result<(), (String, ConfigProblem)> {
        let missing = |key: &str, expected| Err((key.to_owned(), ConfigProblem::Missing { expected }));
        if self.errors == 0 {
            return missing("errors", "at least 1");
        }
        if self.most_sessions == 0 {
            return missing("most_sessions", "at least 1");
        }
        let wrong =
            self.routes.iter().find(|route| !route.starts_with('/') || normalize_route(route) != **route);
        match wrong {
            Some(_) => missing(
                "routes",
                "routes as signals show them: a path without host and query, `:id` for what varies",
            ),
            None => Ok(()),
        }
    }

    /// What a session says that is over.
    pub(crate) fn judge(&self, session: &ReplaySession) -> Vec<Observation> {
        // Of clicks alone it is not known where somebody left.
        let Some((_, route)) = session.exit.as_ref().filter(|_| session.source.is_some()) else {
            return Vec::new();
        };
        let left_after =
            session.unanswered_at.is_some_and(|at| session.ended_at.since(at) <= self.click_before_end);
        let told = [
            (
                session.errors >= self.errors,
                "error_heavy_session",
                "Sessions full of errors that end on",
                Severity::Error,
            ),
            (
                left_after,
                "left_after_click",
                "Left after a click that nothing answered on",
                Severity::Warning,
            ),
            (self.routes.contains(route), "left_on_route", "Left on", Severity::Info),
        ];
        let told = told.into_iter().filter(|(is_told, ..)| *is_told);
        told.filter_map(|(_, kind, words, severity)| observation(session, route, (kind, words, severity)))
            .collect()
    }
}

fn observation(
    session: &ReplaySession,
    route: &str,
    (kind, words, severity): (&str, &str, Severity),
) -> Option<Observation> {
    let family = SourceFamily::SessionReplay;
    let title = Sourced::stranger(bounded_title(&format!("{words} {route}")));
    let identity = RecordIdentity::Own(route.to_owned());
    let facts = [
        ("session", Value::String(session.name.clone())),
        ("errors", session.errors.into()),
        ("clicks", session.clicks.into()),
        ("seconds", session.ended_at.since(session.started_at).as_secs().into()),
    ];
    let attributes: Map<String, Value> =
        facts.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
    Some(Observation {
        record_id: Some(format!("{}/{kind}", hex(&session.key.session))),
        severity,
        occurred_at: Some(session.ended_at),
        route: Some(Sourced::new(route.to_owned(), Provenance::Stranger)),
        attributes,
        people: session.person.into_iter().collect(),
        ..Observation::new(family, kind.parse().ok()?, identity, title)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

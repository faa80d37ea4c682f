//! PostHog's session replay rows, gathered by session: a row is a part of a session, and says little alone. A session that
//! is over is judged once: heavy with errors, left right after a click that nothing answered, or left on a route where
//! people are meant to go on.
//!
//! Pure and bounded. Time comes from the rows alone (a watermark); what does not fit is judged early, the session that has
//! been silent for longest first. Nothing is kept by itself: a caller that commits no position beyond [`Sessions::behind`]
//! reads open sessions again after a restart, and what was judged already is recognised by its record id.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Severity, SourceFamily};
use signalbox_domain::time::Timestamp;
use signalbox_similarity::clicks::normalize_route;

use super::{RECORD_LIMIT, check_size, fields, parse, posthog};
use crate::identity::RecordIdentity;
use crate::observation::{Observation, ProjectHint, Unreadable};

/// A row that claims to be from later is taken to be from then: one wrong clock must not end every session.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// When a session is over, how many are open at once, and what is worth a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayLimits {
    /// A session that was silent for so long, by the newest row of any session, is over.
    pub silence: Duration,
    pub most_sessions: usize,
    /// On the console of one session.
    pub errors: u64,
    /// A click that nothing answered, so shortly before the end, drove somebody away.
    pub click_before_end: Duration,
    /// Routes on which nobody should leave.
    pub routes: BTreeSet<String>,
}

impl Default for ReplayLimits {
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

/// Whose session it is; ids are the senders', so that two teams' never meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionKey {
    pub project: ProjectHint,
    pub session: String,
}

/// One row, as far as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayRow {
    pub key: SessionKey,
    first: Timestamp,
    last: Timestamp,
    /// Where it ended, if the row says so.
    url: Option<String>,
    errors: u64,
    clicks: u64,
}

/// Sessions that are not over.
#[derive(Debug)]
pub struct Sessions {
    limits: ReplayLimits,
    open: BTreeMap<SessionKey, Session>,
    by_end: BTreeSet<(Timestamp, SessionKey)>,
    watermark: Timestamp,
}

#[derive(Debug, Clone)]
struct Session {
    /// Where its first row stood.
    offset: i64,
    start: Timestamp,
    end: Timestamp,
    exit: Option<(Timestamp, String)>,
    errors: u64,
    clicks: u64,
    unanswered: Option<Timestamp>,
}

impl ReplayRow {
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        check_size(bytes, RECORD_LIMIT)?;
        let row = parse(bytes)?;
        let session =
            fields::text(&row, "session_id").ok_or_else(|| Unreadable::field("session_id", "an id"))?;
        let time = |name: &str| fields::at(&row, name).and_then(fields::time);
        let last = time("last_timestamp").or_else(|| time("first_timestamp"));
        let last = last.ok_or_else(|| Unreadable::field("last_timestamp", "a time"))?;
        let count = |name: &str| row.get(name).and_then(fields::number).unwrap_or(0);
        let visited = row.get("urls").and_then(Value::as_array).and_then(|urls| urls.last());
        let url =
            visited.and_then(|url| fields::scalar(url, 2000)).or_else(|| fields::text(&row, "first_url"));
        Ok(Self {
            key: SessionKey {
                project: posthog::project(row.get("team_id")),
                session: fields::bounded(&session, 200),
            },
            first: time("first_timestamp").unwrap_or(last).min(last),
            last,
            url,
            errors: count("console_error_count"),
            clicks: count("click_count"),
        })
    }
}

impl Sessions {
    pub fn new(limits: ReplayLimits) -> Self {
        Self { limits, open: BTreeMap::new(), by_end: BTreeSet::new(), watermark: Timestamp::EPOCH }
    }

    /// Adds a row that stood at an offset; answers what the sessions that are over with it say.
    pub fn add(&mut self, row: ReplayRow, offset: i64, received_at: Timestamp) -> Vec<Observation> {
        let newest = received_at.plus(AHEAD);
        let (first, last) = (row.first.min(newest), row.last.min(newest));
        self.change(row.key, offset, last, |session| {
            session.start = session.start.min(first);
            session.errors = session.errors.saturating_add(row.errors);
            session.clicks = session.clicks.saturating_add(row.clicks);
            if let Some(url) = row.url
                && session.exit.as_ref().is_none_or(|(at, _)| *at <= last)
            {
                session.exit = Some((last, url));
            }
        });
        self.watermark = self.watermark.max(last);
        self.judge_silent()
    }

    /// Notes a rage or dead click of a session, which its rows do not tell.
    pub fn note_click(&mut self, key: SessionKey, at: Timestamp, offset: i64, received_at: Timestamp) {
        let at = at.min(received_at.plus(AHEAD));
        self.change(key, offset, at, |session| session.unanswered = session.unanswered.max(Some(at)));
    }

    /// Judges every session: no row will follow.
    pub fn finish(&mut self) -> Vec<Observation> {
        self.by_end.clear();
        std::mem::take(&mut self.open)
            .iter()
            .flat_map(|(key, session)| self.limits.judge(key, session))
            .collect()
    }

    /// The offset from which open sessions would have to be read again.
    pub fn behind(&self) -> Option<i64> {
        self.open.values().map(|session| session.offset).min()
    }

    fn change(&mut self, key: SessionKey, offset: i64, at: Timestamp, change: impl FnOnce(&mut Session)) {
        let fresh =
            Session { offset, start: at, end: at, exit: None, errors: 0, clicks: 0, unanswered: None };
        let session = self.open.entry(key.clone()).or_insert(fresh);
        self.by_end.remove(&(session.end, key.clone()));
        session.end = session.end.max(at);
        session.offset = session.offset.min(offset);
        change(session);
        self.by_end.insert((session.end, key));
    }

    fn judge_silent(&mut self) -> Vec<Observation> {
        let before = self.watermark.minus(self.limits.silence);
        let mut found = Vec::new();
        while let Some((end, _)) = self.by_end.first()
            && (*end < before || self.open.len() > self.limits.most_sessions)
            && let Some((_, key)) = self.by_end.pop_first()
        {
            let session = self.open.remove(&key);
            found.extend(session.iter().flat_map(|session| self.limits.judge(&key, session)));
        }
        found
    }
}

impl ReplayLimits {
    /// What a session says that is over.
    fn judge(&self, key: &SessionKey, session: &Session) -> Vec<Observation> {
        let Some((_, url)) = &session.exit else { return Vec::new() };
        let route = normalize_route(url);
        let left_after = session.unanswered.is_some_and(|at| session.end.since(at) <= self.click_before_end);
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
            (self.routes.contains(&route), "left_on_route", "Left on", Severity::Info),
        ];
        let told = told.into_iter().filter(|(is_told, ..)| *is_told);
        told.filter_map(|(_, kind, words, severity)| {
            observation(key, session, &route, (kind, words, severity))
        })
        .collect()
    }
}

fn observation(
    key: &SessionKey,
    session: &Session,
    route: &str,
    (kind, words, severity): (&str, &str, Severity),
) -> Option<Observation> {
    let family = SourceFamily::SessionReplay;
    let title = Sourced::stranger(fields::title(&format!("{words} {route}")));
    let identity = RecordIdentity::Own(route.to_owned());
    let facts = [
        ("session", Value::String(key.session.clone())),
        ("errors", session.errors.into()),
        ("clicks", session.clicks.into()),
        ("seconds", session.end.since(session.start).as_secs().into()),
    ];
    let attributes: Map<String, Value> =
        facts.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
    Some(Observation {
        project: key.project.clone(),
        record_id: Some(format!("{}/{kind}", key.session)),
        severity,
        occurred_at: Some(session.end),
        route: Some(Sourced::new(route.to_owned(), Provenance::Stranger)),
        attributes,
        ..Observation::new(family, kind.parse().ok()?, identity, title)
    })
}

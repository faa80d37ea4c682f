//! People's sessions that are not over: parts of them are added in the step that moves the position of what they were read
//! from, so that each counts once, and a session is taken out by whoever judges it, in the step that keeps what it said.
//!
//! Adding is the same in any order. Called by `fold` alone, but for what a judge reads.

use std::collections::BTreeMap;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::SourceName;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_one};
use crate::step::Step;

/// Whose session it is: a hash of its name, which anybody may have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    pub project: ProjectId,
    pub session: [u8; 16],
}

/// A session as far as it is known, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplaySession {
    pub key: SessionKey,
    /// Redacted.
    pub name: String,
    /// Whose rows it is made of; none where only clicks are known.
    pub source: Option<SourceName>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    /// The last known route, and when it was.
    pub exit: Option<(Timestamp, String)>,
    pub errors: u64,
    pub clicks: u64,
    /// The last click that nothing answered.
    pub unanswered_at: Option<Timestamp>,
    /// 64 bits of a hash of whose it is.
    pub person: Option<u64>,
}

impl ReplaySession {
    /// Adds another part of the same session.
    pub fn add(&mut self, other: Self) {
        self.source = self.source.take().or(other.source);
        self.started_at = self.started_at.min(other.started_at);
        self.ended_at = self.ended_at.max(other.ended_at);
        self.exit = self.exit.take().max(other.exit);
        self.errors = self.errors.saturating_add(other.errors);
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.unanswered_at = self.unanswered_at.max(other.unanswered_at);
        self.person = match (self.person, other.person) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
    }
}

/// A session that is to be judged; its revision says whether more came since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDue {
    pub session: ReplaySession,
    pub revision: i64,
}

/// When sessions are over.
#[derive(Debug, Clone, Copy)]
pub struct SessionsOver {
    /// Silent for so long, by the records of its source.
    pub silence: std::time::Duration,
    /// A partition that did not move since then is not read at the moment.
    pub flows_since: Timestamp,
    /// Where no partition is read, what did not change since then is over; None where that cannot be told yet.
    pub unchanged_since: Option<Timestamp>,
    /// Of more the oldest are over too.
    pub most: u32,
    pub at_most: u32,
}

struct SessionRow {
    project_id: Uuid,
    session: Vec<u8>,
    name: String,
    source: Option<String>,
    started_at: i64,
    ended_at: i64,
    exit_at: Option<i64>,
    route: Option<String>,
    errors: i64,
    clicks: i64,
    unanswered_at: Option<i64>,
    person: Option<i64>,
    revision: i64,
}

struct CountRow {
    count: i64,
}

impl Store {
    /// Sessions that are over, those that ended first before others.
    pub async fn sessions_over(&self, over: SessionsOver) -> Result<Vec<SessionDue>, StoreError> {
        let mut step = self.read(Method::SessionsOver).await?;
        let silence = i64::try_from(over.silence.as_micros()).unwrap_or(i64::MAX);
        let rows = fetch_all!(
            step,
            SessionRow,
            "queries/ingest/sessions_over.sqlite.sql",
            "queries/ingest/sessions_over.postgres.sql",
            over.flows_since.micros(),
            silence,
            over.unchanged_since.unwrap_or(Timestamp::EPOCH).micros(),
            i64::from(over.at_most)
        )?;
        let rows = if rows.is_empty() { excess_within(&mut step, over).await? } else { rows };
        rows.into_iter().map(|row| due(row).map_err(|error| StoreError::damaged("session", error))).collect()
    }
}

/// Those that are too many.
async fn excess_within(step: &mut Step, over: SessionsOver) -> Result<Vec<SessionRow>, StoreError> {
    let counted = fetch_one!(
        step,
        CountRow,
        "queries/ingest/sessions_count.sqlite.sql",
        "queries/ingest/sessions_count.postgres.sql",
    )?;
    let excess = (counted.count - i64::from(over.most)).min(i64::from(over.at_most));
    if excess <= 0 {
        return Ok(Vec::new());
    }
    fetch_all!(
        step,
        SessionRow,
        "queries/ingest/sessions_oldest.sqlite.sql",
        "queries/ingest/sessions_oldest.postgres.sql",
        excess
    )
}

/// Adds what all parts know, in the order of keys.
pub(super) async fn add_within<'a>(
    step: &mut Step,
    parts: impl Iterator<Item = &'a ReplaySession>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut sessions: BTreeMap<SessionKey, ReplaySession> = BTreeMap::new();
    for part in parts {
        match sessions.get_mut(&part.key) {
            Some(session) => session.add(part.clone()),
            None => drop(sessions.insert(part.key, part.clone())),
        }
    }
    for (key, session) in sessions {
        let (exit_at, route) =
            session.exit.map_or((None, None), |(at, route)| (Some(at.micros()), Some(route)));
        execute!(
            step,
            "queries/ingest/session_fold.sqlite.sql",
            "queries/ingest/session_fold.postgres.sql",
            key.project.uuid(),
            key.session.as_slice(),
            session.name,
            session.source.as_ref().map(SourceName::as_str),
            session.started_at.micros(),
            session.ended_at.micros(),
            exit_at,
            route,
            column::from_count(session.errors),
            column::from_count(session.clicks),
            session.unanswered_at.map(Timestamp::micros),
            session.person.map(u64::cast_signed),
            now.micros()
        )?;
    }
    Ok(())
}

/// False where it was judged already, or more came of it since it was read.
pub(super) async fn remove_within(
    step: &mut Step,
    key: SessionKey,
    revision: i64,
) -> Result<bool, StoreError> {
    let removed = execute!(
        step,
        "queries/ingest/session_remove.sqlite.sql",
        "queries/ingest/session_remove.postgres.sql",
        key.project.uuid(),
        key.session.as_slice(),
        revision
    )?;
    Ok(removed == 1)
}

fn due(row: SessionRow) -> Result<SessionDue, DamageSource> {
    let session = <[u8; 16]>::try_from(row.session.as_slice());
    let session = session.map_err(|_| column::unknown(&row.session.len()))?;
    let exit = row.exit_at.map(Timestamp::from_micros).zip(row.route);
    Ok(SessionDue {
        session: ReplaySession {
            key: SessionKey { project: ProjectId::from_uuid(row.project_id), session },
            name: row.name,
            source: row.source.map(|name| name.parse()).transpose()?,
            started_at: Timestamp::from_micros(row.started_at),
            ended_at: Timestamp::from_micros(row.ended_at),
            exit,
            errors: column::count(row.errors)?,
            clicks: column::count(row.clicks)?,
            unanswered_at: row.unanswered_at.map(Timestamp::from_micros),
            person: row.person.map(i64::cast_unsigned),
        },
        revision: row.revision,
    })
}

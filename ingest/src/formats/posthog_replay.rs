//! PostHog's session replay rows. A row is a part of a session and says little alone: it is read, and noted for its session,
//! which is judged once it is over (`sessions`).

#[cfg(test)]
pub(super) mod tests;

use serde_json::Value;
use signalbox_similarity::clicks::normalize_route;

use super::{Payload, RECORD_LIMIT, fields, parse, posthog};
use crate::observation::{Noted, Reading, SessionNote, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    let row = parse(payload.bytes)?;
    let session = fields::text(&row, "session_id").ok_or_else(|| Unreadable::field("session_id", "an id"))?;
    let time = |name: &str| fields::at(&row, name).and_then(fields::time);
    let ended_at = time("last_timestamp").or_else(|| time("first_timestamp"));
    let ended_at = ended_at.ok_or_else(|| Unreadable::field("last_timestamp", "a time"))?;
    let count = |name: &str| row.get(name).and_then(fields::number).unwrap_or(0);
    let visited = row.get("urls").and_then(Value::as_array).and_then(|urls| urls.last());
    let url = visited.and_then(|url| fields::scalar(url, 2000)).or_else(|| fields::text(&row, "first_url"));
    let note = SessionNote {
        project: posthog::project(row.get("team_id")),
        session: fields::bounded(&session, 200),
        started_at: time("first_timestamp").unwrap_or(ended_at).min(ended_at),
        ended_at,
        route: url.map(|url| normalize_route(&url)),
        errors: count("console_error_count"),
        clicks: count("click_count"),
        is_row: true,
        unanswered: false,
        person: fields::text(&row, "distinct_id"),
    };
    Ok(Reading { noted: vec![Noted::Session(note)], ..Reading::not_a_signal() })
}

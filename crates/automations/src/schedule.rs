//! The decision of automations: which times since the last known one fire now, and which are skipped, and why. Pure.
//!
//! Of several that were missed the newest fires, if it is not too long ago; the others are recorded. So a restart makes
//! up for what is still wanted once, and a long pause does not end in a flood.

use std::collections::VecDeque;
use std::time::Duration;

use signalbox_domain::time::Timestamp;

use crate::cron::CronSchedule;

/// Missed times that get a row each; those before them share one.
const MOST_ROWS: usize = 100;

/// One row to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub due_at: Timestamp,
    pub due: Due,
}

/// What is done for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    Fire,
    Skip(Skipped),
}

/// Why a time is not fired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Skipped {
    /// No time of the schedule: the mark from which it counts.
    #[error("the schedule is new: it counts from here")]
    New,
    #[error("the schedule was changed: it counts from here")]
    Changed,
    #[error("missed: nothing ran then, and {newest} stands for all that were missed")]
    Missed { newest: Timestamp },
    #[error("missed, with all up to {until}: nothing ran then, and that is too long ago or too many")]
    MissedWithOthers { until: Timestamp },
}

/// The rows of the times after `since` up to `now`, the earliest first.
pub fn plan(
    schedule: &CronSchedule,
    since: Timestamp,
    now: Timestamp,
    made_up_for: Duration,
) -> Vec<Planned> {
    let Some(first) = schedule.next_after(since).filter(|first| *first <= now) else { return Vec::new() };
    // A time that is just as old as the bound still counts.
    let bound = now.minus(made_up_for);
    let from = bound.minus(Duration::from_micros(1)).max(since);
    let mut newest = VecDeque::with_capacity(MOST_ROWS);
    let mut next = schedule.next_after(from);
    while let Some(due_at) = next.filter(|due_at| *due_at <= now) {
        if newest.len() == MOST_ROWS {
            newest.pop_front();
        }
        newest.push_back(due_at);
        next = schedule.next_after(due_at);
    }
    let mut rows = Vec::with_capacity(newest.len() + 1);
    let kept_from = newest.front().copied();
    if kept_from.is_none_or(|kept| first < kept) {
        let until = kept_from.map_or(bound, |kept| kept.minus(Duration::from_secs(1)));
        rows.push(Planned { due_at: first, due: Due::Skip(Skipped::MissedWithOthers { until }) });
    }
    let fires = newest.pop_back();
    for due_at in newest {
        let newest = fires.unwrap_or(due_at);
        rows.push(Planned { due_at, due: Due::Skip(Skipped::Missed { newest }) });
    }
    rows.extend(fires.map(|due_at| Planned { due_at, due: Due::Fire }));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The rows as text: the time, then `fire` or how it is skipped.
    fn rows(schedule: &str, since: &str, now: &str) -> Vec<String> {
        let schedule = CronSchedule::parse(schedule, "Europe/Berlin").unwrap();
        let shown = |row: Planned| {
            let what = match row.due {
                Due::Fire => "fire",
                Due::Skip(Skipped::Missed { .. }) => "missed",
                Due::Skip(Skipped::MissedWithOthers { .. }) => "others",
                Due::Skip(other) => panic!("{other}"),
            };
            format!("{} {what}", row.due_at)
        };
        plan(&schedule, at(since), at(now), DAY).into_iter().map(shown).collect()
    }

    #[test]
    fn what_is_due_fires_and_what_is_not_does_not() {
        assert_eq!(rows("0 8 * * *", "2026-11-20T07:00:00Z", "2026-11-21T06:59:59.999999Z"), [""; 0]);
        let due = ["2026-11-21T07:00:00Z fire"];
        assert_eq!(rows("0 8 * * *", "2026-11-20T07:00:00Z", "2026-11-21T07:00:00Z"), due);
        assert_eq!(rows("0 8 * * *", "2026-11-20T07:00:00Z", "2026-11-21T23:00:00Z"), due);
        assert_eq!(rows("0 8 * * *", "2026-11-21T07:00:00Z", "2026-11-21T07:00:00Z"), [""; 0]);
        // The clock went back: what is known stands.
        assert_eq!(rows("0 8 * * *", "2026-11-22T07:00:00Z", "2026-11-21T07:00:00Z"), [""; 0]);
    }

    #[test]
    fn of_the_missed_the_newest_fires() {
        assert_eq!(
            rows("0 */6 * * *", "2026-11-20T12:00:00Z", "2026-11-21T06:30:00Z"),
            ["2026-11-20T17:00:00Z missed", "2026-11-20T23:00:00Z missed", "2026-11-21T05:00:00Z fire"]
        );
    }

    #[test]
    fn what_is_too_long_ago_is_recorded_and_not_fired() {
        // Weekly, two weeks away, back on a Wednesday.
        assert_eq!(
            rows("0 8 * * 1", "2026-11-02T07:00:00Z", "2026-11-18T09:00:00Z"),
            ["2026-11-09T07:00:00Z others"]
        );
        // Just at the bound, and just past it.
        assert_eq!(
            rows("0 8 * * 1", "2026-11-09T07:00:00Z", "2026-11-17T07:00:00Z"),
            ["2026-11-16T07:00:00Z fire"]
        );
        assert_eq!(
            rows("0 8 * * 1", "2026-11-09T07:00:00Z", "2026-11-17T07:00:00.000001Z"),
            ["2026-11-16T07:00:00Z others"]
        );
    }

    #[test]
    fn a_long_pause_leaves_few_rows() {
        let rows = rows("* * * * *", "2025-11-21T00:00:30Z", "2026-11-21T00:00:30Z");
        assert_eq!(rows.len(), MOST_ROWS + 1);
        assert_eq!(rows[0], "2025-11-21T00:01:00Z others");
        assert_eq!(rows[1], "2026-11-20T22:21:00Z missed");
        assert_eq!(rows[MOST_ROWS], "2026-11-21T00:00:00Z fire");
        assert_eq!(rows.iter().filter(|row| row.ends_with("fire")).count(), 1);
    }
}

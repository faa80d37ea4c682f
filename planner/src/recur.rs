//! Whether a case that ended has come back: records long enough after its end open the next generation. Pure.
//!
//! What is still out when a task is done goes on sending records; they are no news until the time to bring the change out
//! has passed. Each return doubles that time, so that a cause that nobody mends cannot make work without bound.

use std::time::Duration;

use signalbox_domain::states::{CaseState, TaskState};
use signalbox_domain::time::Timestamp;
use signalbox_store::planner::CaseRecord;

use crate::config::GatesConfig;
use crate::facts::Facts;
use crate::ruled::counts_from;

/// The longest that records after the end of a task may be taken for what is still out.
const LONGEST_COOL_DOWN: Duration = Duration::from_hours(30 * 24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recurrence {
    /// It has not ended, or a person has the next word.
    None,
    /// Its task is done; until then its records say nothing.
    Cooling { until: Timestamp },
    /// Its task is done, and nothing was seen since the change could be out.
    Calm { since: Timestamp },
    /// It was seen after its end.
    Back { ended: Timestamp },
}

pub(crate) fn recurrence(
    record: &CaseRecord,
    facts: &Facts,
    now: Timestamp,
    config: &GatesConfig,
) -> Recurrence {
    let case = &record.case;
    if facts.free == 0 {
        return Recurrence::None;
    }
    match case.state {
        CaseState::Fixed | CaseState::Quiet if facts.last_seen > case.changed_at => {
            Recurrence::Back { ended: case.changed_at }
        }
        CaseState::Dismissed => match counts_from(record, cool_down(case.generation, config)) {
            Some(from) if facts.last_seen > from => Recurrence::Back { ended: case.changed_at },
            _ => Recurrence::None,
        },
        CaseState::Verifying => {
            let ended = record.moved_at.unwrap_or(case.changed_at);
            after(facts, ended, ended.plus(cool_down(case.generation, config)), now)
        }
        CaseState::Watching => match (record.tasks.last(), record.moved_at) {
            (Some((_, TaskState::Done)), Some(ended)) => {
                after(facts, ended, ended.plus(cool_down(case.generation, config)), now)
            }
            _ => Recurrence::None,
        },
        CaseState::Fixed
        | CaseState::Quiet
        | CaseState::Ready
        | CaseState::Tasked
        | CaseState::Snoozed
        | CaseState::Suppressed
        | CaseState::Merged => Recurrence::None,
    }
}

fn after(facts: &Facts, ended: Timestamp, counts_from: Timestamp, now: Timestamp) -> Recurrence {
    if facts.last_seen > counts_from {
        Recurrence::Back { ended }
    } else if now < counts_from {
        Recurrence::Cooling { until: counts_from }
    } else {
        Recurrence::Calm { since: counts_from }
    }
}

fn cool_down(generation: u32, config: &GatesConfig) -> Duration {
    let doublings = generation.saturating_sub(1).min(16);
    config.cool_down.saturating_mul(1 << doublings).min(LONGEST_COOL_DOWN.max(config.cool_down))
}

#[cfg(test)]
mod tests;

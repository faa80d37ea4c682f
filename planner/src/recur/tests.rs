//! When a case that ended is back.

use std::collections::BTreeMap;

use signalbox_domain::ids::TaskId;
use uuid::Uuid;

use super::*;
use crate::fixture::{House, NOON, crash, input, repository};

const DAY: Duration = Duration::from_hours(24);

/// A case in this state whose last task of its generation ended `ended` ago, last seen `seen` ago.
fn check(
    state: CaseState,
    task: Option<TaskState>,
    generation: u32,
    ended: Duration,
    seen: Duration,
    expected: Recurrence,
) {
    let mut house = House::new();
    let plan = house.plan(&input(vec![crash(1, "cart", &["total"])], vec![repository(5, "shop")]), NOON);
    let mut case = plan.cases[0].clone();
    (case.state, case.generation, case.changed_at) = (state, generation, NOON.minus(ended));
    let tasks: Vec<_> =
        task.map(|state| (TaskId::from_uuid(Uuid::from_u128(9)), state)).into_iter().collect();
    let moved_at = task.map(|_| NOON.minus(ended));
    let record = CaseRecord { tasks, moved_at, ..CaseRecord::new(case) };
    let mut signal = crash(1, "cart", &["total"]);
    signal.signal.last_seen = NOON.minus(seen);
    let facts = Facts::of(None, &[&signal], &[&signal], &BTreeMap::new());
    let config = GatesConfig::default();
    let what = format!("{state} {task:?} generation {generation}, ended {ended:?} ago, seen {seen:?} ago");
    assert_eq!(recurrence(&record, &facts, NOON, &config), expected, "{what}");
}

#[test]
fn records_after_the_end_bring_a_case_back() {
    let back = |ended| Recurrence::Back { ended: NOON.minus(ended) };
    for state in [CaseState::Fixed, CaseState::Quiet] {
        check(state, None, 1, DAY, Duration::ZERO, back(DAY));
        check(state, None, 1, DAY, 2 * DAY, Recurrence::None);
    }
    check(CaseState::Verifying, None, 1, 3 * DAY, DAY, back(3 * DAY));
    for state in [CaseState::Dismissed, CaseState::Suppressed, CaseState::Merged, CaseState::Snoozed] {
        check(state, Some(TaskState::Done), 1, 9 * DAY, Duration::ZERO, Recurrence::None);
    }
    for task in [TaskState::Failed, TaskState::Cancelled] {
        check(CaseState::Watching, Some(task), 1, 9 * DAY, Duration::ZERO, Recurrence::None);
    }
    check(CaseState::Watching, None, 1, 9 * DAY, Duration::ZERO, Recurrence::None);
}

#[test]
fn what_is_still_out_is_no_return_and_each_return_waits_longer() {
    let done = Some(TaskState::Done);
    let until = |after| Recurrence::Cooling { until: NOON.plus(after) };
    let watching = CaseState::Watching;
    check(watching, done, 1, DAY / 2, Duration::ZERO, until(DAY / 2));
    check(watching, done, 1, 2 * DAY, Duration::ZERO, Recurrence::Back { ended: NOON.minus(2 * DAY) });
    check(watching, done, 1, 3 * DAY, 2 * DAY + DAY / 2, Recurrence::Calm { since: NOON.minus(2 * DAY) });
    check(watching, done, 2, DAY / 2, Duration::ZERO, until(DAY + DAY / 2));
    check(watching, done, 3, DAY, Duration::ZERO, until(3 * DAY));
    check(watching, done, 40, DAY, Duration::ZERO, until(29 * DAY));
}

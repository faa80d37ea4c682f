//! Every reason has a code that is a label, and says when it is looked at again.

use std::time::Duration;

use signalbox_domain::names::Label;

use super::*;
use crate::fixture::{NOON, ids};

#[test]
fn each_reason_is_a_label_and_waits_for_what_can_change_it() {
    let config = GatesConfig::default();
    let task = ids().next();
    let (until, soon, in_a_day) =
        (NOON.plus(Duration::from_secs(5)), NOON.plus(config.look_again), NOON.plus(config.rank_again));
    let score = String::new();
    let addressed = |until| Closed::AlreadyAddressed { link: Work::Task(task), words: String::new(), until };
    for (reason, code, due) in [
        (Closed::Held(HoldReason::TooOld), "held", None),
        (Closed::AllHeld(3), "held", None),
        (Closed::AssignedUpstream, "assigned-upstream", None),
        (Closed::Suppressed, "suppressed", None),
        (Closed::Snoozed { until: Some(NOON), words: String::new() }, "snoozed", Some(NOON)),
        (Closed::Snoozed { until: None, words: String::new() }, "snoozed", None),
        (Closed::Dismissed(String::new()), "dismissed", None),
        (Closed::CaseIs(CaseState::Dismissed), "case-state", None),
        (Closed::TaskLives { task }, "task-lives", Some(in_a_day)),
        (Closed::TaskEnded { task }, "task-ended", None),
        (Closed::BelowThreshold { points: 0.5, least: 1.0, score }, "below-threshold", None),
        (Closed::Short(Short::Users { users: 1, least: 3 }), "too-few-users", None),
        (Closed::Short(Short::TooFew), "not-significant", None),
        (Closed::CoolingDown { until }, "cooling-down", Some(until)),
        (Closed::Calm { since: NOON }, "calm", None),
        (Closed::NoRepository, "no-repository", Some(soon)),
        (Closed::UnknownRepository, "unknown-repository", None),
        (Closed::SeveralRepositories { count: 2, candidates: String::new() }, "several-repositories", None),
        (addressed(Until::ItEnds), "already-addressed", Some(soon)),
        (addressed(Until::Out(until)), "already-addressed", Some(until)),
        (addressed(Until::Seen), "already-addressed", None),
        (Closed::QuotaSpent { used: 2, limit: 2, ends_at: until }, "quota-spent", Some(until)),
        (Closed::WorkInProgress { live: 2, limit: 2 }, "work-in-progress", Some(soon)),
    ] {
        assert!(code.parse::<Label>().is_ok());
        assert_eq!((reason.code(), reason.due(NOON, &config)), (code, due), "{reason}");
    }
}

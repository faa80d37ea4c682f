//! What was resolved or archived where the signals come from becomes of their case; and takes it back once they come
//! again. Pure.
//!
//! Work that runs is flagged, not cancelled: a person decides about it.

use signalbox_domain::decision::Subject;
use signalbox_domain::signal::HoldReason;
use signalbox_domain::states::{CaseEvent, CaseState};

use super::subject::Planned;
use super::{Plan, live_task};

impl Plan<'_> {
    /// Every signal of a case was set aside upstream, or one of them is heard of again.
    pub(super) fn follow_upstream(&mut self, planned: &mut Planned<'_>) {
        if planned.facts.free > 0 {
            self.take_back(planned);
            return;
        }
        let (event, code, words) = match said(planned) {
            Some(HoldReason::UpstreamResolved) => {
                (CaseEvent::ResolveUpstream, "resolved-upstream", "resolved where it comes from")
            }
            Some(HoldReason::UpstreamArchived) => {
                (CaseEvent::Suppress, "archived-upstream", "archived where it comes from")
            }
            // That it is assigned is a gate's reason.
            _ => return,
        };
        if !self.move_case(&mut planned.record.case, event) {
            return;
        }
        self.decide(Subject::Case(planned.record.case.id), code, words.to_owned());
        if let Some(task) = live_task(&planned.record.tasks) {
            let words = format!("its case was {words}; what runs goes on, and a person decides about it");
            self.decide(Subject::Task(task), code, words);
        }
    }

    /// A case that was archived, or whose task outlived a resolution, goes on where it was.
    fn take_back(&mut self, planned: &mut Planned<'_>) {
        let live = live_task(&planned.record.tasks);
        let case = &mut planned.record.case;
        let event = match (case.state, live) {
            (CaseState::Suppressed, _) => CaseEvent::Lift,
            (CaseState::Quiet, Some(_)) => CaseEvent::Reopen,
            _ => return,
        };
        if !self.move_case(case, event) {
            return;
        }
        let task = if live.is_some() && self.move_case(case, CaseEvent::OpenTask) {
            "; its task goes on"
        } else {
            ""
        };
        let words = format!("it is heard of again where it was set aside{task}");
        self.decide(Subject::Case(planned.record.case.id), "heard-again", words);
    }
}

/// What is said of every signal that was read, where all of it was said upstream: of several things that which closes less.
fn said(planned: &Planned<'_>) -> Option<HoldReason> {
    let rank = |hold: HoldReason| match hold {
        HoldReason::UpstreamAssigned => Some(0),
        HoldReason::UpstreamArchived => Some(1),
        HoldReason::UpstreamResolved => Some(2),
        _ => None,
    };
    let holds: Option<Vec<HoldReason>> = planned.read().iter().map(|signal| signal.signal.hold).collect();
    let holds = holds?;
    if holds.iter().any(|hold| rank(*hold).is_none()) {
        return None;
    }
    holds.into_iter().min_by_key(|hold| rank(*hold))
}

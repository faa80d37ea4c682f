//! What others do about the place of a case: it is linked with their work, and not opened where that is the same. Pure.

use signalbox_domain::change::TouchedLines;
use signalbox_domain::code::Whereabouts;
use signalbox_domain::context::{CaseLink, LinkedWork, Work};
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{CaseId, RepositoryId};
use signalbox_domain::task::Task;
use signalbox_store::planner::{Stands, WorkBeside};

use super::subject::Planned;
use super::{Decided, Plan};
use crate::addressed::{Addressed, Already, Site, addressed, places};
use crate::code::Looked;
use crate::gates::Closed;
use crate::place::whereabouts;

/// Where a case's cause is thought to be.
pub(super) struct Spot {
    pub(super) repository: RepositoryId,
    /// By its stacks and texts alone.
    pub(super) whereabouts: Option<Whereabouts>,
    pub(super) places: Vec<TouchedLines>,
    is_sure: bool,
}

impl Spot {
    pub(super) fn of(from: &Decided<'_>, planned: &Planned<'_>, repository: RepositoryId) -> Self {
        let named = from.input.repositories.iter().find(|one| one.id == repository);
        let name = named.map_or("", |one| one.name.as_str());
        let whereabouts = whereabouts(&planned.read(), name).map(|located| Whereabouts::from(&located));
        let facts = from.code.get(&planned.record.case.id).and_then(Looked::facts);
        let found = facts.map(|facts| &facts.whereabouts).filter(|found| !found.places.is_empty());
        let best = found.or(whereabouts.as_ref());
        let places = best.map(|best| places(best, facts.filter(|_| found.is_some()))).unwrap_or_default();
        let is_sure = best.is_some_and(|best| best.rests_on.is_enough());
        Self { repository, whereabouts, places, is_sure }
    }
}

impl Plan<'_> {
    pub(super) fn addressed(&self, planned: &Planned<'_>, spot: &Spot) -> Addressed {
        let site = Site {
            case: planned.record.case.id,
            repository: spot.repository,
            places: &spot.places,
            is_sure: spot.is_sure,
            last_seen: planned.facts.last_seen,
            now: self.from.now,
            cool_down: self.from.config.gates.cool_down,
        };
        addressed(&site, self.from.facts.beside.work.iter().chain(&self.opened))
    }

    /// It is left to who does it already, and both sides say so.
    pub(super) fn linked(&mut self, planned: Planned<'_>, already: &Already) {
        let case = planned.record.case.id;
        let link = &already.link;
        self.keep(case, link);
        if let Some(task) = already.task {
            let words = format!("{case} is left to it: {}", link.words);
            self.decide(Subject::Task(task), "linked", words);
        }
        let (words, until) = (link.words.clone(), already.until);
        self.closed(planned, &Closed::AlreadyAddressed { link: link.work, words, until });
    }

    /// A task that is opened beside others at work on the same file.
    pub(super) fn opened_beside(&mut self, task: &Task, case: CaseId, spot: &Spot, links: &[LinkedWork]) {
        for link in links {
            self.keep(case, link);
            if let Work::Task(other) = link.work {
                let words = format!("{} is opened on the same file", task.id);
                self.decide(Subject::Task(other), "linked", words);
            }
        }
        self.opened.push(WorkBeside {
            work: Work::Task(task.id),
            of: None,
            repository: task.repository,
            case: Some(case),
            stands: Stands::Live,
            touches: spot.places.clone(),
            text: String::new(),
            shown: "opened at the same time".to_owned(),
        });
    }

    fn keep(&mut self, case: CaseId, link: &LinkedWork) {
        let LinkedWork { work, how, words } = link.clone();
        self.evidence.links.push(CaseLink { case, work, how, words, at: self.from.now });
    }
}

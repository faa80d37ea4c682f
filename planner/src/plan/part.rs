//! Cases that fell apart: who leaves gets a case, and it is said on both, on each signal and on a live task. Pure.
//!
//! A task stays with the part that keeps the case. What the parts come to is not known before they are written, so the next
//! plan judges them, and reads their signals again.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::case::Score;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{CaseId, SignalId};
use signalbox_domain::states::{CaseState, Machine as _};
use signalbox_domain::task::Priority;
use signalbox_store::planner::CaseRecord;

use super::{Case, Plan, TaskId, live_task};
use crate::groups::Parted;

impl Plan<'_> {
    pub(super) fn part(&mut self) {
        let from = self.from;
        let mut parts: BTreeMap<CaseId, Vec<&Parted>> = BTreeMap::new();
        for parted in &from.grouping.parted {
            parts.entry(parted.from).or_default().push(parted);
        }
        for (case, leaving) in parts {
            // One that is gone from the store has nothing to part.
            if let Some(known) = from.facts.cases.get(&case) {
                self.part_case(&known.record, &leaving);
            }
        }
    }

    fn part_case(&mut self, record: &CaseRecord, leaving: &[&Parted]) {
        let id = record.case.id;
        let left: BTreeSet<SignalId> = leaving.iter().flat_map(|part| part.signals.iter().copied()).collect();
        let live = live_task(&record.tasks);
        let told: Vec<String> =
            leaving.iter().map(|part| format!("{} to {}", part.signals.len(), part.to)).collect();
        let told = format!("{} of its signals leave, {}", left.len(), told.join(", "));
        let words = format!("no one change would fix all of it: {told}{}", task_words(live));
        self.decide(Subject::Case(id), "split", words);
        if let Some(task) = live {
            let words = format!("{told}; it works on what is left of {id}");
            self.decide(Subject::Task(task), "case-split", words);
        }
        for part in leaving {
            self.open_part(record, part, live);
        }
        self.joins.retain(|(signal, _)| !left.contains(signal));
        let moved = leaving.iter().flat_map(|part| part.signals.iter().map(|signal| (*signal, part.to)));
        self.joins.extend(moved);
        self.keep_for_the_next(record.case.clone());
    }

    fn open_part(&mut self, record: &CaseRecord, part: &Parted, live: Option<TaskId>) {
        let of_task = live.map_or_else(String::new, |task| format!("; {task} stays with {}", part.from));
        self.decide(Subject::Case(part.to), "split-off", format!("{}{of_task}", part.words));
        for signal in &part.signals {
            self.decide(
                Subject::Signal(*signal),
                "split-off",
                format!("{}: it leaves for {}", part.words, part.to),
            );
        }
        let now = self.from.now;
        self.keep_for_the_next(Case {
            id: part.to,
            project: record.case.project,
            title: part.title.clone(),
            state: CaseState::FIRST,
            generation: 1,
            score: Score { total: 0.0, priority: Priority::P4, parts: Vec::new() },
            signals: part.signals.clone(),
            opened_at: now,
            changed_at: now,
            merged_into: None,
        });
    }

    /// Written as it is, and due at once.
    fn keep_for_the_next(&mut self, case: Case) {
        self.parted.insert(case.id);
        self.due.insert(case.id, self.from.now);
        self.cases.push(case);
    }
}

fn task_words(live: Option<TaskId>) -> String {
    live.map_or_else(String::new, |task| format!("; {task} stays with what is left"))
}

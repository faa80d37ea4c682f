//! What is known from before: what was tried on this case and how it ended, and closed cases that are called alike. Pure.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::case::Case;
use signalbox_domain::context::{EarlierTry, SimilarCase};
use signalbox_domain::ids::TaskId;
use signalbox_domain::outcome::{Outcome, Verdict};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_store::planner::{ClosedCase, EarlierTask};

use crate::locate::words;
use crate::ruled;

/// Letters of what an agent said at the end of an earlier run.
const LONGEST_SAID: usize = 300;
/// Closed cases that are told of.
const MOST_SIMILAR: usize = 3;
/// Words that two titles share at least, and of all their words the part that they share.
const LEAST_SHARED: usize = 2;
const LEAST_PART: f64 = 0.5;

pub(super) fn tried(earlier: &[EarlierTask], ended: &BTreeMap<TaskId, Outcome>) -> Vec<EarlierTry> {
    let tried = |one: &EarlierTask| EarlierTry {
        generation: one.generation,
        task: one.task,
        state: one.state,
        ended: ended.get(&one.task).map(|outcome| how(&outcome.verdict)),
    };
    earlier.iter().map(tried).collect()
}

fn how(verdict: &Verdict) -> Sourced<String> {
    let said = |text: &Sourced<String>, before: &str| {
        let short: String = text.value.chars().take(LONGEST_SAID).collect();
        Sourced::new(format!("{before}{short}"), text.from)
    };
    match verdict {
        // A branch of ours is called after a title, which anybody may have written.
        Verdict::Changed { branch, files, .. } => {
            let noun = if *files == 1 { "file" } else { "files" };
            Sourced::stranger(format!("a change of {files} {noun} on the branch {branch}"))
        }
        Verdict::Answered { text } => said(text, "an answer: "),
        Verdict::NothingToDo { text } => said(text, "nothing to do: "),
        Verdict::Failed { failure } => {
            Sourced::new(format!("it failed: {}", failure.name().replace('_', " ")), Provenance::Person)
        }
        Verdict::Cancelled { by } => Sourced::person(format!("{by} cancelled it")),
    }
}

/// The likest first; of those as like the newest.
pub(super) fn similar(case: &Case, closed: &[ClosedCase]) -> Vec<SimilarCase> {
    let of = |text: &str| words(text).into_iter().collect::<BTreeSet<String>>();
    let ours = of(&case.title.value);
    let mut found: Vec<(f64, &ClosedCase)> = closed
        .iter()
        .filter(|other| other.case != case.id)
        .filter_map(|other| {
            let theirs = of(&other.title.value);
            let (shared, all) = (ours.intersection(&theirs).count(), ours.union(&theirs).count());
            let part = crate::locate::ratio(shared, all);
            (shared >= LEAST_SHARED && part >= LEAST_PART).then_some((part, other))
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let told = |(_, other): (f64, &ClosedCase)| SimilarCase {
        case: other.case,
        title: other.title.clone(),
        ended: other.ruling.as_ref().and_then(ruled::dismissed).unwrap_or_else(|| other.state.to_string()),
    };
    found.into_iter().take(MOST_SIMILAR).map(told).collect()
}

#[cfg(test)]
mod tests {
    use signalbox_domain::case::Score;
    use signalbox_domain::ids::{CaseId, OutcomeId};
    use signalbox_domain::outcome::{Effort, Failure};
    use signalbox_domain::ruling::{DismissCode, Ruled, Ruling};
    use signalbox_domain::states::{CaseState, TaskState};
    use signalbox_domain::task::Priority;
    use uuid::Uuid;

    use super::*;
    use crate::fixture::{NOON, project};

    #[test]
    fn what_was_tried_says_how_it_ended_and_who_could_have_said_so() {
        let id = |n: u128| TaskId::from_uuid(Uuid::from_u128(n));
        let verdicts = [
            Verdict::Changed { branch: "signalbox/x".to_owned(), commit: "3f".to_owned(), files: 1 },
            Verdict::NothingToDo { text: Sourced::stranger("é".repeat(1000)) },
            Verdict::Failed { failure: Failure::NoChange },
        ];
        let mut ended = BTreeMap::new();
        let mut earlier = Vec::new();
        for (n, verdict) in (1..).zip(verdicts) {
            let outcome = Outcome {
                id: OutcomeId::from_uuid(Uuid::from_u128(n)),
                task: id(n),
                run: None,
                verdict,
                effort: Effort::default(),
                at: NOON,
            };
            ended.insert(id(n), outcome);
            earlier.push(EarlierTask { generation: 1, task: id(n), state: TaskState::Done });
        }
        earlier.push(EarlierTask { generation: 2, task: id(9), state: TaskState::Cancelled });
        let tried = tried(&earlier, &ended);
        let words: Vec<Option<(usize, Provenance)>> = tried
            .iter()
            .map(|one| one.ended.as_ref().map(|said| (said.value.chars().count(), said.from)))
            .collect();
        let (stranger, ours) = (Provenance::Stranger, Provenance::Person);
        assert_eq!(words, [Some((44, stranger)), Some((315, stranger)), Some((20, ours)), None]);
    }

    #[test]
    fn closed_cases_that_are_called_alike_are_told_the_likest_first() {
        let case = |n: u128, title: &str| Case {
            id: CaseId::from_uuid(Uuid::from_u128(n)),
            project: project(),
            title: Sourced::stranger(title.to_owned()),
            state: CaseState::Watching,
            generation: 1,
            score: Score { total: 0.0, priority: Priority::P4, parts: vec![] },
            signals: vec![],
            opened_at: NOON,
            changed_at: NOON,
            merged_into: None,
        };
        let closed = |n: u128, title: &str, ruling| ClosedCase {
            case: CaseId::from_uuid(Uuid::from_u128(n)),
            title: Sourced::stranger(title.to_owned()),
            state: CaseState::Fixed,
            ruling,
        };
        let ruled = Ruled::Dismiss { code: DismissCode::Noise, words: "a robot".to_owned() };
        let ruling = Ruling { by: "ada".to_owned(), at: NOON, generation: 1, ruled };
        let known = [
            closed(1, "Voucher total rounds badly", None),
            closed(2, "Voucher total rounds badly at checkout", None),
            closed(3, "Newsletter bounces", None),
            closed(4, "Voucher total at checkout rounds well", Some(ruling)),
            closed(5, "Voucher total rounds badly at checkout", None),
        ];
        let found = similar(&case(5, "Voucher total rounds badly at checkout"), &known);
        let ids: Vec<CaseId> = found.iter().map(|one| one.case).collect();
        assert_eq!(ids, [known[1].case, known[3].case, known[0].case], "{found:?}");
        assert_eq!(found[0].ended, "fixed");
        assert!(found[1].ended.contains("ada dismissed it as noise (a robot)"), "{found:?}");
    }
}

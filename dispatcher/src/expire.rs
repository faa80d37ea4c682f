//! What becomes of a run whose lease ended. Pure.
//!
//! A bound run waits for its computer, however often it was claimed: only there its work lies. A cloud run is rescued
//! until its attempts are spent, and then ends with a typed failure. Attempts count at the claim, so a crash counts.

use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::finish::{RetryPolicy, TaskEnd, task_end};
use signalbox_domain::outcome::{Effort, Failure, Outcome, Verdict};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::IdSource;
use signalbox_store::dispatcher::RunRecord;

/// What is done about one ended lease, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Expired {
    pub ending: Ending,
    /// About the run and about its task.
    pub decisions: Vec<Decision>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    Rescue,
    Strand,
    Spent { outcome: Outcome, task: TaskEnd },
}

/// What this ended lease means.
pub fn expire(ended: &RunRecord, attempts: u32, now: Timestamp, ids: &IdSource) -> Expired {
    let attempt = ended.run.attempt;
    let (ending, code, words) = if ended.run.mode.is_bound_to_its_computer() {
        let computer = ended.run.computer.as_ref().map_or("its computer", |computer| computer.as_str());
        let words = format!("its runner went silent; it waits for {computer} or a person");
        (Ending::Strand, "stranded", words)
    } else if attempt < attempts {
        let words =
            format!("its runner went silent in attempt {attempt} of {attempts}; any runner may go on");
        (Ending::Rescue, "rescued", words)
    } else {
        let verdict = Verdict::Failed { failure: Failure::AttemptsSpent { attempts: attempt } };
        // No other run is tried after so many attempts, whatever the policy.
        let task = task_end(&verdict, attempt, RetryPolicy::default());
        let words = format!("its runner went silent in attempt {attempt} of {attempts}, the last");
        let outcome = Outcome {
            id: ids.next(),
            task: ended.run.task,
            run: Some(ended.run.id),
            verdict,
            effort: Effort::default(),
            at: now,
        };
        (Ending::Spent { outcome, task }, "attempts-spent", words)
    };
    let subjects = [Subject::Run(ended.run.id), Subject::Task(ended.run.task)];
    let decisions = subjects.into_iter().filter_map(|about| decision(about, code, &words, now, ids));
    Expired { ending, decisions: decisions.collect() }
}

/// Every code here is a literal that is a label; a test runs through them all.
fn decision(about: Subject, code: &str, words: &str, now: Timestamp, ids: &IdSource) -> Option<Decision> {
    let reason = Reason { code: code.parse().ok()?, words: words.to_owned() };
    let stage = Stage::Dispatcher;
    Some(Decision { id: ids.next(), stage, subject: about, reason, first_at: now, last_at: now, count: 1 })
}

#[cfg(test)]
mod tests {
    use signalbox_domain::ids::{RunId, TaskId};
    use signalbox_domain::run::{FencingToken, Run};
    use signalbox_domain::states::{RunState, TaskEvent};
    use signalbox_domain::task::Mode;
    use signalbox_runtime::{Clock, Randomness};
    use uuid::Uuid;

    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn silent(mode: Mode, attempt: u32) -> RunRecord {
        let run = Run {
            id: RunId::from_uuid(Uuid::from_u128(1)),
            task: TaskId::from_uuid(Uuid::from_u128(2)),
            state: RunState::Working,
            mode,
            agent: "command".parse().unwrap(),
            attempt,
            runner: None,
            computer: Some("ada".parse().unwrap()),
            queued_at: NOON,
            changed_at: NOON,
        };
        RunRecord { run, token: FencingToken(7), lease_until: Some(NOON) }
    }

    fn ended(mode: Mode, attempt: u32) -> Expired {
        let ids = IdSource::new(Clock::manual(NOON).0, Randomness::seeded(1));
        let expired = expire(&silent(mode, attempt), 3, NOON, &ids);
        let about: Vec<Subject> = expired.decisions.iter().map(|decision| decision.subject).collect();
        let run = silent(mode, attempt).run;
        assert_eq!(about, [Subject::Run(run.id), Subject::Task(run.task)]);
        expired
    }

    fn code(expired: &Expired) -> &str {
        expired.decisions[0].reason.code.as_str()
    }

    #[test]
    fn a_bound_run_waits_however_often_it_was_claimed() {
        for (mode, attempt) in [(Mode::Local, 1), (Mode::Worktree, 1), (Mode::Worktree, 9)] {
            let expired = ended(mode, attempt);
            assert_eq!((&expired.ending, code(&expired)), (&Ending::Strand, "stranded"));
            assert!(expired.decisions[0].reason.words.contains("ada"));
        }
    }

    #[test]
    fn a_cloud_run_is_rescued_until_its_attempts_are_spent() {
        for attempt in [1, 2] {
            let expired = ended(Mode::Cloud, attempt);
            assert_eq!((&expired.ending, code(&expired)), (&Ending::Rescue, "rescued"));
        }
        let expired = ended(Mode::Cloud, 3);
        assert_eq!(code(&expired), "attempts-spent");
        let Ending::Spent { outcome, task } = expired.ending else { panic!("{expired:?}") };
        assert_eq!(task.event(), TaskEvent::Fail);
        assert_eq!(outcome.run, Some(silent(Mode::Cloud, 3).run.id));
        assert_eq!(outcome.verdict, Verdict::Failed { failure: Failure::AttemptsSpent { attempts: 3 } });
    }
}

//! The parts of a chain in words, the earlier before the later. Pure.

use signalbox_domain::change::Change;
use signalbox_domain::outcome::Outcome;
use signalbox_domain::states::Machine as _;
use signalbox_domain::task::Task;
use signalbox_store::ingest::SignalRecord;
use signalbox_store::planner::CaseRecord;

use super::{Chain, TaskPart, Told};
use crate::views::{ChainNoun, RunLine, WhyLink};
use crate::words::{counted, verdict_words};

pub(super) fn links(chain: &Chain) -> Vec<WhyLink> {
    let signals = chain.signals.iter().map(signal);
    let case = chain.case.iter().map(case);
    let tasks = chain.tasks.iter().flat_map(task_and_what_came_of_it);
    signals.chain(case).chain(tasks).collect()
}

fn signal(told: &Told<SignalRecord>) -> WhyLink {
    let signal = &told.noun.signal;
    let times = if signal.count == 1 { "once".to_owned() } else { format!("{} times", signal.count) };
    WhyLink {
        noun: ChainNoun::Signal,
        id: signal.id.to_string(),
        state: signal.hold.map(|hold| format!("held: {}", hold.name().replace('_', " "))),
        words: format!("{}: {}, seen {times}", signal.title.value, signal.severity.name()),
        at: signal.first_seen,
        decisions: told.decisions.clone(),
    }
}

fn case(told: &Told<CaseRecord>) -> WhyLink {
    let case = &told.noun.case;
    WhyLink {
        noun: ChainNoun::Case,
        id: case.id.to_string(),
        state: Some(case.state.name().to_owned()),
        words: format!("{} ({})", case.title.value, case.score.sentence()),
        at: case.opened_at,
        decisions: told.decisions.clone(),
    }
}

fn task_and_what_came_of_it(part: &TaskPart) -> Vec<WhyLink> {
    let mut links = vec![task(&part.task)];
    for run in &part.runs {
        links.push(run_link(run));
        links.extend(part.outcomes.iter().filter(|outcome| outcome.run == Some(run.noun.id)).map(outcome));
    }
    // What a person produced, and what was left of runs that are not shown any more.
    let shown = |outcome: &&Outcome| part.runs.iter().any(|run| outcome.run == Some(run.noun.id));
    links.extend(part.outcomes.iter().filter(|outcome| !shown(outcome)).map(outcome));
    links.extend(part.changes.iter().map(change));
    links
}

fn task(told: &Told<Task>) -> WhyLink {
    let task = &told.noun;
    WhyLink {
        noun: ChainNoun::Task,
        id: task.id.to_string(),
        state: Some(task.state.name().to_owned()),
        words: format!("{} ({}, {}, {})", task.title.value, task.intent.name(), task.mode, task.priority),
        at: task.opened_at,
        decisions: told.decisions.clone(),
    }
}

fn run_link(told: &Told<RunLine>) -> WhyLink {
    let run = &told.noun;
    let place = match (&run.runner, &run.computer) {
        (Some(runner), _) => format!(" by the runner {runner}"),
        (None, Some(computer)) => format!(" on {computer}"),
        (None, None) => String::new(),
    };
    WhyLink {
        noun: ChainNoun::Run,
        id: run.id.to_string(),
        state: Some(run.state.name().to_owned()),
        words: format!("{} run with the agent {}{place}, attempt {}", run.mode, run.agent, run.attempt),
        at: run.queued_at,
        decisions: told.decisions.clone(),
    }
}

fn outcome(outcome: &Outcome) -> WhyLink {
    WhyLink {
        noun: ChainNoun::Outcome,
        id: outcome.id.to_string(),
        state: Some(outcome.verdict.name().to_owned()),
        words: verdict_words(&outcome.verdict),
        at: outcome.at,
        decisions: Vec::new(),
    }
}

fn change(change: &Change) -> WhyLink {
    WhyLink {
        noun: ChainNoun::Change,
        id: change.id.to_string(),
        state: Some(change.state.name().to_owned()),
        words: format!("{} on {}", counted(change.commits, "commit"), change.branch),
        at: change.changed_at,
        decisions: Vec::new(),
    }
}

//! What a chain waits for, also where nothing happened. Pure: the newest part that can still move decides.

use signalbox_domain::decision::Stage;
use signalbox_domain::ids::CaseId;
use signalbox_domain::names::Label;
use signalbox_domain::signal::Signal;
use signalbox_domain::states::{CaseState, RunState, TaskState};
use signalbox_domain::task::{Mode, Starter, Task};

use super::{Around, Chain, TaskPart, Told};
use crate::tasks::{FINISHED, TAKEN};
use crate::views::{DecisionLine, RunLine, Wait, WaitFor};
use crate::words::verdict_words;

pub(super) fn wait(chain: &Chain, around: &Around) -> WaitFor {
    if let Some(part) = chain.tasks.last() {
        return task(part, chain, around);
    }
    match &chain.case {
        Some(case) => no_task(case.noun.case.id, case.noun.case.state, &case.decisions),
        None => match chain.signals.first() {
            Some(told) => no_case(&told.noun.signal, &told.decisions),
            None => to(Wait::Nothing, "nothing is known of it"),
        },
    }
}

fn to(wait: Wait, words: impl Into<String>) -> WaitFor {
    WaitFor { wait, words: words.into() }
}

fn task(part: &TaskPart, chain: &Chain, around: &Around) -> WaitFor {
    let task = &part.task.noun;
    let id = task.id;
    match task.state {
        TaskState::Proposed => to(Wait::Person, format!("waits for a person: signalbox task start {id}")),
        TaskState::Waiting => {
            let why = newest(&part.task.decisions).map(because).unwrap_or_default();
            to(Wait::Person, format!("waits for a person{why}: signalbox task start {id}"))
        }
        TaskState::Queued => queued(&part.task, around),
        TaskState::Running => running(part, around),
        TaskState::InHand => {
            let by = by_a_person(part, &TAKEN).unwrap_or("a person has it in hand");
            let next = format!("signalbox task done {id}, or signalbox task release {id}");
            to(Wait::Person, format!("{by}; it ends with {next}"))
        }
        TaskState::Review => to(Wait::Person, format!("waits for a person to look at {}", result(part))),
        TaskState::Done => match by_a_person(part, &FINISHED) {
            Some(words) => to(Wait::Nothing, format!("done: {words}")),
            None => to(Wait::Nothing, format!("done: {}", result(part))),
        },
        TaskState::Failed => {
            let words = format!("{}; a person decides what comes next", result(part));
            to(if chain.case.is_some() { Wait::Person } else { Wait::Nothing }, words)
        }
        TaskState::Cancelled => {
            let why = newest(&part.task.decisions).map(because).unwrap_or_default();
            to(Wait::Nothing, format!("cancelled{why}"))
        }
    }
}

/// The last word of people about a task, if it is this one.
fn by_a_person<'a>(part: &'a TaskPart, code: &Label) -> Option<&'a str> {
    let word = newest_of(&part.task.decisions, Stage::Control)?;
    (word.code == *code).then_some(word.words.as_str())
}

/// The last outcome, or what it left of it.
fn result(part: &TaskPart) -> String {
    match (part.outcomes.last(), part.changes.last()) {
        (Some(outcome), _) => verdict_words(&outcome.verdict),
        (None, Some(change)) => format!("the branch {}", change.branch),
        (None, None) => "what came of it".to_owned(),
    }
}

/// A queued task: the newest word of the dispatcher says why it has not started.
fn queued(told: &Told<Task>, around: &Around) -> WaitFor {
    let task = &told.noun;
    let start = format!("signalbox task start {}", task.id);
    if task.starter == Starter::Person {
        return to(Wait::Person, format!("waits for a person: {start}, or signalbox next to do it oneself"));
    }
    let Some(word) = newest_of(&told.decisions, Stage::Dispatcher) else {
        return to(Wait::Dispatcher, "waits for the next pass of the dispatcher");
    };
    // A person has started it since that was said.
    let said_before = task.starter == Starter::Approved && word.last_at < task.changed_at;
    let because = because(word);
    match word.code.as_str() {
        _ if said_before => {
            to(Wait::Dispatcher, "started by a person; waits for the next pass of the dispatcher")
        }
        "needs-a-person" | "waits-for-its-person" => {
            to(Wait::Person, format!("waits for a person{because}: {start}"))
        }
        "no-repository" => to(Wait::Person, format!("waits for a person to name a repository{because}")),
        "no-agent" | "unknown-agent" | "several-agents" => {
            to(Wait::Setup, format!("waits for the settings to name an agent{because}"))
        }
        "no-runner" if !takes(around, task.mode) => no_runner(task.mode),
        "no-slot" => to(Wait::Runner, format!("waits for a free slot{because}")),
        _ => to(Wait::Dispatcher, format!("waits for the next pass of the dispatcher{because}")),
    }
}

fn takes(around: &Around, mode: Mode) -> bool {
    around.runners.iter().any(|runner| runner.modes.contains(&mode))
}

fn no_runner(mode: Mode) -> WaitFor {
    let command = match mode {
        Mode::Cloud => "signalbox runner --server URL --mode cloud starts one",
        Mode::Local | Mode::Worktree => "signalbox up brings one, on the computer with the repository",
    };
    to(
        Wait::Runner,
        format!("waits for a runner: none that takes {mode} runs was heard of lately; {command}"),
    )
}

fn running(part: &TaskPart, around: &Around) -> WaitFor {
    let Some(run) = part.runs.last().map(|told| &told.noun) else {
        return to(Wait::Dispatcher, "waits for the dispatcher to make its run");
    };
    match run.state {
        RunState::Pending if !takes(around, run.mode) => no_runner(run.mode),
        RunState::Pending => to(Wait::Runner, "waits for a runner to take its run"),
        RunState::Leased | RunState::Preparing | RunState::Working | RunState::Checking => held(run, around),
        RunState::Asking => {
            to(Wait::Person, format!("its agent asked a person: signalbox run show {}", run.id))
        }
        RunState::Stranded => {
            let computer = run.computer.as_ref().map_or("its computer", |computer| computer.as_str());
            to(Wait::Runner, format!("waits for {computer} to come back: only there its work lies"))
        }
        RunState::Succeeded | RunState::Failed | RunState::Cancelled => {
            to(Wait::Dispatcher, "its run has ended; waits for the next pass of the dispatcher")
        }
    }
}

fn held(run: &RunLine, around: &Around) -> WaitFor {
    let runner = run.runner.as_ref().map_or("its runner", |runner| runner.as_str());
    match run.lease_until {
        Some(until) if until < around.now => to(
            Wait::Dispatcher,
            format!(
                "{runner} went silent and its lease ended {until}; waits for the next pass of the dispatcher"
            ),
        ),
        _ => to(Wait::Runner, format!("{runner} works on it: signalbox run show {}", run.id)),
    }
}

/// A case without a task: the newest word of the planner says why.
fn no_task(id: CaseId, state: CaseState, decisions: &[DecisionLine]) -> WaitFor {
    let word = newest(decisions);
    let because = word.map(because).unwrap_or_default();
    match state {
        CaseState::Snoozed => to(Wait::World, format!("sleeps{because}")),
        CaseState::Verifying => to(Wait::World, "a change is out; waits to see whether its signals stop"),
        CaseState::Suppressed | CaseState::Dismissed | CaseState::Merged => {
            to(Wait::Nothing, format!("its case is {state}{because}"))
        }
        CaseState::Fixed | CaseState::Quiet => {
            to(Wait::World, format!("its case is {state}; more signals would open it again"))
        }
        CaseState::Watching | CaseState::Ready | CaseState::Tasked => match word {
            Some(word)
                if word.code.as_str() == "several-repositories"
                    || word.code.as_str() == "unknown-repository" =>
            {
                let pick = format!("signalbox case pick {id} REPOSITORY");
                to(Wait::Person, format!("waits for a person: {}: {pick}", word.words))
            }
            word => closed(word),
        },
    }
}

/// Which gate of the planner is closed.
fn closed(word: Option<&DecisionLine>) -> WaitFor {
    let Some(word) = word else { return to(Wait::Planner, "waits for the next pass of the planner") };
    let said = &word.words;
    match word.code.as_str() {
        "no-repository" => to(Wait::Setup, format!("waits for a repository: {said}")),
        "unknown-repository" | "several-repositories" | "task-ended" => {
            to(Wait::Person, format!("waits for a person: {said}"))
        }
        "held" => to(Wait::World, format!("{said}; it makes no task by itself")),
        "below-threshold" => to(Wait::World, format!("{said}; more records or users would make one")),
        "cooling-down" | "calm" => to(Wait::World, format!("{said}; later records would open it again")),
        "already-addressed" => to(Wait::World, format!("waits for what others do about it: {said}")),
        "quota-spent" | "work-in-progress" => to(Wait::Planner, format!("waits for room: {said}")),
        _ => to(Wait::Planner, format!("waits for the next pass of the planner: {said}")),
    }
}

fn no_case(signal: &Signal, decisions: &[DecisionLine]) -> WaitFor {
    if let Some(hold) = signal.hold {
        let why = hold.name().replace('_', " ");
        return to(Wait::World, format!("held ({why}): it is kept and counted, and makes no task by itself"));
    }
    if signal.planned_revision < signal.revision {
        return to(Wait::Planner, "not yet planned: waits for the next pass of the planner");
    }
    closed(newest(decisions))
}

/// Decisions come with the earlier first.
fn newest(decisions: &[DecisionLine]) -> Option<&DecisionLine> {
    decisions.last()
}

fn newest_of(decisions: &[DecisionLine], stage: Stage) -> Option<&DecisionLine> {
    decisions.iter().rev().find(|decision| decision.stage == stage)
}

fn because(word: &DecisionLine) -> String {
    format!(" ({})", word.words)
}

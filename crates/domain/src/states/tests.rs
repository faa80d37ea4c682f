//! Every pair of state and event of every machine: the tables here are written by hand, so a change of a machine is
//! a change of two places, on purpose.

use std::collections::BTreeSet;

use super::diagram::moves;
use super::{
    CaseState, ChangeState, FiringState, IllegalMove, Machine, RunState, TaskState, UnknownState,
    VerificationState,
};

/// `from event to`, one a line; every pair that is not listed must be refused and say so.
fn check<M: Machine>(legal: &str) {
    let expected: BTreeSet<String> =
        legal.lines().map(|line| line.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    let found: BTreeSet<String> = moves::<M>()
        .map(|(from, event, to)| format!("{} {} {}", from.name(), M::event_name(event), to.name()))
        .collect();
    assert_eq!(found, expected, "{}", M::NAME);

    let mut refused = 0;
    for from in M::STATES {
        for event in M::EVENTS {
            if let Err(error) = from.next(*event) {
                refused += 1;
                assert_eq!(
                    error,
                    IllegalMove { machine: M::NAME, state: from.name(), event: M::event_name(*event) }
                );
            }
        }
    }
    assert_eq!(refused + found.len(), M::STATES.len() * M::EVENTS.len());
    every_state_is_reached::<M>();
    names_come_back::<M>();
}

fn every_state_is_reached<M: Machine>() {
    let mut reached = vec![M::FIRST];
    let mut next = 0;
    while let Some(from) = reached.get(next).copied() {
        next += 1;
        for (_, _, to) in moves::<M>().filter(|(source, _, _)| *source == from) {
            if !reached.contains(&to) {
                reached.push(to);
            }
        }
    }
    assert_eq!(reached.len(), M::STATES.len(), "{}: reached only {reached:?}", M::NAME);
}

fn names_come_back<M: Machine>() {
    for state in M::STATES {
        assert_eq!(M::from_name(state.name()), Ok(*state));
    }
    let unknown = UnknownState { machine: M::NAME, found: "elsewhere".to_owned() };
    assert_eq!(M::from_name("elsewhere"), Err(unknown));
}

#[test]
fn case() {
    check::<CaseState>(include_str!("tests/case.txt"));
}

#[test]
fn task() {
    check::<TaskState>(include_str!("tests/task.txt"));
}

#[test]
fn run() {
    check::<RunState>(include_str!("tests/run.txt"));
}

#[test]
fn change() {
    check::<ChangeState>(include_str!("tests/change.txt"));
}

#[test]
fn firing() {
    check::<FiringState>(include_str!("tests/firing.txt"));
}

#[test]
fn verification() {
    check::<VerificationState>(include_str!("tests/verification.txt"));
}

#[test]
fn live_and_open_states_are_those_that_hold_something_back() {
    let live: Vec<_> = TaskState::ALL.iter().filter(|state| !state.is_live()).map(|s| s.text()).collect();
    assert_eq!(live, ["done", "failed", "cancelled"]);
    let held: Vec<_> = RunState::ALL.iter().filter(|state| state.is_held()).map(|s| s.text()).collect();
    assert_eq!(held, ["leased", "preparing", "working", "asking", "checking"]);
    let closed: Vec<_> = CaseState::ALL.iter().filter(|state| !state.is_open()).map(|s| s.text()).collect();
    assert_eq!(closed, ["fixed", "quiet", "suppressed", "dismissed", "merged"]);
}

#[test]
fn an_illegal_move_reads_as_a_sentence() {
    let error = TaskState::Done.next(super::TaskEvent::Start).unwrap_err();
    assert_eq!(error.to_string(), "a task that is done cannot start");
}

#[test]
fn the_written_page_is_the_one_the_code_draws() {
    let page = super::all_diagrams();
    assert!(page.contains("queued --> running: start"));
    assert!(page.contains("succeeded --> [*]"));
}

//! Draws the machines from the functions that run them. Called by `cargo xtask states`, by nobody else.

use std::fmt::Write as _;

use super::{CaseState, ChangeState, FiringState, Machine, RunState, TaskState, VerificationState};

/// docs/states.md, whole.
pub fn all_diagrams() -> String {
    let mut page = String::from(
        "# State machines\n\nGenerated from `crates/domain/src/states` by `cargo xtask states`; edit the code, not this page.\n\
         A move that is not drawn is refused with a typed error that names machine, state and event.\n",
    );
    page.push_str(&diagram::<CaseState>());
    page.push_str(&diagram::<TaskState>());
    page.push_str(&diagram::<RunState>());
    page.push_str(&diagram::<ChangeState>());
    page.push_str(&diagram::<FiringState>());
    page.push_str(&diagram::<VerificationState>());
    page
}

fn diagram<M: Machine>() -> String {
    let mut page = format!("\n## {}\n\n```mermaid\nstateDiagram-v2\n", M::NAME);
    let mut line = |text: String| {
        page.push_str("    ");
        page.push_str(&text);
        page.push('\n');
    };
    line(format!("[*] --> {}", M::FIRST.name()));
    for (from, event, to) in moves::<M>() {
        line(format!("{} --> {}: {}", from.name(), to.name(), M::event_name(event)));
    }
    for end in M::STATES.iter().filter(|state| state.is_final()) {
        line(format!("{} --> [*]", end.name()));
    }
    page.push_str("```\n");
    let pairs = M::STATES.len() * M::EVENTS.len();
    // Writing to a String cannot fail; the result is part of the trait only.
    let counted = writeln!(page, "\n{} legal moves of {pairs} pairs.", moves::<M>().count());
    debug_assert!(counted.is_ok());
    page
}

/// Every legal move, in the order of the lists.
pub(super) fn moves<M: Machine>() -> impl Iterator<Item = (M, M::Event, M)> {
    M::STATES.iter().flat_map(|from| {
        M::EVENTS.iter().filter_map(|event| from.next(*event).ok().map(|to| (*from, *event, to)))
    })
}

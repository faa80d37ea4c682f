//! State machines: one file a machine, one total `match` each. The same function serves the stages, the store,
//! recovery, tests and docs/states.md (`cargo xtask states`).
//!
//! An illegal move is a typed error that names machine, state and event; nobody moves a state by hand.

mod case;
mod change;
mod diagram;
mod firing;
mod run;
mod task;
mod verification;

pub use case::{CaseEvent, CaseState};
pub use change::{ChangeEvent, ChangeState};
pub use diagram::all_diagrams;
pub use firing::{FiringEvent, FiringState};
pub use run::{RunEvent, RunState};
pub use task::{TaskEvent, TaskState};
pub use verification::{VerificationEvent, VerificationState};

use std::fmt::Debug;

/// A move that the machine does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {machine} that is {state} cannot {event}")]
pub struct IllegalMove {
    pub machine: &'static str,
    pub state: &'static str,
    pub event: &'static str,
}

/// A text in the store that names no state of the machine: written by a newer program, or damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no state of a {machine}")]
pub struct UnknownState {
    pub machine: &'static str,
    pub found: String,
}

/// What every machine has; `next` is its only rule.
pub trait Machine: Copy + Eq + Debug + Sized + 'static {
    type Event: Copy + Eq + Debug + 'static;

    const NAME: &'static str;
    const FIRST: Self;
    const STATES: &'static [Self];
    const EVENTS: &'static [Self::Event];

    fn next(self, event: Self::Event) -> Result<Self, IllegalMove>;
    fn name(self) -> &'static str;
    fn event_name(event: Self::Event) -> &'static str;

    /// Nothing leads out of here.
    fn is_final(self) -> bool {
        Self::EVENTS.iter().all(|event| self.next(*event).is_err())
    }

    /// The state that the store wrote.
    fn from_name(found: &str) -> Result<Self, UnknownState> {
        Self::STATES
            .iter()
            .copied()
            .find(|state| state.name() == found)
            .ok_or_else(|| UnknownState { machine: Self::NAME, found: found.chars().take(64).collect() })
    }

    fn illegal(self, event: Self::Event) -> Result<Self, IllegalMove> {
        Err(IllegalMove { machine: Self::NAME, state: self.name(), event: Self::event_name(event) })
    }
}

/// States and events are plain words in code, rows, JSON and pages alike; one list each keeps them the same.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $text)] $word,)*
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$word,)*];

            pub const fn text(self) -> &'static str {
                match self { $(Self::$word => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.text())
            }
        }
    };
}

/// The names and lists of a machine; its `next` is written out by hand beside it.
macro_rules! machine {
    ($state:ident on $event:ident, $name:literal, first $first:ident) => {
        impl super::Machine for $state {
            type Event = $event;

            const NAME: &'static str = $name;
            const FIRST: Self = Self::$first;
            const STATES: &'static [Self] = Self::ALL;
            const EVENTS: &'static [$event] = $event::ALL;

            fn next(self, event: $event) -> Result<Self, super::IllegalMove> {
                self.step(event)
            }

            fn name(self) -> &'static str {
                self.text()
            }

            fn event_name(event: $event) -> &'static str {
                event.text()
            }
        }
    };
}

use {machine, words};

#[cfg(test)]
mod tests;

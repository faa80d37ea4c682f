//! Policy: how a project wants its work started. The defaults are the cautious ones.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::provenance::Provenance;
use crate::task::Mode;

/// What happens to a task once it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Shown to people; nothing starts.
    Propose,
    /// In the queue for an engineer.
    #[default]
    Queue,
    /// Starts by itself in the fleet's sandbox.
    Cloud,
    /// Starts by itself in a worktree on an engineer's computer.
    Worktree,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    pub start: Start,
    /// How far tasks may descend from one another.
    pub depth_limit: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { start: Start::Queue, depth_limit: 3 }
    }
}

impl Form for Policy {
    const NAME: &'static str = "policy";
    const VERSION: u16 = 1;
}

/// May a task start without a person? Never outside a sandbox when a stranger could have written any of it.
pub fn may_start_by_itself(mode: Mode, sandboxed: bool, provenance: Provenance) -> Result<(), NotByItself> {
    let isolated = mode == Mode::Cloud || sandboxed;
    if provenance == Provenance::Stranger && !isolated {
        return Err(NotByItself { mode });
    }
    Ok(())
}

/// Why a person has to start it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parts of it could have been written by a stranger, and {mode} is no sandbox: a person starts it")]
pub struct NotByItself {
    pub mode: Mode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_starts_only_in_a_sandbox() {
        for provenance in Provenance::ALL {
            for mode in Mode::ALL {
                for sandboxed in [false, true] {
                    let refused = may_start_by_itself(mode, sandboxed, provenance).is_err();
                    let open = mode != Mode::Cloud && !sandboxed;
                    assert_eq!(refused, open && provenance == Provenance::Stranger);
                }
            }
        }
    }
}

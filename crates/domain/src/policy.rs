//! Policy: how a project wants its work started. The defaults are the cautious ones.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::names::ProjectName;
use crate::provenance::Provenance;
use crate::task::{Mode, Priority};

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

/// Whom a new task is offered to first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assign {
    /// An owner of the code, where one of the team is known by a login or an address; else nobody in particular.
    #[default]
    Owners,
    Nobody,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    pub start: Start,
    pub assign: Assign,
    /// How far tasks may descend from one another.
    pub depth_limit: u32,
    /// Exceptions, the first that fits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<StartRule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { start: Start::Queue, assign: Assign::Owners, depth_limit: 3, rules: Vec::new() }
    }
}

/// How tasks begin that are like this; what it does not say fits all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// The kind of job, by its skill: `error`, `rage-click`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// This urgent, or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// A file of the repository, or a folder with all below it, that one of the likeliest places is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    pub start: Start,
    /// None: as the policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assign: Option<Assign>,
}

/// What is known of a task when it begins.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    pub project: Option<&'a ProjectName>,
    pub kind: &'a str,
    pub priority: Priority,
    /// The likeliest places.
    pub paths: &'a [&'a str],
}

/// How a task begins, and which rule says so, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begins {
    pub start: Start,
    pub assign: Assign,
    pub rule: Option<usize>,
}

impl Policy {
    pub fn begins(&self, task: &Beginning<'_>) -> Begins {
        match self.rules.iter().position(|rule| rule.fits(task)) {
            Some(at) => {
                let rule = &self.rules[at];
                Begins { start: rule.start, assign: rule.assign.unwrap_or(self.assign), rule: Some(at + 1) }
            }
            None => Begins { start: self.start, assign: self.assign, rule: None },
        }
    }
}

impl StartRule {
    fn fits(&self, task: &Beginning<'_>) -> bool {
        self.project.as_ref().is_none_or(|project| Some(project) == task.project)
            && self.kind.as_ref().is_none_or(|kind| kind == task.kind)
            && self.priority.is_none_or(|least| task.priority.rank() <= least.rank())
            && self.path.as_ref().is_none_or(|path| task.paths.iter().any(|place| is_below(place, path)))
    }
}

/// Whether a place is this file or below this folder; also where it is written with what lies above the repository.
fn is_below(place: &str, path: &str) -> bool {
    let path = path.trim_matches('/');
    let begins =
        |place: &str| place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let starts = std::iter::once(0).chain(place.match_indices('/').map(|(at, _)| at + 1));
    !path.is_empty() && starts.into_iter().any(|at| place.get(at..).is_some_and(begins))
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
    fn the_first_rule_that_fits_says_how_a_task_begins() {
        let rule = |text: &str| serde_json::from_str::<StartRule>(text).unwrap();
        let policy = Policy {
            rules: vec![
                rule(r#"{"project": "web", "kind": "error", "priority": "P1", "start": "cloud"}"#),
                rule(r#"{"path": "src/pay/", "start": "propose", "assign": "nobody"}"#),
                rule(r#"{"kind": "dependency", "start": "worktree"}"#),
            ],
            ..Policy::default()
        };
        let (web, shop): (ProjectName, ProjectName) = ("web".parse().unwrap(), "shop".parse().unwrap());
        for (project, kind, priority, path, start, assign, by) in [
            (&web, "error", Priority::P0, "src/pay/a.py", Start::Cloud, Assign::Owners, Some(1)),
            (&web, "error", Priority::P1, "a.py", Start::Cloud, Assign::Owners, Some(1)),
            (&web, "error", Priority::P2, "src/pay/a.py", Start::Propose, Assign::Nobody, Some(2)),
            (&shop, "error", Priority::P0, "/srv/app/src/pay/a.py", Start::Propose, Assign::Nobody, Some(2)),
            (&shop, "error", Priority::P0, "src/payments/a.py", Start::Queue, Assign::Owners, None),
            (&web, "dependency", Priority::P4, "go.mod", Start::Worktree, Assign::Owners, Some(3)),
        ] {
            let task = Beginning { project: Some(project), kind, priority, paths: &[path] };
            assert_eq!(policy.begins(&task), Begins { start, assign, rule: by }, "{kind} {priority} {path}");
        }
        let nowhere = Beginning { project: None, kind: "error", priority: Priority::P0, paths: &[] };
        assert_eq!(policy.begins(&nowhere).rule, None);
    }

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

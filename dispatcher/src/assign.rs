//! The decision of the dispatcher: which queued tasks start now, and for each other one why not. Pure.
//!
//! Order: the moment at which a task was opened, plus one `ageing` for each step of its priority below P0. So urgent
//! work comes first and no task waits for ever behind newer ones.

use std::time::Duration;

use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::names::Label;
use signalbox_domain::policy::{NotByItself, may_start_by_itself};
use signalbox_domain::run::{Run, Runner};
use signalbox_domain::states::{Machine as _, RunState};
use signalbox_domain::task::{Mode, Starter};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::IdSource;
use signalbox_store::dispatcher::{Queue, QueuedTask};

/// The agents that the settings name, and which of them works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agents {
    pub known: Vec<Label>,
    pub chosen: Option<Label>,
}

impl Agents {
    /// The chosen one, or the only one.
    fn working(&self) -> Result<&Label, NotStarted> {
        match (&self.chosen, self.known.as_slice()) {
            (Some(chosen), known) if known.contains(chosen) => Ok(chosen),
            (Some(chosen), _) => Err(NotStarted::UnknownAgent { agent: chosen.clone() }),
            (None, []) => Err(NotStarted::NoAgent),
            (None, [only]) => Ok(only),
            (None, several) => Err(NotStarted::SeveralAgents { agents: several.len() }),
        }
    }
}

/// What a pass does: runs to make, and a reason about every queued task that it saw.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assignment {
    pub runs: Vec<Run>,
    /// About the tasks of `runs`, in their order; true once they are assigned.
    pub started: Vec<Decision>,
    pub not_started: Vec<Decision>,
}

/// Why a queued task does not start now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    #[error("it has no repository; a person picks one")]
    NoRepository,
    #[error("{0}")]
    NeedsAPerson(NotByItself),
    #[error("it waits for a person to start it")]
    WaitsForItsPerson,
    #[error("no agent is configured")]
    NoAgent,
    #[error("the agent {agent} is not configured")]
    UnknownAgent { agent: Label },
    #[error("{agents} agents are configured and none is chosen")]
    SeveralAgents { agents: usize },
    #[error("no runner that takes {mode} runs was heard of lately")]
    NoRunner { mode: Mode },
    #[error("every slot of the runners that take {mode} runs is taken")]
    NoSlot { mode: Mode },
}

impl NotStarted {
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRepository => "no-repository",
            Self::NeedsAPerson(_) => "needs-a-person",
            Self::WaitsForItsPerson => "waits-for-its-person",
            Self::NoAgent => "no-agent",
            Self::UnknownAgent { .. } => "unknown-agent",
            Self::SeveralAgents { .. } => "several-agents",
            Self::NoRunner { .. } => "no-runner",
            Self::NoSlot { .. } => "no-slot",
        }
    }
}

/// What starts of what was read.
pub fn assign(
    queue: &Queue,
    agents: &Agents,
    ageing: Duration,
    now: Timestamp,
    ids: &IdSource,
) -> Assignment {
    let mut tasks: Vec<&QueuedTask> = queue.tasks.iter().collect();
    tasks.sort_by_key(|task| (turn(task, ageing), task.task));
    let mut slots = Slots::new(queue);
    let mut assignment = Assignment::default();
    for task in tasks {
        match start(task, agents, &mut slots) {
            Ok(agent) => {
                let words = format!("starts {} with the agent {agent}", task.mode);
                assignment.started.extend(decision(task, "started", words, now, ids));
                assignment.runs.push(run(task, agent, now, ids));
            }
            Err(reason) => {
                let words = reason.to_string();
                assignment.not_started.extend(decision(task, reason.code(), words, now, ids));
            }
        }
    }
    assignment
}

/// The moment by which tasks queue.
fn turn(task: &QueuedTask, ageing: Duration) -> Timestamp {
    task.opened_at.plus(ageing.saturating_mul(u32::from(task.priority.rank())))
}

/// What keeps a task from starting, the lasting reasons first; the slot is taken last.
fn start<'a>(task: &QueuedTask, agents: &'a Agents, slots: &mut Slots<'_>) -> Result<&'a Label, NotStarted> {
    if task.repository.is_none() {
        return Err(NotStarted::NoRepository);
    }
    match task.starter {
        // Neither local nor worktree runs are sandboxed.
        Starter::Itself => {
            may_start_by_itself(task.mode, false, task.provenance).map_err(NotStarted::NeedsAPerson)?;
        }
        Starter::Approved => {}
        Starter::Person => return Err(NotStarted::WaitsForItsPerson),
    }
    let agent = agents.working()?;
    slots.take(task.mode)?;
    Ok(agent)
}

/// Free slots. A runner may serve several modes with the same slots, so a mode alone has no number of its own: one more
/// run fits if, for every set of modes that has its mode, the runners of the set have more slots than the set has
/// runs (Hall's condition for placing each run on a runner that takes it).
struct Slots<'a> {
    runners: &'a [Runner],
    taken: [u64; Mode::ALL.len()],
}

impl<'a> Slots<'a> {
    fn new(queue: &'a Queue) -> Self {
        let live = |mode| queue.live.iter().filter(|(of, _)| *of == mode).map(|(_, count)| count).sum();
        Self { runners: &queue.runners, taken: Mode::ALL.map(live) }
    }

    fn take(&mut self, mode: Mode) -> Result<(), NotStarted> {
        if !self.runners.iter().any(|runner| runner.modes.contains(&mode)) {
            return Err(NotStarted::NoRunner { mode });
        }
        let sets = (1_usize..1 << Mode::ALL.len()).map(|set| {
            let is_in = |index: usize| set & (1 << index) != 0;
            (0..Mode::ALL.len()).filter(|index| is_in(*index)).collect::<Vec<_>>()
        });
        let mut with_mode = sets.filter(|set| set.iter().any(|index| Mode::ALL[*index] == mode));
        if !with_mode.all(|set| self.demand(&set) < self.offer(&set)) {
            return Err(NotStarted::NoSlot { mode });
        }
        for (of, taken) in Mode::ALL.iter().zip(&mut self.taken) {
            *taken += u64::from(*of == mode);
        }
        Ok(())
    }

    fn demand(&self, set: &[usize]) -> u64 {
        set.iter().map(|index| self.taken[*index]).sum()
    }

    fn offer(&self, set: &[usize]) -> u64 {
        let serves = |runner: &&Runner| set.iter().any(|index| runner.modes.contains(&Mode::ALL[*index]));
        self.runners.iter().filter(serves).map(|runner| u64::from(runner.slots)).sum()
    }
}

fn run(task: &QueuedTask, agent: &Label, now: Timestamp, ids: &IdSource) -> Run {
    Run {
        id: ids.next(),
        task: task.task,
        state: RunState::FIRST,
        mode: task.mode,
        agent: agent.clone(),
        attempt: 0,
        runner: None,
        computer: None,
        queued_at: now,
        changed_at: now,
    }
}

/// Every code here is a literal that is a label; a test runs through them all.
fn decision(
    task: &QueuedTask,
    code: &str,
    words: String,
    now: Timestamp,
    ids: &IdSource,
) -> Option<Decision> {
    let reason = Reason { code: code.parse().ok()?, words };
    Some(Decision {
        id: ids.next(),
        stage: Stage::Dispatcher,
        subject: Subject::Task(task.task),
        reason,
        first_at: now,
        last_at: now,
        count: 1,
    })
}

#[cfg(test)]
mod tests;

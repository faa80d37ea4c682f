//! "Why?" and "why not?" for a signal, a case, a task or a run: the whole chain with the reasons about each part, and what
//! is waited for now.
//!
//! ```text
//!   an id ─▶ gather (store) ─▶ Chain ─┬▶ links.rs: the parts, in words
//!                                     └▶ wait.rs (pure): what comes next
//! ```

mod links;
mod wait;

use std::str::FromStr;

use signalbox_domain::access::Actor;
use signalbox_domain::change::Change;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{CaseId, IdError, RunId, SignalId, TaskId};
use signalbox_domain::outcome::Outcome;
use signalbox_domain::run::Runner;
use signalbox_domain::task::Task;
use signalbox_domain::time::Timestamp;
use signalbox_store::Page;
use signalbox_store::ingest::{SignalFilter, SignalRecord};
use signalbox_store::planner::CaseRecord;
use signalbox_store::tasks::TaskFilter;

use crate::Problem;
use crate::reads::Reads;
use crate::views::{DecisionLine, RunLine, Why};

/// Signals of a case, and tasks of it, that are shown: the newest.
const PARTS_SHOWN: u32 = 20;

/// What may be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyOf {
    Signal(SignalId),
    Case(CaseId),
    Task(TaskId),
    Run(RunId),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyOfError {
    #[error(
        "expected the id of a signal, a case, a task or a run (sig_…, case_…, task_…, run_…), got {got:?}"
    )]
    Noun { got: String },
    #[error(transparent)]
    Id(#[from] IdError),
}

impl FromStr for WhyOf {
    type Err = WhyOfError;

    fn from_str(text: &str) -> Result<Self, WhyOfError> {
        match text.split_once('_').map(|(prefix, _)| prefix) {
            Some(SignalId::PREFIX) => Ok(Self::Signal(text.parse()?)),
            Some(CaseId::PREFIX) => Ok(Self::Case(text.parse()?)),
            Some(TaskId::PREFIX) => Ok(Self::Task(text.parse()?)),
            Some(RunId::PREFIX) => Ok(Self::Run(text.parse()?)),
            _ => Err(WhyOfError::Noun { got: text.chars().take(64).collect() }),
        }
    }
}

/// A noun and the reasons about it.
struct Told<T> {
    noun: T,
    decisions: Vec<DecisionLine>,
}

/// A task with all that came of it, the earlier before the later.
struct TaskPart {
    task: Told<Task>,
    runs: Vec<Told<RunLine>>,
    outcomes: Vec<Outcome>,
    changes: Vec<Change>,
}

/// All that belongs together.
#[derive(Default)]
struct Chain {
    signals: Vec<Told<SignalRecord>>,
    case: Option<Told<CaseRecord>>,
    tasks: Vec<TaskPart>,
}

/// What the chain stands in.
struct Around {
    now: Timestamp,
    /// Heard of lately.
    runners: Vec<Runner>,
}

impl Reads {
    /// The chain behind an id.
    pub async fn why(&self, actor: &Actor, of: WhyOf) -> Result<Why, Problem> {
        let (asked, chain) = match of {
            WhyOf::Signal(id) => (id.to_string(), self.of_signal(actor, id).await?),
            WhyOf::Case(id) => (id.to_string(), self.of_case(actor, id).await?),
            WhyOf::Task(id) => (id.to_string(), self.of_task(actor, id).await?),
            WhyOf::Run(id) => {
                let task = self.run_and_task(id).await?.1.id;
                (id.to_string(), self.of_task(actor, task).await?)
            }
        };
        let runners = self.store().runners_list(self.runners_since()).await?;
        let around = Around { now: self.now(), runners };
        Ok(Why { asked, chain: links::links(&chain), waits_for: wait::wait(&chain, &around) })
    }

    async fn of_signal(&self, actor: &Actor, id: SignalId) -> Result<Chain, Problem> {
        let found = self.store().signal_show(id).await?;
        let (record, _) = found.ok_or_else(|| Problem::missing("signal", &id))?;
        self.may_read(actor, record.signal.key.project)?;
        let case = record.case;
        let signals = vec![self.told_signal(record).await?];
        match case {
            Some(case) => Ok(Chain { signals, ..self.case_and_tasks(case).await? }),
            None => Ok(Chain { signals, ..Chain::default() }),
        }
    }

    async fn of_case(&self, actor: &Actor, id: CaseId) -> Result<Chain, Problem> {
        let chain = self.case_and_tasks(id).await?;
        let case = chain.case.as_ref().ok_or_else(|| Problem::missing("case", &id))?;
        self.may_read(actor, case.noun.case.project)?;
        Ok(Chain { signals: self.signals_of(id).await?, ..chain })
    }

    /// The task alone, not its sisters; with its case, if it has one, and that one's signals.
    async fn of_task(&self, actor: &Actor, id: TaskId) -> Result<Chain, Problem> {
        let task = self.store().task_show(id).await?.ok_or_else(|| Problem::missing("task", &id))?;
        self.may_read(actor, task.project)?;
        let (signals, case) = match task.case.map(|of| of.case) {
            Some(case) => (self.signals_of(case).await?, self.told_case(case).await?),
            None => (Vec::new(), None),
        };
        Ok(Chain { signals, case, tasks: vec![self.told_task(task).await?] })
    }

    async fn case_and_tasks(&self, id: CaseId) -> Result<Chain, Problem> {
        let filter = TaskFilter { case: Some(id), ..TaskFilter::default() };
        let mut tasks = Vec::new();
        for task in self.store().tasks_list(filter, Page::first(PARTS_SHOWN)).await?.into_iter().rev() {
            tasks.push(self.told_task(task).await?);
        }
        Ok(Chain { signals: Vec::new(), case: self.told_case(id).await?, tasks })
    }

    async fn signals_of(&self, case: CaseId) -> Result<Vec<Told<SignalRecord>>, Problem> {
        let filter = SignalFilter { project: None, case: Some(case) };
        let mut signals = Vec::new();
        for record in self.store().signals_list(filter, Page::first(PARTS_SHOWN)).await?.into_iter().rev() {
            signals.push(self.told_signal(record).await?);
        }
        Ok(signals)
    }

    async fn told_signal(&self, noun: SignalRecord) -> Result<Told<SignalRecord>, Problem> {
        let decisions = self.decisions(Subject::Signal(noun.signal.id)).await?;
        Ok(Told { noun, decisions })
    }

    async fn told_case(&self, id: CaseId) -> Result<Option<Told<CaseRecord>>, Problem> {
        match self.store().case_show(id).await? {
            Some(noun) => Ok(Some(Told { noun, decisions: self.decisions(Subject::Case(id)).await? })),
            None => Ok(None),
        }
    }

    async fn told_task(&self, task: Task) -> Result<TaskPart, Problem> {
        let id = task.id;
        let mut runs = Vec::new();
        for noun in self.runs_of(id).await?.into_iter().rev() {
            runs.push(Told { decisions: self.decisions(Subject::Run(noun.id)).await?, noun });
        }
        Ok(TaskPart {
            task: Told { noun: task, decisions: self.decisions(Subject::Task(id)).await? },
            runs,
            outcomes: self.store().outcomes_list(id).await?,
            changes: self.store().changes_list(id).await?,
        })
    }
}

#[cfg(test)]
mod tests;

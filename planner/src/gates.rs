//! Gates: what a case has to pass before it becomes work, in order, each with its typed reason. Pure.

use signalbox_domain::case::Case;
use signalbox_domain::ids::{RepositoryId, TaskId};
use signalbox_domain::project::Repository;
use signalbox_domain::signal::Signal;
use signalbox_domain::states::CaseState;
use signalbox_store::planner::CaseRecord;

use crate::plan::{Routed, route};

/// Whether work comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gate {
    Open { repository: RepositoryId },
    Closed { reason: Closed },
}

/// Why no task is opened now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Closed {
    #[error("held: {0}")]
    Held(&'static str),
    #[error("its case is {0}")]
    CaseIs(CaseState),
    #[error("{task} works on it")]
    TaskLives { task: TaskId },
    #[error("{task} of this generation has ended; a person decides what comes next")]
    TaskEnded { task: TaskId },
    #[error("the project has no repository: signalbox repository add NAME PATH --project PROJECT")]
    NoRepository,
    #[error("the repository that its sender named is not one of the project's")]
    UnknownRepository,
    #[error("{0} repositories could be meant; a person picks one")]
    SeveralRepositories(usize),
}

impl Closed {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Held(_) => "held",
            Self::CaseIs(_) => "case-state",
            Self::TaskLives { .. } => "task-lives",
            Self::TaskEnded { .. } => "task-ended",
            Self::NoRepository => "no-repository",
            Self::UnknownRepository => "unknown-repository",
            Self::SeveralRepositories(_) => "several-repositories",
        }
    }
}

pub(crate) fn pass(
    signal: &Signal,
    case: &Case,
    record: Option<&CaseRecord>,
    repositories: &[Repository],
) -> Gate {
    let closed = |reason| Gate::Closed { reason };
    if let Some(hold) = signal.hold {
        return closed(Closed::Held(hold.name()));
    }
    if let Some(last) = record.and_then(|record| record.tasks.last()) {
        let (task, state) = *last;
        return closed(if state.is_live() { Closed::TaskLives { task } } else { Closed::TaskEnded { task } });
    }
    if !matches!(case.state, CaseState::Watching | CaseState::Ready) {
        return closed(Closed::CaseIs(case.state));
    }
    match route(signal.repository.as_ref(), repositories) {
        Routed::To(repository) => Gate::Open { repository },
        Routed::Unknown => closed(Closed::UnknownRepository),
        Routed::NoneKnown => closed(Closed::NoRepository),
        Routed::Several(count) => closed(Closed::SeveralRepositories(count)),
    }
}

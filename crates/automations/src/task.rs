//! The task of a firing. Pure. What stands in the settings was written by whoever runs the server, so it may start by
//! itself in any mode.

use signalbox_domain::automation::Firing;
use signalbox_domain::ids::{ProjectId, RepositoryId, TaskId};
use signalbox_domain::names::{ProjectName, RepositoryName};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::states::TaskState;
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Starter, Task};
use signalbox_domain::time::Timestamp;

/// Why a firing opens no task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoTask {
    #[error("there is no project {project}")]
    NoProject { project: ProjectName },
    #[error("the project {project} has no repository {repository}: signalbox repository add NAME PATH")]
    NoRepository { project: ProjectName, repository: RepositoryName },
    #[error("its automation is not kept any more")]
    NoAutomation,
    #[error("its automation does something that this program does not know how to do")]
    UnknownAction,
}

/// What the action of an automation says about its task.
pub(crate) struct Wanted {
    pub(crate) title: String,
    pub(crate) brief: String,
    pub(crate) intent: Intent,
    pub(crate) mode: Mode,
    pub(crate) priority: Priority,
}

pub(crate) fn task(
    id: TaskId,
    firing: &Firing,
    wanted: Wanted,
    (project, repository): (ProjectId, RepositoryId),
    now: Timestamp,
) -> Task {
    Task {
        id,
        project,
        repository: Some(repository),
        title: Sourced::person(wanted.title),
        brief: Sourced::person(wanted.brief),
        intent: wanted.intent,
        mode: wanted.mode,
        priority: wanted.priority,
        origin: Origin::Automation { firing: firing.id },
        case: None,
        lineage: Lineage::root(id),
        state: TaskState::Queued,
        starter: Starter::Itself,
        provenance: Provenance::Person,
        opened_at: now,
        changed_at: now,
        assignee: None,
    }
}

//! How people read what is kept: lists and single nouns, as views. It changes nothing.
//!
//! ```text
//!   an ask ─▶ scope (what may this actor see?) ─▶ store ─▶ views, with names in place of ids
//! ```

mod automations;
mod cases;
mod page;
mod plans;
mod quarantine;
mod runs;
mod sender;
mod signals;
mod suppressions;
mod tasks;

use std::collections::BTreeMap;
use std::time::Duration;

use signalbox_domain::access::{Action, Actor, Denied, Target};
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{ProjectId, RepositoryId, RunnerId};
use signalbox_domain::names::{HolderName, ProjectName, RepositoryName};
use signalbox_domain::run::Runner;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::Clock;
use signalbox_store::Store;

use crate::views::{DecisionLine, Listing};
use crate::{Problem, scope};

pub(crate) use page::{listing, page};
pub use plans::plan_view;
pub(crate) use quarantine::line as quarantine_line;
pub(crate) use runs::run_line;
pub use sender::{Refusals, Sender, Sorted};
pub(crate) use signals::signal_line;

/// Reasons about one noun that are shown, the newest.
const DECISIONS_SHOWN: u32 = 100;

#[derive(Clone)]
pub struct Reads {
    store: Store,
    clock: Clock,
    runner_seen_within: Duration,
}

/// Names by id, read once for a whole list.
pub(crate) struct Names {
    projects: BTreeMap<ProjectId, ProjectName>,
}

impl Names {
    pub(crate) fn project(&self, id: ProjectId) -> Result<ProjectName, Problem> {
        self.projects.get(&id).cloned().ok_or_else(|| Problem::missing("project", &id))
    }
}

impl Reads {
    /// `runner_seen_within`: a runner that was not heard of for so long counts as gone.
    pub fn new(store: Store, clock: Clock, runner_seen_within: Duration) -> Self {
        Self { store, clock, runner_seen_within }
    }

    /// The runners that were heard of lately, by name.
    pub async fn runners(&self, actor: &Actor) -> Result<Listing<Runner>, Problem> {
        actor.authorize(Action::Read, Target::System)?;
        let items = self.store.runners_list(self.runners_since()).await?;
        Ok(Listing { items, next: None })
    }

    pub(crate) fn runners_since(&self) -> Timestamp {
        self.clock.now().minus(self.runner_seen_within)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The project of that name that a list is limited to, or the actor's own.
    async fn project_of(
        &self,
        actor: &Actor,
        wanted: Option<&ProjectName>,
    ) -> Result<Option<ProjectId>, Problem> {
        let Some(name) = wanted else { return Ok(scope::readable(actor, None)?) };
        let found = self.store.project_find(name).await?;
        // Whoever may not read a project is not told whether it is there.
        let target = found.as_ref().map_or(Target::System, |project| Target::Project(project.id));
        actor.authorize(Action::Read, target)?;
        found.map(|project| Some(project.id)).ok_or_else(|| Problem::missing("project", name))
    }

    /// The project of that name, for whoever may read it.
    pub async fn project(&self, actor: &Actor, name: &ProjectName) -> Result<ProjectId, Problem> {
        let found = self.project_of(actor, Some(name)).await?;
        found.ok_or_else(|| Problem::missing("project", name))
    }

    pub(crate) fn may_read(&self, actor: &Actor, project: ProjectId) -> Result<(), Denied> {
        actor.authorize(Action::Read, Target::Project(project))
    }

    pub(crate) async fn names(&self) -> Result<Names, Problem> {
        let all = self.store.projects_list().await?;
        Ok(Names { projects: all.into_iter().map(|project| (project.id, project.name)).collect() })
    }

    /// Of the projects that a list speaks of.
    async fn repositories(
        &self,
        projects: impl IntoIterator<Item = ProjectId>,
    ) -> Result<BTreeMap<RepositoryId, RepositoryName>, Problem> {
        let mut projects: Vec<ProjectId> = projects.into_iter().collect();
        projects.sort_unstable();
        projects.dedup();
        let mut names = BTreeMap::new();
        for project in projects {
            let all = self.store.repositories_list(project).await?;
            names.extend(all.into_iter().map(|repository| (repository.id, repository.name)));
        }
        Ok(names)
    }

    /// Every runner that is remembered, also those that are gone.
    pub(crate) async fn runner_names(&self) -> Result<BTreeMap<RunnerId, HolderName>, Problem> {
        let all = self.store.runners_list(Timestamp::EPOCH).await?;
        Ok(all.into_iter().map(|runner| (runner.id, runner.name)).collect())
    }

    /// The earlier before the later.
    pub(crate) async fn decisions(&self, subject: Subject) -> Result<Vec<DecisionLine>, Problem> {
        let mut decisions = self.store.decisions_list(subject, DECISIONS_SHOWN).await?;
        decisions.reverse();
        Ok(decisions.into_iter().map(DecisionLine::from).collect())
    }
}

#[cfg(test)]
mod tests;

//! Projects, their repositories and their public keys, as people keep them by hand.
//!
//! A location never has a password in it: it is shown, logged, and handed to runners.

mod keys;

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::project::{Project, Repository};
use signalbox_runtime::{Clock, IdSource};
use signalbox_store::Store;

use crate::Problem;
use crate::location;
use crate::scope;
use crate::views::{NewProject, NewRepository};

#[derive(Clone)]
pub struct Projects {
    store: Store,
    clock: Clock,
    ids: IdSource,
}

impl Projects {
    pub fn new(store: Store, clock: Clock, ids: IdSource) -> Self {
        Self { store, clock, ids }
    }

    /// The projects that this actor may read, by name.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Project>, Problem> {
        let only = scope::readable(actor, None)?;
        let all = self.store.projects_list().await?;
        Ok(all.into_iter().filter(|project| only.is_none_or(|only| only == project.id)).collect())
    }

    /// The project of this name, made if there is none.
    pub async fn ensure(&self, actor: &Actor, wish: &NewProject) -> Result<Project, Problem> {
        actor.authorize(Action::Operate, Target::System)?;
        Ok(self.store.project_ensure(&wish.name, self.ids.next::<ProjectId>(), self.clock.now()).await?)
    }

    pub async fn repositories(
        &self,
        actor: &Actor,
        project: &ProjectName,
    ) -> Result<Vec<Repository>, Problem> {
        let project = self.project(actor, Action::Read, project).await?;
        Ok(self.store.repositories_list(project.id).await?)
    }

    /// Adds a repository to a project, or moves it to where it is now.
    pub async fn repository_put(
        &self,
        actor: &Actor,
        project: &ProjectName,
        wish: NewRepository,
    ) -> Result<Repository, Problem> {
        let project = self.project(actor, Action::Operate, project).await?;
        location::check_location(&wish.location)?;
        location::check_branch(&wish.default_branch)?;
        let repository = Repository {
            id: self.ids.next(),
            project: project.id,
            name: wish.name,
            location: wish.location,
            default_branch: wish.default_branch,
        };
        Ok(self.store.repository_put(&repository, self.clock.now()).await?)
    }

    /// Whoever may not touch a project is not told whether it is there.
    async fn project(&self, actor: &Actor, action: Action, name: &ProjectName) -> Result<Project, Problem> {
        let found = self.store.project_find(name).await?;
        let target = found.as_ref().map_or(Target::System, |project| Target::Project(project.id));
        actor.authorize(action, target)?;
        found.ok_or_else(|| Problem::missing("project", name))
    }
}

#[cfg(test)]
mod tests;

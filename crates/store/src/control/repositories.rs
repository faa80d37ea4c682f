//! Repositories of a project, by name. A repository that is put again keeps its first id: tasks refer to it.

use signalbox_domain::ids::{ProjectId, RepositoryId};
use signalbox_domain::names::RepositoryName;
use signalbox_domain::project::Repository;
use signalbox_domain::time::Timestamp;

use super::LONGEST_LIST;
use super::row::RepositoryRow;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;

impl Store {
    /// Makes the repository or moves it to where it is now; returns it as kept, with the id of its first put. Signals of the
    /// project that waited for a repository are planned again.
    pub async fn repository_put(
        &self,
        repository: &Repository,
        now: Timestamp,
    ) -> Result<Repository, StoreError> {
        let mut step = self.write(Method::RepositoryPut).await?;
        execute!(
            step,
            "queries/control/repository_put.sqlite.sql",
            "queries/control/repository_put.postgres.sql",
            repository.id.uuid(),
            repository.project.uuid(),
            repository.name.as_str(),
            repository.location,
            repository.default_branch,
            now.micros()
        )?;
        execute!(
            step,
            "queries/control/project_replan.sqlite.sql",
            "queries/control/project_replan.postgres.sql",
            repository.project.uuid()
        )?;
        let kept = find_within(&mut step, repository.project, &repository.name).await?;
        step.commit().await?;
        kept.ok_or_else(|| StoreError::Missing { what: "repository", id: repository.name.to_string() })
    }

    pub async fn repository_find(
        &self,
        project: ProjectId,
        name: &RepositoryName,
    ) -> Result<Option<Repository>, StoreError> {
        let mut step = self.read(Method::RepositoryFind).await?;
        find_within(&mut step, project, name).await
    }

    pub async fn repository_show(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError> {
        let mut step = self.read(Method::RepositoryShow).await?;
        let row = fetch_optional!(
            step,
            RepositoryRow,
            "queries/control/repository_show.sqlite.sql",
            "queries/control/repository_show.postgres.sql",
            id.uuid()
        )?;
        row.map(Repository::try_from).transpose()
    }

    /// All repositories of a project, by name.
    pub async fn repositories_list(&self, project: ProjectId) -> Result<Vec<Repository>, StoreError> {
        let mut step = self.read(Method::RepositoriesList).await?;
        repositories_within(&mut step, project).await
    }
}

/// For the planner, which routes within the snapshot that it decides on.
pub(crate) async fn repositories_within(
    step: &mut Step,
    project: ProjectId,
) -> Result<Vec<Repository>, StoreError> {
    let rows = fetch_all!(
        step,
        RepositoryRow,
        "queries/control/repositories_list.sqlite.sql",
        "queries/control/repositories_list.postgres.sql",
        project.uuid(),
        LONGEST_LIST
    )?;
    rows.into_iter().map(Repository::try_from).collect()
}

async fn find_within(
    step: &mut Step,
    project: ProjectId,
    name: &RepositoryName,
) -> Result<Option<Repository>, StoreError> {
    let row = fetch_optional!(
        step,
        RepositoryRow,
        "queries/control/repository_find.sqlite.sql",
        "queries/control/repository_find.postgres.sql",
        project.uuid(),
        name.as_str()
    )?;
    row.map(Repository::try_from).transpose()
}

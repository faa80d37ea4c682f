//! Projects: made at their first mention, never removed.

use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::project::Project;
use signalbox_domain::time::Timestamp;

use super::LONGEST_LIST;
use super::row::ProjectRow;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;

impl Store {
    /// The project of this name; made under `id` if there is none yet.
    pub async fn project_ensure(
        &self,
        name: &ProjectName,
        id: ProjectId,
        now: Timestamp,
    ) -> Result<Project, StoreError> {
        let mut step = self.write(Method::ProjectEnsure).await?;
        execute!(
            step,
            "queries/control/project_insert.sqlite.sql",
            "queries/control/project_insert.postgres.sql",
            id.uuid(),
            name.as_str(),
            now.micros()
        )?;
        let project = find_within(&mut step, name).await?;
        step.commit().await?;
        project.ok_or_else(|| StoreError::Missing { what: "project", id: name.to_string() })
    }

    pub async fn project_find(&self, name: &ProjectName) -> Result<Option<Project>, StoreError> {
        let mut step = self.read(Method::ProjectFind).await?;
        find_within(&mut step, name).await
    }

    /// All projects, by name.
    pub async fn projects_list(&self) -> Result<Vec<Project>, StoreError> {
        let mut step = self.read(Method::ProjectsList).await?;
        let rows = fetch_all!(
            step,
            ProjectRow,
            "queries/control/projects_list.sqlite.sql",
            "queries/control/projects_list.postgres.sql",
            LONGEST_LIST
        )?;
        rows.into_iter().map(Project::try_from).collect()
    }
}

async fn find_within(step: &mut Step, name: &ProjectName) -> Result<Option<Project>, StoreError> {
    let row = fetch_optional!(
        step,
        ProjectRow,
        "queries/control/project_find.sqlite.sql",
        "queries/control/project_find.postgres.sql",
        name.as_str()
    )?;
    row.map(Project::try_from).transpose()
}

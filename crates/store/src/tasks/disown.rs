//! A person says that a task is not theirs: they are taken off it, and of its likeliest file it is remembered. Called by the
//! use cases of people alone.

use signalbox_domain::decision::Decision;
use signalbox_domain::ids::{PersonId, RepositoryId, TaskId};
use signalbox_domain::time::Timestamp;

use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::execute;

/// What is kept of it.
#[derive(Debug, Clone, Copy)]
pub struct Disown<'a> {
    pub person: PersonId,
    /// The file that the task is about, where one is known.
    pub file: Option<(RepositoryId, &'a str)>,
    pub decision: &'a Decision,
}

impl Store {
    /// Whether the task was theirs until now.
    pub async fn task_disown(
        &self,
        task: TaskId,
        disown: Disown<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut step = self.write(Method::TaskDisown).await?;
        let taken_off = execute!(
            step,
            "queries/tasks/unassign.sqlite.sql",
            "queries/tasks/unassign.postgres.sql",
            task.uuid(),
            disown.person.uuid(),
            now.micros()
        )?;
        if let Some((repository, path)) = disown.file {
            execute!(
                step,
                "queries/tasks/not_owner_put.sqlite.sql",
                "queries/tasks/not_owner_put.postgres.sql",
                repository.uuid(),
                path,
                disown.person.uuid(),
                now.micros()
            )?;
        }
        decisions::record_within(&mut step, std::slice::from_ref(disown.decision)).await?;
        step.commit().await?;
        Ok(taken_off == 1)
    }
}

//! What is known beside a task's brief: the lines that it is about, for whoever opens another, and its context, for those
//! who work on it. Written once, with the task.

use signalbox_domain::change::TouchedLines;
use signalbox_domain::context::Context;
use signalbox_domain::form::{FormError, from_form};
use signalbox_domain::ids::TaskId;

use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_optional};
use crate::step::Step;

/// What is kept beside a task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskContext {
    /// The likeliest first.
    pub places: Vec<TouchedLines>,
    pub context: Context,
}

struct ContextRow {
    places: String,
    context: String,
}

impl Store {
    /// None where the task was not opened for a case.
    pub async fn task_context(&self, task: TaskId) -> Result<Option<TaskContext>, StoreError> {
        let mut step = self.read(Method::TaskContext).await?;
        let row = fetch_optional!(
            step,
            ContextRow,
            "queries/tasks/context.sqlite.sql",
            "queries/tasks/context.postgres.sql",
            task.uuid()
        )?;
        let read = |row: ContextRow| -> Result<TaskContext, FormError> {
            Ok(TaskContext { places: from_form(&row.places)?, context: from_form(&row.context)? })
        };
        row.map(read).transpose().map_err(|source| StoreError::damaged("context", source))
    }
}

pub(crate) async fn context_within(
    step: &mut Step,
    task: TaskId,
    places: &Vec<TouchedLines>,
    context: &Context,
) -> Result<(), StoreError> {
    let (places, context) = (column::form(places)?, column::form(context)?);
    execute!(
        step,
        "queries/tasks/context_put.sqlite.sql",
        "queries/tasks/context_put.postgres.sql",
        task.uuid(),
        places,
        context
    )
    .map(drop)
}

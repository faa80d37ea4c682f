//! The border to the rest of the house: what the planner would do now. Only whoever has its settings knows.

use std::future::Future;
use std::pin::Pin;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::plan::PlanSummary;

/// An answer under way; an error is for the log, and was written there.
pub type Foreseeing<'a> = Pin<Box<dyn Future<Output = Result<PlanSummary, Unforeseen>> + Send + 'a>>;

/// The planner could not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unforeseen;

/// The planner of this process's settings.
pub trait Foresight: Send + Sync + 'static {
    /// The plan that it would write for a project; nothing is written.
    fn foresee(&self, project: ProjectId) -> Foreseeing<'_>;
}

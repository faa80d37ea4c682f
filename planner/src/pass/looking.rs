//! A plan that opens tasks is made twice: once to know which cases those are, and again with what their code says. What is
//! read changes briefs alone, never which task is opened.

use signalbox_runtime::IdSource;
use signalbox_store::planner::PlanCommit;

use crate::code::{CodeByCase, Reader, Subject};
use crate::plan::{Decided, decide, reads_of};

pub(super) async fn decided(reader: Option<&Reader>, from: &Decided<'_>, ids: &IdSource) -> PlanCommit {
    let plan = decide(from, ids);
    let Some(reader) = reader.filter(|_| !plan.tasks.is_empty()) else { return plan };
    let (mut code, deadline) = (CodeByCase::new(), reader.deadline());
    for task in &plan.tasks {
        let of = (task.case.map(|on| on.case), task.repository);
        let (Some(case), Some(repository)) = of else { continue };
        let Some(repository) = from.input.repositories.iter().find(|one| one.id == repository) else {
            continue;
        };
        let Some((read, first_seen)) = reads_of(from, case) else { continue };
        let subject = Subject { repository, read, first_seen };
        code.insert(case, reader.look(&subject, deadline).await);
    }
    decide(&Decided { code: &code, ..*from }, ids)
}

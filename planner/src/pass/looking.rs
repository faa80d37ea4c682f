//! A plan that opens tasks is made again with what their code says: it may show that somebody works on the same lines
//! already, and then another case has the room. Cases that could be of several repositories are looked for in the files of
//! all of them. Bounded in rounds and in time.

use signalbox_domain::context::{LinkKind, Work};
use signalbox_domain::decision::Subject as About;
use signalbox_domain::ids::{CaseId, RepositoryId};
use signalbox_runtime::{BootTime, IdSource};
use signalbox_store::planner::PlanCommit;

use crate::code::{CodeByCase, Reader, Subject};
use crate::compose::kind_of;
use crate::gates::SEVERAL;
use crate::plan::{Decided, decide, reads_of};

/// How often a plan is made anew for what was read.
const ROUNDS: usize = 4;
/// Repositories of a project whose files are looked at.
const MOST_REPOSITORIES: usize = 100;

pub(crate) async fn decided(reader: Option<&Reader>, from: &Decided<'_>, ids: &IdSource) -> PlanCommit {
    let mut plan = decide(from, ids);
    let Some(reader) = reader else { return plan };
    let (mut code, deadline) = (CodeByCase::new(), reader.deadline());
    for _ in 0..ROUNDS {
        let read = look(reader, from, &plan, &mut code, deadline).await;
        let routed = trees(reader, from, &plan, &mut code, deadline).await;
        if !read && !routed {
            break;
        }
        plan = decide(&Decided { code: &code, ..*from }, ids);
    }
    plan
}

/// The code of what becomes a task, or would; whether there was anything new to read.
async fn look(
    reader: &Reader,
    from: &Decided<'_>,
    plan: &PlanCommit,
    code: &mut CodeByCase,
    deadline: BootTime,
) -> bool {
    let mut has_read = false;
    for (case, repository) in wanted(from, plan) {
        let Some(repository) = from.input.repositories.iter().find(|one| one.id == repository) else {
            continue;
        };
        if code.get(&case).is_some() {
            continue;
        }
        let Some((read, first_seen)) = reads_of(from, case) else { continue };
        let (kind, people) = (kind_of(&read), from.facts.beside.people.as_slice());
        let subject = Subject { repository, read, first_seen, people, kind };
        code.looked.insert(case, reader.look(&subject, deadline).await);
        has_read = true;
    }
    has_read
}

/// Cases that become tasks, and such as are left to others for the lines that they are about: those are told closer by the
/// code than by a stack alone.
fn wanted(from: &Decided<'_>, plan: &PlanCommit) -> Vec<(CaseId, RepositoryId)> {
    let opened = plan.tasks.iter().filter_map(|task| Some((task.case?.case, task.repository?)));
    let of_work = |work: Work| {
        let known = from.facts.beside.work.iter().find(|one| one.work == work);
        let of_plan = || plan.tasks.iter().find(|task| Work::Task(task.id) == work);
        known.map_or_else(|| of_plan().and_then(|task| task.repository), |known| known.repository)
    };
    let by_lines = plan.evidence.links.iter().filter(|link| link.how == LinkKind::Lines);
    opened.chain(by_lines.filter_map(|link| Some((link.case, of_work(link.work)?)))).collect()
}

/// The files of every repository, where a case waits for one of several; once a plan.
async fn trees(
    reader: &Reader,
    from: &Decided<'_>,
    plan: &PlanCommit,
    code: &mut CodeByCase,
    deadline: BootTime,
) -> bool {
    if !code.trees.is_empty() || !waits(plan) {
        return false;
    }
    for repository in from.input.repositories.iter().take(MOST_REPOSITORIES) {
        if let Some(tree) = reader.newest(repository, deadline).await {
            code.trees.insert(repository.id, tree);
        }
    }
    !code.trees.is_empty()
}

fn waits(plan: &PlanCommit) -> bool {
    let waits = |about: About, code: &str| matches!(about, About::Case(_)) && code == SEVERAL;
    plan.decisions.iter().any(|one| waits(one.subject, one.reason.code.as_str()))
}

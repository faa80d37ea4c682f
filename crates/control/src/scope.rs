//! What a list shows to whom: somebody of one project reads that project, whatever they asked for.

use signalbox_domain::access::{Action, Actor, Denied, Scope, Target};
use signalbox_domain::ids::ProjectId;

/// The project that a list is limited to; none for everything.
pub(crate) fn readable(actor: &Actor, wanted: Option<ProjectId>) -> Result<Option<ProjectId>, Denied> {
    let wanted = wanted.or(own_project(actor));
    actor.authorize(Action::Read, wanted.map_or(Target::System, Target::Project))?;
    Ok(wanted)
}

/// The one project that somebody is limited to.
pub(crate) fn own_project(actor: &Actor) -> Option<ProjectId> {
    match actor.scope {
        Scope::Project { project } => Some(project),
        Scope::Everything | Scope::Run { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use signalbox_domain::access::Role;
    use uuid::Uuid;

    use super::*;
    use crate::local;

    #[test]
    fn somebody_of_one_project_reads_that_one() {
        let project = |n| ProjectId::from_uuid(Uuid::from_u128(n));
        let of_one = Actor { role: Role::Viewer, scope: Scope::Project { project: project(1) }, ..local() };
        assert_eq!(readable(&of_one, None), Ok(Some(project(1))));
        assert_eq!(readable(&of_one, Some(project(2))), Err(Denied::Project));
        assert_eq!(readable(&local(), None), Ok(None));
        let runner = Actor { role: Role::Runner, ..local() };
        assert!(matches!(readable(&runner, None), Err(Denied::Role { .. })));
    }
}

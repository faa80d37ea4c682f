//! A person says in which repository a case's cause is. It stays so for the case, and later cases learn from it.

use signalbox_domain::access::Actor;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::CaseId;
use signalbox_store::planner::{CasePick, CaseRuled};

use super::Cases;
use crate::Problem;
use crate::views::{CaseDecided, PickRepository};
use crate::wakes::OUTCOMES;

impl Cases {
    pub async fn pick(
        &self,
        actor: &Actor,
        id: CaseId,
        ask: &PickRepository,
    ) -> Result<CaseDecided, Problem> {
        let record = self.decidable(actor, id).await?;
        let found = self.store.repository_find(record.case.project, &ask.repository).await?;
        let repository = found.ok_or_else(|| Problem::missing("repository", &ask.repository))?;
        if let Some((task, _)) = record.tasks.last().filter(|(_, state)| state.is_live()) {
            return Err(Problem::Conflict(format!("{task} works on it already: cancel it first")));
        }
        let now = self.clock.now();
        let words = format!("{} said that its cause is in {}", actor.name, repository.name);
        let decisions = [self.decided(Subject::Case(id), "repository-picked", words.clone(), now)];
        let pick = CasePick {
            case: id,
            seen: Some(ask.version.unwrap_or(record.version)),
            repository: repository.id,
            decisions: &decisions,
            now,
        };
        match self.store.case_pick(&pick).await? {
            CaseRuled::Yes { state, version } => {
                self.wakeups.wake(OUTCOMES);
                Ok(CaseDecided { case: id, state, version, words })
            }
            CaseRuled::Overtaken { version } => Err(super::overtaken(id, version)),
        }
    }
}

#[cfg(test)]
mod tests {
    use signalbox_domain::access::Role;

    use super::*;
    use crate::fixture::{Fixture, actor};

    #[tokio::test]
    async fn a_person_says_where_a_cause_is_and_it_stays_with_the_case() {
        let fixture = Fixture::new().await;
        let (signal, _) = fixture.signal("one").await;
        let (case, _) = fixture.plan(signal, "several-repositories", None).await;
        let (cases, ada) = (fixture.cases(), actor(Role::Engineer));
        let ask = |name: &str| PickRepository { repository: name.parse().unwrap(), version: Some(0) };
        assert!(matches!(cases.pick(&ada, case, &ask("acme/none")).await, Err(Problem::Missing { .. })));
        let picked = cases.pick(&ada, case, &ask("acme/shop")).await.unwrap();
        assert_eq!(picked.version, 1);
        assert!(picked.words.ends_with("said that its cause is in acme/shop"), "{}", picked.words);
        let record = fixture.store.case_show(case).await.unwrap().unwrap();
        let (project, name) = (record.case.project, "acme/shop".parse().unwrap());
        let repository = fixture.store.repository_find(project, &name).await.unwrap().unwrap();
        assert_eq!(record.picked, Some(repository.id));
        assert!(
            matches!(cases.pick(&ada, case, &ask("acme/shop")).await, Err(Problem::Conflict(_))),
            "seen 0"
        );
        let viewer = actor(Role::Viewer);
        assert!(matches!(cases.pick(&viewer, case, &ask("acme/shop")).await, Err(Problem::Denied(_))));
    }
}

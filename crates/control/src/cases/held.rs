//! A held signal let go: a person says that it is work although its records say otherwise.

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::SignalId;
use signalbox_domain::signal::HoldReason;

use super::Cases;
use crate::Problem;
use crate::views::SignalReleased;
use crate::wakes::OUTCOMES;

impl Cases {
    /// It may become work from now on. What is about single records (their age, their host) holds it no more; what its sender
    /// thinks of all of it holds it again as soon as a newer record says so.
    pub async fn release(&self, actor: &Actor, id: SignalId) -> Result<SignalReleased, Problem> {
        let found = self.store.signal_show(id).await?;
        let (record, _) = found.ok_or_else(|| Problem::missing("signal", &id))?;
        actor.authorize(Action::DecideCases, Target::Project(record.signal.key.project))?;
        let Some(hold) = record.signal.hold else {
            return Err(Problem::Conflict(format!("nothing holds {id}")));
        };
        let words = format!("{} let it go; it was held: {}", actor.name, words(hold));
        let decision = self.decided(Subject::Signal(id), "released", words.clone(), self.clock.now());
        if !self.store.signal_release(id, &decision).await? {
            return Err(Problem::Conflict(format!("nothing holds {id}")));
        }
        self.wakeups.wake(OUTCOMES);
        Ok(SignalReleased { signal: id, was_held: hold, words })
    }
}

fn words(hold: HoldReason) -> &'static str {
    match hold {
        HoldReason::HistoricalMigration => "its records were moved here from elsewhere",
        HoldReason::TooOld => "its records were too old when they came",
        HoldReason::DevelopmentHost => "it was seen where the product is developed",
        HoldReason::UpstreamResolved => "its tracker has it as resolved",
        HoldReason::UpstreamArchived => "its tracker has it as archived",
        HoldReason::UpstreamAssigned => "somebody works on it in its tracker",
        HoldReason::OtherBranch => "it was seen on a branch that is not the default one",
    }
}

#[cfg(test)]
mod tests {
    use signalbox_domain::access::Role;

    use super::*;
    use crate::fixture::{Fixture, actor};

    #[tokio::test]
    async fn a_held_signal_is_let_go_once_and_says_by_whom() {
        let fixture = Fixture::new().await;
        let id = fixture.held_signal("It broke", HoldReason::DevelopmentHost).await;
        let cases = fixture.cases();
        assert_eq!(cases.release(&actor(Role::Viewer), id).await.unwrap_err().code(), "denied");
        let released = cases.release(&actor(Role::Engineer), id).await.unwrap();
        assert_eq!((released.signal, released.was_held), (id, HoldReason::DevelopmentHost));
        let view = fixture.reads().signal(&actor(Role::Viewer), id).await.unwrap();
        assert_eq!(view.signal.hold, None);
        let told: Vec<(&str, &str)> =
            view.decisions.iter().map(|one| (one.code.as_str(), one.words.as_str())).collect();
        assert_eq!(
            told,
            [("released", "local let it go; it was held: it was seen where the product is developed")]
        );
        assert_eq!(cases.release(&actor(Role::Engineer), id).await.unwrap_err().code(), "conflict");
        let nobodys = fixture.ids.next();
        assert_eq!(cases.release(&actor(Role::Engineer), nobodys).await.unwrap_err().code(), "not_found");
    }
}

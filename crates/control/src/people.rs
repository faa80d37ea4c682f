//! The team, as far as owners of code are recognised: by forge logins and addresses of commits. Whoever keeps the house
//! running writes it down.

use std::collections::BTreeSet;

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_domain::project::Person;
use signalbox_runtime::{Clock, IdSource};
use signalbox_store::{Store, StoreError};

use crate::Problem;
use crate::views::{Listing, PersonLine, PutPerson};

const LONGEST_NAME: usize = 100;
const LONGEST_MARK: usize = 254;
const MOST_MARKS: usize = 50;

#[derive(Clone)]
pub struct People {
    store: Store,
    clock: Clock,
    ids: IdSource,
}

impl People {
    pub fn new(store: Store, clock: Clock, ids: IdSource) -> Self {
        Self { store, clock, ids }
    }

    /// Keeps a person; a known name gets these logins and addresses in place of the ones that it had.
    pub async fn put(&self, actor: &Actor, ask: &PutPerson) -> Result<PersonLine, Problem> {
        actor.authorize(Action::Operate, Target::System)?;
        let name = ask.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Problem::invalid("name", format!("1 to {LONGEST_NAME} characters")));
        }
        let person = Person {
            id: self.ids.next(),
            name: name.to_owned(),
            logins: marks("logins", &ask.logins)?,
            emails: marks("emails", &ask.emails)?,
        };
        Ok(line(self.store.person_put(&person, self.clock.now()).await?))
    }

    pub async fn list(&self, actor: &Actor) -> Result<Listing<PersonLine>, Problem> {
        actor.authorize(Action::Read, Target::System)?;
        let people = self.store.people_list().await?;
        Ok(Listing { items: people.into_iter().map(line).collect(), next: None })
    }
}

/// The person that an actor is: one is called as their token is.
pub(crate) async fn person_of(store: &Store, actor: &Actor) -> Result<Option<Person>, StoreError> {
    let people = store.people_list().await?;
    Ok(people.into_iter().find(|person| person.name == actor.name.as_str()))
}

fn line(person: Person) -> PersonLine {
    let Person { id, name, emails, logins } = person;
    PersonLine { id, name, logins, emails }
}

fn marks(at: &str, marks: &[String]) -> Result<Vec<String>, Problem> {
    let plain = |mark: &&str| {
        (1..=LONGEST_MARK).contains(&mark.len()) && !mark.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    let trimmed: Vec<&str> = marks.iter().map(|mark| mark.trim().trim_start_matches('@')).collect();
    if marks.len() > MOST_MARKS || !trimmed.iter().all(plain) {
        let expected = format!("at most {MOST_MARKS}, each of 1 to {LONGEST_MARK} bytes without spaces");
        return Err(Problem::invalid(at, expected));
    }
    let distinct: BTreeSet<&str> = trimmed.into_iter().collect();
    Ok(distinct.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use signalbox_domain::access::Role;

    use super::*;
    use crate::fixture::{Fixture, actor};

    fn ask(name: &str, login: &str, email: &str) -> PutPerson {
        PutPerson { name: name.to_owned(), logins: vec![login.to_owned()], emails: vec![email.to_owned()] }
    }

    #[tokio::test]
    async fn people_are_kept_by_name_and_shown_to_whoever_reads() {
        let fixture = Fixture::new().await;
        let people = fixture.people();
        let operator = actor(Role::Operator);
        let ada = people.put(&operator, &ask("ada", "@ada", "ada@acme.example")).await.unwrap();
        assert_eq!((ada.logins.as_slice(), ada.emails.len()), (["ada".to_owned()].as_slice(), 1));
        let again = people.put(&operator, &ask("ada", "ada-l", "ada@acme.example")).await.unwrap();
        assert_eq!((again.id, again.logins.as_slice()), (ada.id, ["ada-l".to_owned()].as_slice()));
        let viewer = actor(Role::Viewer);
        assert_eq!(people.list(&viewer).await.unwrap().items, [again]);
        assert!(matches!(people.put(&viewer, &ask("b", "b", "b")).await, Err(Problem::Denied(_))));
        for wrong in [ask("", "a", "a"), ask("a", "a b", "a"), ask("a", "a", "")] {
            assert!(matches!(people.put(&operator, &wrong).await, Err(Problem::Invalid { .. })), "{wrong:?}");
        }
    }
}

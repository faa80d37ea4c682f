//! People. The row's id and name are the person's; the document holds the rest.

use signalbox_domain::project::Person;
use signalbox_domain::time::Timestamp;

use super::LONGEST_LIST;
use super::row::PersonRow;
use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;

impl Store {
    /// Keeps a person. A known id may get a new name; a known name keeps its first id, with which it is returned.
    pub async fn person_put(&self, person: &Person, now: Timestamp) -> Result<Person, StoreError> {
        let document = column::form(person)?;
        let mut step = self.write(Method::PersonPut).await?;
        let renamed = execute!(
            step,
            "queries/control/person_rename.sqlite.sql",
            "queries/control/person_rename.postgres.sql",
            person.id.uuid(),
            person.name,
            document
        )?;
        if renamed == 0 {
            execute!(
                step,
                "queries/control/person_insert.sqlite.sql",
                "queries/control/person_insert.postgres.sql",
                person.id.uuid(),
                person.name,
                document,
                now.micros()
            )?;
        }
        let row = fetch_optional!(
            step,
            PersonRow,
            "queries/control/person_find.sqlite.sql",
            "queries/control/person_find.postgres.sql",
            person.name
        )?;
        step.commit().await?;
        let row = row.ok_or_else(|| StoreError::Missing { what: "person", id: person.id.to_string() })?;
        Person::try_from(row)
    }

    /// All people, by name.
    pub async fn people_list(&self) -> Result<Vec<Person>, StoreError> {
        let mut step = self.read(Method::PeopleList).await?;
        people_within(&mut step).await
    }
}

/// For the planner, which looks for owners among them.
pub(crate) async fn people_within(step: &mut Step) -> Result<Vec<Person>, StoreError> {
    let rows = fetch_all!(
        step,
        PersonRow,
        "queries/control/people_list.sqlite.sql",
        "queries/control/people_list.postgres.sql",
        LONGEST_LIST
    )?;
    rows.into_iter().map(Person::try_from).collect()
}

//! `signalbox person list|put`.

use signalbox_control::views::{Listing, PersonLine, PutPerson};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::Face;
use crate::cli::{People, PersonCommand};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Table, list, plain};

pub(crate) async fn run(people: &People, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&people.ask, settings).await?;
    let done = match &people.command {
        PersonCommand::List => {
            let told = face.client.get("/people").await;
            told.and_then(|told| face.show(&told, lines))
        }
        PersonCommand::Put { name, logins, emails } => {
            let ask = PutPerson { name: name.clone(), logins: logins.clone(), emails: emails.clone() };
            let told = face.client.post("/people", &ask).await;
            told.and_then(|told| face.show(&told, kept))
        }
    };
    face.close(done).await
}

fn kept(person: &PersonLine, _now: Timestamp) -> String {
    format!("{} is kept as {}", plain(&person.name), person.id)
}

fn lines(listing: &Listing<PersonLine>, _now: Timestamp) -> String {
    let mut table = Table::new(["PERSON", "NAME", "LOGINS", "ADDRESSES"]);
    for person in &listing.items {
        let PersonLine { id, name, logins, emails } = person;
        table.row(&[id.to_string(), name.clone(), logins.join(", "), emails.join(", ")]);
    }
    list(&table, "nobody yet", None)
}

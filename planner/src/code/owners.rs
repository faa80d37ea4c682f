//! Who answers for some files: by CODEOWNERS, then by who changed them most of late; and who of the team that is. Addresses
//! of commits are compared here and go no further. Pure but for the reading.

use std::collections::BTreeMap;

use signalbox_domain::code::{CodeOwner, OwnedBy};
use signalbox_domain::ids::PersonId;
use signalbox_domain::project::Person;
use signalbox_workspace::reading::{CODE_OWNERS, CodeOwners, LogEntry};
use signalbox_workspace::{CommitId, Repository as Bare, WorkspaceError};

/// Commits of the history that say who works on these files.
const HISTORY: usize = 100;
const MOST_OWNERS: usize = 10;
const MOST_AUTHORS: usize = 3;

pub(super) async fn owners(
    bare: &Bare,
    commit: &CommitId,
    paths: &[String],
    people: &[Person],
) -> Result<Vec<CodeOwner>, WorkspaceError> {
    let mut owners: Vec<CodeOwner> = Vec::new();
    for name in named(bare, commit, paths).await? {
        if owners.len() < MOST_OWNERS && !owners.iter().any(|known| known.name == name) {
            let person = by_name(&name, people);
            owners.push(CodeOwner { name, by: OwnedBy::CodeOwners, person });
        }
    }
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let history = bare.history(None, commit, &paths, HISTORY).await?;
    owners.extend(authors(&history, people));
    Ok(owners)
}

/// As the first CODEOWNERS that there is writes them.
async fn named(bare: &Bare, commit: &CommitId, paths: &[String]) -> Result<Vec<String>, WorkspaceError> {
    for file in CODE_OWNERS {
        let Ok(source) = bare.source_at(commit, file).await? else { continue };
        let rules = CodeOwners::parse(&source.text);
        return Ok(paths.iter().flat_map(|path| rules.of(path)).cloned().collect());
    }
    Ok(Vec::new())
}

/// Those who changed the files most; one of the team is one author under all of their addresses.
fn authors(history: &[LogEntry], people: &[Person]) -> Vec<CodeOwner> {
    let mut counts: BTreeMap<(Option<PersonId>, &str), (u64, &str)> = BTreeMap::new();
    for entry in history {
        let person = by_address(&entry.email, people);
        let name = if person.is_some() { "" } else { entry.author.as_str() };
        counts.entry((person, name)).or_insert((0, entry.author.as_str())).0 += 1;
    }
    let mut authors: Vec<CodeOwner> = counts
        .into_iter()
        .map(|((person, _), (commits, name))| CodeOwner {
            name: name.to_owned(),
            by: OwnedBy::Commits(commits),
            person,
        })
        .collect();
    let commits = |owner: &CodeOwner| match owner.by {
        OwnedBy::Commits(commits) => commits,
        OwnedBy::CodeOwners => u64::MAX,
    };
    authors.sort_by(|a, b| commits(b).cmp(&commits(a)).then_with(|| a.name.cmp(&b.name)));
    authors.truncate(MOST_AUTHORS);
    authors
}

/// `@login`, or an address. A team is nobody in particular.
fn by_name(name: &str, people: &[Person]) -> Option<PersonId> {
    match name.strip_prefix('@') {
        Some(login) => one(people, |person| has(&person.logins, login)),
        None => by_address(name, people),
    }
}

fn by_address(address: &str, people: &[Person]) -> Option<PersonId> {
    one(people, |person| has(&person.emails, address))
}

fn has(known: &[String], wanted: &str) -> bool {
    !wanted.is_empty() && known.iter().any(|one| one.trim_start_matches('@').eq_ignore_ascii_case(wanted))
}

/// Of two who say the same of themselves it is neither.
fn one(people: &[Person], is: impl Fn(&Person) -> bool) -> Option<PersonId> {
    let mut found = people.iter().filter(|person| is(person));
    let first = found.next()?;
    found.next().is_none().then_some(first.id)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(n: u128, login: &str, emails: &[&str]) -> Person {
        Person {
            id: PersonId::from_uuid(Uuid::from_u128(n)),
            name: login.to_owned(),
            emails: emails.iter().map(|email| (*email).to_owned()).collect(),
            logins: vec![login.to_owned()],
        }
    }

    #[test]
    fn owners_are_known_by_login_and_address_and_teams_are_nobody() {
        let people = [person(1, "Ada", &["ada@acme.example"]), person(2, "ben", &["b@x.example"])];
        for (name, expect) in [
            ("@ada", Some(people[0].id)),
            ("ADA@acme.example", Some(people[0].id)),
            ("@acme/cart", None),
            ("@", None),
            ("", None),
            ("ada", None),
        ] {
            assert_eq!(by_name(name, &people), expect, "{name}");
        }
        let twice = [person(1, "ada", &[]), person(2, "ada", &[])];
        assert_eq!(by_name("@ada", &twice), None, "two who are called the same");
    }
}

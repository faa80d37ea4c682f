//! What git says about a case's places, in sections. Written by whoever may push to the repository. Pure.

use signalbox_domain::code::{CodeFacts, CodeOwner, CommitOf, Excerpt, OwnedBy, SuspectCommit};
use signalbox_domain::provenance::Provenance;

use super::parts::{counted, quoted};
use super::section::{Section, Worth};
use super::text::inline;
use crate::code::Looked;

/// Digits of a commit that people read.
const DIGITS: usize = 12;

/// Before the places: what they were looked up in.
pub(super) fn read_at(facts: &CodeFacts) -> String {
    let commit = short(&facts.commit);
    match facts.of {
        CommitOf::Release => format!("Files of the release's commit {commit}. "),
        CommitOf::ReleaseTag => format!("Files of the commit that the release's tag names, {commit}. "),
        CommitOf::DefaultBranch => {
            format!(
                "Files of the default branch at {commit}: the release names no commit, so lines may differ. "
            )
        }
    }
}

pub(super) fn not_read(looked: Option<&Looked>) -> String {
    match looked {
        Some(Looked::Failed(why)) => {
            format!("As they are written there; the repository was not read: {}. ", inline(why))
        }
        Some(Looked::Found(facts)) => {
            format!(
                "As they are written there; none is a file of the repository at {}. ",
                short(&facts.commit)
            )
        }
        None => "As they are written there; the repository was not read. ".to_owned(),
    }
}

pub(super) fn sections(facts: &CodeFacts) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut add = |heading: &str, lead: &str, lines: Vec<String>, worth: Worth| {
        if !lines.is_empty() {
            sections.push(quoted(heading, lead, lines.join("\n"), Provenance::Repository, worth));
        }
    };
    let code = facts.excerpts.iter().flat_map(excerpt).collect();
    add("The code", "`>` marks the line:", code, Worth::Telling);
    let lead = "Commits that wrote these lines before the first record, the likeliest first:";
    add("Suspect commits", lead, facts.suspects.iter().map(suspect).collect(), Worth::Telling);
    let owners = facts.owners.iter().map(owner).collect();
    add("Owners", "", owners, Worth::Helpful);
    add("Tests near by", "", facts.tests.clone(), Worth::Helpful);
    sections
}

fn excerpt(of: &Excerpt) -> Vec<String> {
    let function = of.function.as_ref().map_or(String::new(), |of| format!(", in {}", of.name));
    let mut lines = vec![format!("{}:{}{function}", of.path, of.line)];
    lines.extend(of.lines.iter().map(|one| {
        let mark = if one.line == of.line { '>' } else { ' ' };
        format!("{mark} {:>5}  {}", one.line, one.text)
    }));
    lines.push(String::new());
    lines
}

fn owner(of: &CodeOwner) -> String {
    let by = match of.by {
        OwnedBy::CodeOwners => "CODEOWNERS".to_owned(),
        OwnedBy::Commits(commits) => format!("{} to these files", counted(commits, "commit")),
    };
    let known = if of.person.is_some() { ", of the team" } else { "" };
    format!("{} ({by}{known})", of.name)
}

fn suspect(of: &SuspectCommit) -> String {
    let reasons = of.reasons.join("; ");
    format!("{} {} ({})\n    {reasons}", short(&of.commit), inline(&of.subject), inline(&of.author))
}

fn short(commit: &str) -> &str {
    commit.get(..DIGITS).unwrap_or(commit)
}

//! What git says about the places of a case at a commit, as it is kept and handed on. Read by the planner; written by
//! whoever may push to the repository.

use serde::{Deserialize, Serialize};

use crate::change::TouchedLines;
use crate::form::Form;
use crate::ids::PersonId;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeFacts {
    pub commit: String,
    pub of: CommitOf,
    pub whereabouts: Whereabouts,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excerpts: Vec<Excerpt>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspects: Vec<SuspectCommit>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<CodeOwner>,
    /// Tests that are called after the likeliest files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<String>,
    /// How the repository itself wants a job of this kind done, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<String>,
}

impl Form for CodeFacts {
    const NAME: &'static str = "code_facts";
    const VERSION: u16 = 1;
}

/// Which commit was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitOf {
    /// The release is called after it.
    Release,
    /// A tag of the repository is called as the release is.
    ReleaseTag,
    /// The release names no commit that the repository has.
    DefaultBranch,
}

/// Where the cause is thought to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Whereabouts {
    pub rests_on: RestsOn,
    /// The likeliest first.
    pub places: Vec<CodePlace>,
}

/// What places rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestsOn {
    /// The stack leads into the product.
    Stack,
    /// The text names a file or a type of the product.
    Named,
    /// Words that the names of files have too: a guess.
    Words,
    /// A test compared and found a difference: its stack says where it was noticed.
    AssertionOnly,
    Nothing,
}

impl RestsOn {
    /// Whether the places are more than a guess.
    pub fn is_enough(self) -> bool {
        matches!(self, Self::Stack | Self::Named)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodePlace {
    #[serde(flatten)]
    pub at: PlaceAt,
    /// Of the stack, innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<String>,
    /// From 0 to 1; only good for comparing with the other places.
    pub score: f64,
    pub reasons: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceAt {
    /// A file of the repository, or one as the text writes it.
    Path(String),
    /// A type of which no file is known.
    Symbol(String),
}

impl PlaceAt {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Path(name) | Self::Symbol(name) => name,
        }
    }
}

/// Lines of a file around a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    pub path: String,
    pub line: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<CodeFunction>,
    pub lines: Vec<CodeLine>,
}

/// The function around a line; its first and last lines belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFunction {
    pub name: String,
    pub first: u32,
    pub last: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLine {
    pub line: u32,
    pub text: String,
}

/// A commit that may have brought it in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuspectCommit {
    pub commit: String,
    pub subject: String,
    pub author: String,
    /// Seconds since 1970.
    pub at: i64,
    pub points: f64,
    pub reasons: Vec<String>,
}

/// Somebody who answers for the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeOwner {
    /// As the repository writes it; addresses of commits stay there.
    pub name: String,
    pub by: OwnedBy,
    /// Who of the team that is, where a login or an address says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnedBy {
    /// The file CODEOWNERS says so.
    CodeOwners,
    /// So many commits to these files of late.
    Commits(u64),
}

/// The lines that tasks are about: what "already addressed" compares.
impl Form for Vec<TouchedLines> {
    const NAME: &'static str = "touched_lines";
    const VERSION: u16 = 1;
}

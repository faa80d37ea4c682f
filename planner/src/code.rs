//! What git says about the places of a case: which files of the tree they are, the lines around, the function, who wrote
//! them and with which commit, who owns them, which tests lie near.
//!
//! ```text
//!   a plan that opens tasks ─▶ Reader::look (git, bounded; reader.rs) ─▶ CodeFacts ─▶ the plan made anew with them (pure)
//! ```
//!
//! A repository that cannot be read delays no task: its brief says why nothing was read. Never reads outside of git's
//! objects. Called by the pass.

mod reader;
mod suspects;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::CaseId;

use crate::locate::Located;

pub use reader::Reader;
pub(crate) use reader::Subject;

/// Reading the repositories of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CodeConfig {
    /// Where this process keeps them.
    pub root: PathBuf,
    /// How long a repository may take to be fetched.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub limit: Duration,
}

impl Default for CodeConfig {
    fn default() -> Self {
        Self { root: PathBuf::from("data/code"), limit: Duration::from_secs(60) }
    }
}

/// The facts of the cases that a plan opens tasks for.
pub(crate) type CodeByCase = BTreeMap<CaseId, Looked>;

/// What came of a look.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Looked {
    Found(CodeFacts),
    /// Why nothing was read.
    Failed(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CodeFacts {
    pub(crate) commit: String,
    pub(crate) of: CommitOf,
    pub(crate) located: Located,
    pub(crate) excerpts: Vec<Excerpt>,
    pub(crate) suspects: Vec<Suspect>,
    /// As CODEOWNERS writes them.
    pub(crate) owners: Vec<String>,
    /// Who changed these files lately, and how often.
    pub(crate) authors: Vec<(String, u64)>,
    pub(crate) tests: Vec<String>,
}

/// Which commit was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommitOf {
    Release,
    /// The release names no commit that the repository has.
    DefaultBranch,
}

/// Lines of a file around a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) function: Option<String>,
    pub(crate) lines: Vec<(u32, String)>,
}

/// A commit that may have brought it in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Suspect {
    pub(crate) commit: String,
    pub(crate) subject: String,
    pub(crate) author: String,
    /// Seconds since 1970.
    pub(crate) at: i64,
    pub(crate) points: f64,
    pub(crate) reasons: Vec<&'static str>,
}

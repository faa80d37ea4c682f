//! What git says about the places of a case: which files of the tree they are, the lines around, the function, who wrote
//! them and with which commit, who owns them, which tests lie near.
//!
//! ```text
//!   a plan that opens tasks ─▶ Reader::look (git, bounded; reader.rs) ─▶ CodeFacts ─▶ the plan made anew with them (pure)
//! ```
//!
//! A repository that cannot be read delays no task: its brief says why nothing was read. Never reads outside of git's
//! objects. Called by the pass.

mod owners;
mod reader;
mod release;
mod suspects;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::code::CodeFacts;
use signalbox_domain::ids::{CaseId, RepositoryId};

use crate::locate::Tree;

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

/// What a plan has been told of repositories.
#[derive(Debug, Default)]
pub(crate) struct CodeByCase {
    /// Of the cases that it opens tasks for.
    pub(crate) looked: BTreeMap<CaseId, Looked>,
    /// The newest files of each, where a case could be of several.
    pub(crate) trees: BTreeMap<RepositoryId, Arc<Tree>>,
}

impl CodeByCase {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn get(&self, case: &CaseId) -> Option<&Looked> {
        self.looked.get(case)
    }
}

/// What came of a look.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Looked {
    Found(CodeFacts),
    /// Why nothing was read.
    Failed(String),
}

impl Looked {
    pub(crate) fn facts(&self) -> Option<&CodeFacts> {
        match self {
            Self::Found(facts) => Some(facts),
            Self::Failed(_) => None,
        }
    }
}

//! `signalbox lab locate`: one row in, one row out. Never reads a file: whoever calls it brings the tree.

use serde::{Deserialize, Serialize};

use super::{At, Query, Tree, locate};

/// A row of `lab locate`.
#[derive(Debug, Deserialize)]
pub struct LocateRow {
    pub id: String,
    pub text: String,
    #[serde(default)]
    pub paths: Option<Paths>,
    #[serde(default)]
    pub repositories: Vec<String>,
}

/// The files of the repository: in the row, or in a file with a path a line.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Paths {
    Here(Vec<String>),
    InFile(String),
}

/// Its answer.
#[derive(Debug, Serialize)]
pub struct LocateAnswer {
    pub id: String,
    pub files: Vec<LocatedFile>,
    /// Whether the files are more than a guess.
    pub evidence: bool,
    /// What they rest on.
    pub because: &'static str,
}

#[derive(Debug, Serialize)]
pub struct LocatedFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    pub score: f64,
    pub lines: Vec<u32>,
    pub reasons: Vec<String>,
}

/// `lab locate`, one row.
#[must_use]
pub fn locate_row(row: &LocateRow, tree: Option<&Tree>) -> LocateAnswer {
    let query = Query { text: &row.text, trace: None, repositories: &row.repositories };
    let located = locate(&query, tree);
    let files = located.places.into_iter().map(|place| {
        let (path, symbol) = match place.at {
            At::Path(path) => (Some(path), None),
            At::Symbol(symbol) => (None, Some(symbol)),
        };
        let reasons = place.reasons.iter().map(ToString::to_string).collect();
        LocatedFile { path, symbol, score: place.score, lines: place.lines, reasons }
    });
    let (evidence, because) = (located.evidence.is_enough(), located.evidence.name());
    LocateAnswer { id: row.id.clone(), files: files.collect(), evidence, because }
}

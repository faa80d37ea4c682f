//! The lab's commands as functions from one row to one row: measuring without a server.
//! Streaming: row n sees rows up to n only. Never reads or writes anything itself; the binary does.

use crate::explain::explain;
use crate::features::{Features, Signal};
use crate::fingerprint::{Identity, UpstreamPolicy, fingerprint};
use crate::frames::{self, StackMeaning};
use crate::group::{Evidence, ProjectIndex, Reason, Weights};
use serde::{Deserialize, Serialize};

/// A row of `lab fingerprint`.
#[derive(Debug, Deserialize)]
pub struct FingerprintRow {
    pub id: String,
    pub text: String,
}

/// Its answer.
#[derive(Debug, Serialize)]
pub struct FingerprintAnswer {
    pub id: String,
    pub kind: Option<String>,
    /// The crash state: most relevant first.
    pub frames: Vec<String>,
    pub fingerprint: String,
}

/// `lab fingerprint`, one row.
#[must_use]
pub fn fingerprint_row(row: FingerprintRow) -> FingerprintAnswer {
    let trace = frames::parse(&row.text);
    let title = row.text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let identity = Identity {
        source: "lab",
        kind: "",
        title,
        trace: trace.as_ref(),
        upstream: None,
        policy: UpstreamPolicy::Honour,
    };
    let key = fingerprint(&identity);
    let failed = trace.as_ref().filter(|t| t.stack != StackMeaning::NoFailure || t.frames.len() > 1);
    FingerprintAnswer {
        id: row.id,
        kind: failed.and_then(|t| t.kind.clone()),
        frames: failed.map(|t| t.state.clone()).unwrap_or_default(),
        fingerprint: key.to_string(),
    }
}

/// A row of `lab group`.
#[derive(Debug, Deserialize)]
pub struct GroupRow {
    pub id: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub text: String,
    pub route: Option<String>,
    pub element: Option<String>,
    pub release: Option<String>,
}

/// Its answer: where the row was put, and what it was compared with before it was added.
#[derive(Debug, Serialize)]
pub struct GroupAnswer {
    pub id: String,
    pub case: String,
    pub new: bool,
    pub score: f32,
    pub candidates: Vec<RankedCase>,
}

#[derive(Debug, Serialize)]
pub struct RankedCase {
    pub case: String,
    pub score: f32,
}

/// `lab group`: one index for the whole input.
#[derive(Debug, Default)]
pub struct GroupLab {
    index: ProjectIndex,
}

impl GroupLab {
    #[must_use]
    pub fn new(weights: Weights) -> Self {
        Self { index: ProjectIndex::new(weights, Vec::new()) }
    }

    /// The row's features: what ingest would have made of it.
    #[must_use]
    pub fn features(row: &GroupRow) -> Features {
        let trace = frames::parse(&row.text);
        Features::of(&Signal {
            source: &row.source,
            title: &row.title,
            text: &row.text,
            trace: trace.as_ref(),
            route: row.route.as_deref(),
            element: row.element.as_deref(),
            release: row.release.as_deref(),
        })
    }

    pub fn row(&mut self, row: GroupRow) -> GroupAnswer {
        let placement = self.index.observe(&Self::features(&row));
        let named = |case: crate::group::CaseId| format!("c{}", case.0);
        GroupAnswer {
            id: row.id,
            case: named(placement.case),
            new: placement.new,
            score: placement.score,
            candidates: placement
                .candidates
                .iter()
                .map(|c| RankedCase { case: named(c.case), score: c.score })
                .collect(),
        }
    }
}

/// The answer of `lab explain A B`.
#[derive(Debug, Serialize)]
pub struct ExplainAnswer {
    pub one_case: bool,
    pub score: f32,
    pub evidence: Evidence,
    pub same_fingerprint: bool,
    pub reasons: Vec<Reason>,
}

/// `lab explain`: two texts against each other, the first line of each as its title.
#[must_use]
pub fn explain_texts(a: &str, b: &str) -> ExplainAnswer {
    let row = |text: &str| GroupRow {
        id: String::new(),
        source: "lab".to_owned(),
        title: text.lines().find(|l| !l.trim().is_empty()).unwrap_or("").to_owned(),
        text: text.to_owned(),
        route: None,
        element: None,
        release: None,
    };
    let key =
        |text: &str| fingerprint_row(FingerprintRow { id: String::new(), text: text.to_owned() }).fingerprint;
    let found = explain(&GroupLab::features(&row(a)), &GroupLab::features(&row(b)), &Weights::default());
    ExplainAnswer {
        one_case: found.score >= 0.5,
        score: found.score,
        evidence: found.evidence,
        same_fingerprint: key(a) == key(b),
        reasons: found.reasons,
    }
}

//! `signalbox lab route`: one row in, one row out; what was told apart by names teaches the words for later rows.

use serde::{Deserialize, Serialize};

use super::{Asked, Choice, Experience, Known, Reason, route};

/// A row of `lab route`.
#[derive(Debug, Deserialize)]
pub struct RouteRow {
    pub id: String,
    pub text: String,
    pub repositories: Vec<String>,
}

/// Its answer.
#[derive(Debug, Serialize)]
pub struct RouteAnswer {
    pub id: String,
    /// None where it is not known.
    pub repository: Option<String>,
    pub candidates: Vec<RouteCandidate>,
}

#[derive(Debug, Serialize)]
pub struct RouteCandidate {
    pub repository: String,
    pub confidence: f64,
    pub reasons: Vec<String>,
}

/// `lab route`: one experience for the whole input.
#[derive(Debug, Default)]
pub struct RouteLab {
    experience: Experience,
}

impl RouteLab {
    pub fn row(&mut self, row: RouteRow) -> RouteAnswer {
        let known: Vec<Known<'_>> = row.repositories.iter().map(|name| Known { name, tree: None }).collect();
        let routed = route(&Asked { text: &row.text, trace: None }, &known, &self.experience);
        let repository = match routed.choice {
            Choice::One(at) => Some(row.repositories[at].clone()),
            Choice::Several | Choice::None => None,
        };
        let by_experience = routed.candidates.first().is_some_and(|one| one.reasons == [Reason::Experience]);
        if let Some(name) = repository.as_deref().filter(|_| !by_experience) {
            self.experience.learn(&row.text, name);
        }
        let candidates = routed.candidates.iter().map(|one| RouteCandidate {
            repository: row.repositories[one.repository].clone(),
            confidence: one.confidence,
            reasons: one.reasons.iter().map(ToString::to_string).collect(),
        });
        RouteAnswer { id: row.id, repository, candidates: candidates.collect() }
    }
}

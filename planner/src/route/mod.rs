//! Which repository a signal's cause is in. Pure.
//!
//! ```text
//!   named by its sender ─▶ that one
//!   calls and names ─▶ trees of the known repositories (names.rs without them) ─┐
//!   words ─▶ what earlier signals of each repository said (experience.rs) ──────┴─▶ one, several, or none, with reasons
//! ```
//!
//! What is not known is said to be unknown: a wrong repository costs a whole run. Never knows a project's names, only how
//! packages are called after repositories. Called by the plan and by the lab.

mod alias;
mod experience;
mod lab;
mod names;

pub(crate) use alias::stands_for;
pub use experience::Experience;
pub use lab::{RouteAnswer, RouteLab, RouteRow};

use signalbox_similarity::frames::ParsedTrace;

use crate::locate::Tree;

/// A repository that may be meant.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// `owner/name`, or `name`.
    pub name: &'a str,
    /// Its files, where they are at hand.
    pub tree: Option<&'a Tree>,
}

/// What is known of a signal.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub text: &'a str,
    pub trace: Option<&'a ParsedTrace>,
}

/// Where it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Routed {
    pub choice: Choice,
    /// The likeliest first.
    pub candidates: Vec<Candidate>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// Number of the repository among the known ones.
    One(usize),
    /// Too alike to choose between.
    Several,
    /// Nothing points at any.
    None,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub repository: usize,
    /// From 0 to 1: how much of what points anywhere points here.
    pub confidence: f64,
    pub reasons: Vec<Reason>,
}

/// Why a repository is among them.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    #[error("{0} calls of the stack are files of it")]
    Files(usize),
    #[error("{0} packages or paths are called after it")]
    Packages(usize),
    #[error("the text names it {0} times")]
    Named(usize),
    #[error("its owner's name is in {0} packages")]
    Owner(usize),
    #[error("a word of its name is in {0} packages or paths")]
    Words(usize),
    #[error("earlier signals of it used the same words")]
    Experience,
}

/// Less evidence than this is none.
const LEAST_POINTS: f64 = 1.0;
/// The likeliest has so many times the points of the next.
const CLEAR: f64 = 1.5;

/// Decides from names, files and experience.
#[must_use]
pub fn route(asked: &Asked<'_>, known: &[Known<'_>], experience: &Experience) -> Routed {
    let by_names = names::points(asked, known);
    let named: Vec<f64> = by_names.iter().map(|one| one.points).collect();
    let all: f64 = by_names.iter().map(|one| one.points).sum();
    let mut candidates: Vec<Candidate> = by_names
        .into_iter()
        .enumerate()
        .filter(|(_, one)| one.points > 0.0)
        .map(|(repository, one)| Candidate { repository, confidence: one.points / all, reasons: one.reasons })
        .collect();
    sort(&mut candidates);
    let clear = |candidates: &[Candidate]| match candidates {
        [] => false,
        [only] => only.confidence * all >= LEAST_POINTS,
        [first, second, ..] => {
            first.confidence * all >= LEAST_POINTS && first.confidence >= CLEAR * second.confidence
        }
    };
    if clear(&candidates) {
        return Routed { choice: Choice::One(candidates[0].repository), candidates };
    }
    let names: Vec<&str> = known.iter().map(|one| one.name).collect();
    let remembered = experience.judge(asked.text, &names, &named);
    let Some((repository, confidence)) = remembered else {
        let choice = if candidates.is_empty() { Choice::None } else { Choice::Several };
        return Routed { choice, candidates };
    };
    candidates.retain(|one| one.repository != repository);
    candidates.insert(0, Candidate { repository, confidence, reasons: vec![Reason::Experience] });
    Routed { choice: Choice::One(repository), candidates }
}

fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.repository.cmp(&b.repository)));
}

#[cfg(test)]
mod tests;

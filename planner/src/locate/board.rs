//! The places under consideration and what speaks for each: points, lines, functions and reasons, summed. Pure.

use std::collections::BTreeMap;

use signalbox_similarity::frames::Role;

use super::calls::Call;
use super::test_code::is_test;
use super::tree::{FileAt, Tree};
use super::weights::{FOREIGN, SCALE, TEST_FILE};
use super::{At, MOST_PLACES, Place, Reason};
use crate::route::stands_for;

/// Files that one ambiguous place may be; more say nothing.
const MOST_MEANT: usize = 5;
/// Lines and functions told of a place.
const MOST_TOLD: usize = 8;
/// Folders and name of a place that have to agree with a file, where it has as many.
const LEAST_PARTS: usize = 3;

#[derive(Debug, Default)]
struct Found {
    points: f64,
    lines: Vec<u32>,
    functions: Vec<String>,
    reasons: Vec<Reason>,
}

/// Whose code something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Whose {
    Product,
    /// Perhaps: nothing is known against it.
    Perhaps,
    Other,
}

impl Whose {
    pub(super) fn factor(self) -> f64 {
        match self {
            Self::Product => 1.0,
            Self::Perhaps => FOREIGN,
            Self::Other => 0.0,
        }
    }
}

pub(super) struct Board<'a> {
    pub(super) tree: Option<&'a Tree>,
    repositories: &'a [String],
    found: BTreeMap<At, Found>,
}

impl<'a> Board<'a> {
    pub(super) fn new(tree: Option<&'a Tree>, repositories: &'a [String]) -> Self {
        Self { tree, repositories, found: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn add(&mut self, at: At, points: f64, reason: Reason) {
        let found = self.found.entry(at).or_default();
        found.points += points;
        if !found.reasons.contains(&reason) {
            found.reasons.push(reason);
        }
    }

    pub(super) fn tell(&mut self, at: &At, line: Option<u32>, function: &str) {
        let Some(found) = self.found.get_mut(at) else { return };
        if let Some(line) = line.filter(|line| !found.lines.contains(line) && found.lines.len() < MOST_TOLD) {
            found.lines.push(line);
        }
        let is_new = !function.is_empty() && !found.functions.iter().any(|known| known == function);
        if is_new && found.functions.len() < MOST_TOLD {
            found.functions.push(function.to_owned());
        }
    }

    /// The files of the tree that a place may be, or the place as it is written where no tree is known; each with its
    /// share of the points.
    pub(super) fn places(&self, parts: &[String], symbol: Option<&str>) -> (Vec<At>, f64) {
        let Some(tree) = self.tree else {
            let at = symbol.map_or_else(|| At::Path(parts.join("/")), |symbol| At::Symbol(symbol.to_owned()));
            return (vec![at], 1.0);
        };
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Self::meant(tree, &tree.resolve(&parts, LEAST_PARTS.min(parts.len())))
    }

    pub(super) fn meant(tree: &Tree, files: &[FileAt]) -> (Vec<At>, f64) {
        let few = files.iter().take(MOST_MEANT);
        let places = few.map(|at| At::Path(tree.path(*at).to_owned())).collect();
        (places, 1.0 / as_f64(files.len().max(1)))
    }

    pub(super) fn whose_call(&self, call: &Call) -> Whose {
        match self.whose(&call.parts) {
            Whose::Product if self.tree.is_some() || call.role != Role::Runtime => Whose::Product,
            Whose::Perhaps if call.role == Role::App => self.unless_known(),
            _ => Whose::Other,
        }
    }

    /// Whether a place bears a package of the product's.
    pub(super) fn whose(&self, parts: &[String]) -> Whose {
        let stands = |part: &String| self.repositories.iter().any(|name| stands_for(part, name));
        if self.tree.is_some() || parts.iter().any(stands) { Whose::Product } else { Whose::Perhaps }
    }

    /// Where no package is known, what may be the product's is.
    pub(super) fn unless_known(&self) -> Whose {
        if self.repositories.is_empty() { Whose::Product } else { Whose::Perhaps }
    }

    pub(super) fn knows_packages(&self) -> bool {
        !self.repositories.is_empty()
    }

    /// The likeliest places first; as many points stand in the order of their names.
    pub(super) fn ranked(self, about_tests: bool) -> Vec<Place> {
        let place = |(at, found): (At, Found)| {
            let is_test = matches!(&at, At::Path(path) if is_test(path)) && !about_tests;
            let points = found.points * if is_test { TEST_FILE } else { 1.0 };
            let score = 1.0 - (-points / SCALE).exp();
            Place { at, lines: found.lines, functions: found.functions, score, reasons: found.reasons }
        };
        let mut places: Vec<Place> =
            self.found.into_iter().map(place).filter(|place| place.score > 0.0).collect();
        places.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.at.cmp(&b.at)));
        places.truncate(MOST_PLACES);
        places
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one text or one tree are far below 2^52")]
pub(super) fn as_f64(count: usize) -> f64 {
    count as f64
}

//! A case that has swallowed unlike things falls apart again: one change must be able to fix what stays together.
//!
//! members ─▶ likeness of every two, by what the index knows now ─▶ groups by average likeness ─▶ one stays, others leave
//!
//! Pure: the same members in the same order under the same index give the same answer; nothing is moved here. What joins
//! needs more likeness than what stays, so that a signal does not go to and fro. A case can come to need this when a
//! person or an upstream id filled it, or when features that were rare when it grew turned out to be everyone's.

use super::index::{CaseId, ProjectIndex};
use super::members::UnknownCase;
use super::score::{self, Reason};
use crate::explain;
use crate::features::Features;

/// The least average likeness of two groups that stay together; what joins needs 0.5.
const STAYS: f32 = 0.3;
/// Members compared each with each; further ones go with the group that they are most like.
const MAX_COMPARED: usize = 128;

/// How a signal came into its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    /// Grouping put it there, and may take it away again.
    Likeness,
    /// A person or the sender's own identity did: it stays.
    Named,
}

/// A signal of a case, in the order in which they came.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    pub features: &'a Features,
    pub bond: Bond,
}

/// Who stays and who leaves, as places in the list of members.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    pub stay: Vec<usize>,
    /// Each becomes a case of its own; in the order of their first members. Empty: the case is one.
    pub leave: Vec<Leaving>,
}

/// Members that belong together, and not to the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaving {
    pub members: Vec<usize>,
    /// Their average likeness to those who stay, and that of the closest two.
    pub likeness: f32,
    pub closest: f32,
    /// How their first member compares with the first that stays.
    pub reasons: Vec<Reason>,
}

impl Split {
    #[must_use]
    pub fn is_one_case(&self) -> bool {
        self.leave.is_empty()
    }
}

impl ProjectIndex {
    /// Whether the members of a case still belong together, and how they part if not.
    #[must_use]
    pub fn split(&self, members: &[Member<'_>]) -> Split {
        let compared = &members[..members.len().min(MAX_COMPARED)];
        let weighed: Vec<Vec<f32>> =
            members.iter().map(|m| score::frame_weights(m.features, self, &self.weights)).collect();
        let likeness = |one: usize, other: usize| {
            let (a, b) = (members[one].features, members[other].features);
            score::pair(a, &weighed[one], b, &weighed[other], self, &self.weights).score
        };
        let table = Table::of(compared.len(), likeness);
        let mut groups = table.groups(STAYS);
        for late in compared.len()..members.len() {
            let like = |group: &Vec<usize>| likeness(group[0], late);
            let best = (0..groups.len()).rev().max_by(|a, b| like(&groups[*a]).total_cmp(&like(&groups[*b])));
            if let Some(group) = best {
                groups[group].push(late);
            }
        }
        self.parted(members, groups, &table)
    }

    /// A cheap look at what the index keeps of a case: into how many groups its exemplars fall. Only a case of more than
    /// one needs `split` with all its members.
    pub fn groups_within(&self, case: CaseId) -> Result<usize, UnknownCase> {
        let known = self.cases.get(case.0 as usize).ok_or(UnknownCase { case })?;
        let members: Vec<Member<'_>> =
            known.exemplars.iter().map(|features| Member { features, bond: Bond::Likeness }).collect();
        Ok(1 + self.split(&members).leave.len())
    }

    /// The groups with a named member stay; without any, the largest, or of equal ones the first.
    fn parted(&self, members: &[Member<'_>], groups: Vec<Vec<usize>>, table: &Table) -> Split {
        let named = |group: &[usize]| group.iter().any(|at| members[*at].bond == Bond::Named);
        let largest = (0..groups.len()).rev().max_by_key(|at| groups[*at].len());
        let any_named = groups.iter().any(|group| named(group));
        let (mut stay, mut leave) = (Vec::new(), Vec::new());
        for (at, group) in groups.into_iter().enumerate() {
            let stays = if any_named { named(&group) } else { largest == Some(at) };
            if stays { stay.extend(group) } else { leave.push(group) }
        }
        stay.sort_unstable();
        let leave = leave.into_iter().map(|group| self.leaving(members, &stay, group, table)).collect();
        Split { stay, leave }
    }

    fn leaving(&self, members: &[Member<'_>], stay: &[usize], group: Vec<usize>, table: &Table) -> Leaving {
        let (likeness, closest) = table.between(stay, &group);
        let reasons = match (stay.first(), group.first()) {
            (Some(one), Some(other)) => {
                explain::reasons(members[*other].features, members[*one].features, self, &self.weights)
            }
            _ => Vec::new(),
        };
        Leaving { members: group, likeness, closest, reasons }
    }
}

/// How like every two members are.
struct Table {
    size: usize,
    likeness: Vec<f32>,
}

impl Table {
    fn of(size: usize, likeness: impl Fn(usize, usize) -> f32) -> Self {
        let mut table = Self { size, likeness: vec![1.0; size * size] };
        for one in 0..size {
            for other in one + 1..size {
                let like = likeness(one, other);
                table.likeness[one * size + other] = like;
                table.likeness[other * size + one] = like;
            }
        }
        table
    }

    /// Average and highest likeness between two groups; members beyond the table do not count.
    fn between(&self, one: &[usize], other: &[usize]) -> (f32, f32) {
        let (mut sum, mut count, mut closest) = (0.0f32, 0.0f32, 0.0f32);
        for a in one.iter().filter(|a| **a < self.size) {
            for b in other.iter().filter(|b| **b < self.size) {
                let like = self.likeness[a * self.size + b];
                sum += like;
                count += 1.0;
                closest = closest.max(like);
            }
        }
        (if count > 0.0 { sum / count } else { 0.0 }, closest)
    }

    /// The two groups most alike become one until none are alike enough; in the order of their first members.
    fn groups(&self, enough: f32) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = (0..self.size).map(|at| vec![at]).collect();
        let mut average = self.likeness.clone();
        let mut alive: Vec<bool> = vec![true; self.size];
        while let Some((one, other)) = self.most_alike(&average, &alive, enough) {
            let joined = std::mem::take(&mut groups[other]);
            let (n, m) = (weight(groups[one].len()), weight(joined.len()));
            for third in (0..self.size).filter(|at| alive[*at] && *at != one && *at != other) {
                let (a, b) = (one * self.size + third, other * self.size + third);
                let mean = (n * average[a] + m * average[b]) / (n + m);
                average[a] = mean;
                average[third * self.size + one] = mean;
            }
            alive[other] = false;
            groups[one].extend(joined);
            groups[one].sort_unstable();
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// Of equals the first.
    fn most_alike(&self, average: &[f32], alive: &[bool], enough: f32) -> Option<(usize, usize)> {
        let mut best: Option<(f32, usize, usize)> = None;
        for one in (0..self.size).filter(|at| alive[*at]) {
            for other in (one + 1..self.size).filter(|at| alive[*at]) {
                let like = average[one * self.size + other];
                if like >= enough && best.is_none_or(|(most, _, _)| like > most) {
                    best = Some((like, one, other));
                }
            }
        }
        best.map(|(_, one, other)| (one, other))
    }
}

/// Never more members than the table has.
fn weight(members: usize) -> f32 {
    f32::from(u16::try_from(members).unwrap_or(u16::MAX))
}

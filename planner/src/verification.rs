//! Whether a case ended with its change: what came after the change was out, against what was to be expected. Pure.
//!
//! ```text
//!   hours before the change ─▶ rate a unit of exposure: by hour of the day, without its spike, not more than it came
//!        │                     to at the end, less one standard error (baseline.rs)
//!        │                                               ─▶ λE, what was to be expected after the change
//!        └▶ share of windows with as much exposure in which nothing came anyway (quiet.rs)
//!                                              ─▶ the larger of both is the chance of this silence without a fix
//! ```
//!
//! Only what a living source sent counts as exposure. Records of releases before the fixed one say nothing. Metrics are
//! compared as metrics (metric.rs). It must never call a silence a fix because it cannot hear. Called by
//! `cargo xtask verification`, whose table shows how often it is wrong, and by whoever follows a change.

mod baseline;
mod metric;
mod quiet;
pub mod simulated;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use metric::{Better, MetricFinding, MetricWatch, verify_metric};

use crate::detect::lossy_count;
use baseline::Baseline;
use quiet::quiet_share;

/// Hours of a season: what happens at night says nothing about the day.
pub(crate) const SEASON: i64 = 24;
/// Of so many records an hour none comes by chance in one hour of a hundred and fifty.
const ALWAYS_HEARD: f64 = 5.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VerifyConfig {
    /// A silence that is likelier than this without a fix is no proof of one.
    pub chance: f64,
    /// Hours after which a case is called undecided.
    pub at_most: i64,
    /// Hours after the change in which a record of an unknown release may be of one that is still out.
    pub still_out: i64,
}

impl Default for VerifyConfig {
    fn default() -> Self {
        Self { chance: 0.05, at_most: 28 * SEASON, still_out: SEASON }
    }
}

/// Which release a record came from, as far as it said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// One from before the change.
    Older,
    FixedOrLater,
    Unknown,
}

/// Records of the case that came in an hour after the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub hour: i64,
    pub count: u64,
    pub of: Of,
}

/// What λ is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Sessions,
    Events,
    /// Where neither is known.
    Hours,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Events => "events",
            Self::Hours => "hours",
        }
    }
}

/// How much of the product was used, hour by hour: of any release before the change, of the fixed one after it.
#[derive(Debug, Clone, Copy)]
pub enum Exposure<'a> {
    Counted { unit: Unit, by_hour: &'a BTreeMap<i64, f64> },
    Unknown,
}

/// The source that the case is heard through.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its records of anything else, before and after the change.
    pub others: &'a BTreeMap<i64, u64>,
    /// Hours in which it sent more than is told apart.
    pub overflowed: &'a BTreeSet<i64>,
    /// What it sent from this hour on has not all been read yet.
    pub read_until: i64,
}

/// Hours are counted since 1970; those from `since` up to `out` are the baseline.
#[derive(Debug, Clone, Copy)]
pub struct Watched<'a> {
    /// Records of the case by the hour.
    pub before: &'a BTreeMap<i64, u64>,
    pub since: i64,
    /// The first whole hour of the change.
    pub out: i64,
    /// The hour that has just begun.
    pub now: i64,
    pub after: &'a [Seen],
    pub exposure: Exposure<'a>,
    pub source: Source<'a>,
}

/// Why a silence is, or is not yet, proof.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// λE: the records, or bursts of them, that this exposure would have brought.
    pub expected: f64,
    pub exposure: f64,
    pub unit: Unit,
    /// exp(−λE).
    pub poisson: f64,
    /// The share of windows with as much exposure in which nothing came before the change either.
    pub quiet: f64,
}

impl Evidence {
    /// How likely this silence is without a fix.
    pub fn chance(&self) -> f64 {
        self.poisson.max(self.quiet)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, exposure, unit, poisson, quiet } = self;
        write!(
            f,
            "nothing in {exposure:.0} {} where {expected:.1} were to be expected: by chance in {:.1} %, and {:.1} % of such \
             spans were quiet before",
            unit.name(),
            100.0 * poisson,
            100.0 * quiet
        )
    }
}

/// What can be said now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Finding {
    Fixed(Evidence),
    /// The fixed release, or a later one, has it.
    Recurred {
        seen: u64,
        hour: i64,
    },
    NotYet(NotYet),
    /// It stays so, however long it is watched.
    Undecided(Undecided),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NotYet {
    /// A night is no proof about a day.
    Season {
        hours: i64,
    },
    /// Nothing else of the source was heard in the last season, or not all of it was read.
    Source(Unproven),
    Silence(Evidence),
    /// So long it would take at this rate; it is watched no longer than this.
    Rare {
        evidence: Evidence,
        hours: f64,
        at_most: i64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproven {
    Silent,
    Behind,
    Overflowed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Undecided {
    /// What was to be expected is too little to miss.
    TooRare(Evidence),
    /// It had ended before the change was out.
    EndedBefore {
        hours: i64,
    },
    Source(Unproven),
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Silent => "nothing else was heard of its source",
            Self::Behind => "what its source sent has not all been read",
            Self::Overflowed => "its source sent more than is told apart",
        })
    }
}

impl fmt::Display for NotYet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Season { hours } => write!(f, "{hours} of the {SEASON} h that a day's rhythm takes"),
            Self::Source(why) => write!(f, "{why}: its silence proves nothing yet"),
            Self::Silence(evidence) => evidence.fmt(f),
            Self::Rare { evidence, hours, at_most } => write!(
                f,
                "too rare to tell soon: about {:.0} days at this rate, and it is watched for {}; {evidence}",
                hours / 24.0,
                at_most / SEASON
            ),
        }
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooRare(evidence) => write!(f, "too rare to tell: {evidence}"),
            Self::EndedBefore { hours } => write!(f, "it had stopped {hours} h before the change was out"),
            Self::Source(why) => why.fmt(f),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(evidence) => write!(f, "fixed: {evidence}"),
            Self::Recurred { seen, .. } => write!(f, "recurred: {seen} records of the fixed release"),
            Self::NotYet(why) => write!(f, "watched: {why}"),
            Self::Undecided(why) => write!(f, "undecided: {why}"),
        }
    }
}

/// What is known of a case before its change: it is the same however often the case is looked at afterwards.
pub struct Before {
    usual: [f64; 24],
    heard: Heard,
    baseline: Baseline,
    /// The hours for which it had been silent when the change came out, where that was a silence already.
    ended: Option<i64>,
}

impl Before {
    pub fn of(watched: &Watched<'_>, config: &VerifyConfig) -> Self {
        let usual = usual(watched);
        let heard = Heard::of(watched, &usual);
        let baseline = Baseline::of(watched.since, watched.out, &heard);
        let ended = ended_before(watched, &heard, config);
        Self { usual, heard, baseline, ended }
    }

    /// What can be said of a case of records.
    pub fn verify(&self, watched: &Watched<'_>, config: &VerifyConfig) -> Finding {
        if let Some(recurred) = recurred(watched, config) {
            return recurred;
        }
        let hours = watched.now - watched.out;
        if hours < SEASON {
            return Finding::NotYet(NotYet::Season { hours: hours.max(0) });
        }
        let is_late = hours >= config.at_most;
        match unproven(watched) {
            Some(why) if is_late => return Finding::Undecided(Undecided::Source(why)),
            Some(why) => return Finding::NotYet(NotYet::Source(why)),
            None => {}
        }
        if let Some(hours) = self.ended {
            return Finding::Undecided(Undecided::EndedBefore { hours });
        }
        let evidence = self.evidence(watched);
        if evidence.chance() < config.chance {
            return Finding::Fixed(evidence);
        }
        if is_late {
            return Finding::Undecided(Undecided::TooRare(evidence));
        }
        let needs = lossy(hours) * -config.chance.ln() / evidence.expected.max(f64::MIN_POSITIVE);
        Finding::NotYet(if needs > lossy(config.at_most) {
            NotYet::Rare { evidence, hours: needs, at_most: config.at_most }
        } else {
            NotYet::Silence(evidence)
        })
    }

    fn evidence(&self, watched: &Watched<'_>) -> Evidence {
        let last = last_heard(watched, watched.now);
        let after =
            (watched.out..watched.now.min(last)).map(|hour| (hour, exposure(watched, &self.usual, hour)));
        evidence(watched, after, &self.heard, &self.baseline)
    }
}

/// The same, looked at once.
pub fn verify(watched: &Watched<'_>, config: &VerifyConfig) -> Finding {
    Before::of(watched, config).verify(watched, config)
}

fn recurred(watched: &Watched<'_>, config: &VerifyConfig) -> Option<Finding> {
    let counts = |seen: &&Seen| match seen.of {
        Of::Older => false,
        Of::FixedOrLater => seen.hour >= watched.out,
        Of::Unknown => seen.hour >= watched.out + config.still_out,
    };
    let came = watched.after.iter().filter(|seen| seen.count > 0 && seen.hour < watched.now);
    let again: Vec<&Seen> = came.filter(counts).collect();
    let hour = again.iter().map(|seen| seen.hour).min()?;
    let seen = again.iter().fold(0_u64, |sum, seen| sum.saturating_add(seen.count));
    Some(Finding::Recurred { seen, hour })
}

/// Whether the last season of the source says that it is heard.
fn unproven(watched: &Watched<'_>) -> Option<Unproven> {
    let Source { others, overflowed, read_until } = watched.source;
    let last = watched.now - SEASON;
    if read_until < watched.now {
        Some(Unproven::Behind)
    } else if overflowed.range(last.max(watched.out)..watched.now).next().is_some() {
        Some(Unproven::Overflowed)
    } else if others.range(last..watched.now).all(|(_, count)| *count == 0) {
        Some(Unproven::Silent)
    } else {
        None
    }
}

/// Each hour of the baseline: how much was used while its source was heard, and what came.
pub(crate) struct Heard {
    since: i64,
    exposures: Vec<f64>,
    counts: Vec<f64>,
}

impl Heard {
    fn of(watched: &Watched<'_>, usual: &[f64; 24]) -> Self {
        let (hours, last) = (watched.since..watched.out, last_heard(watched, watched.out));
        let exposure = |hour| if hour < last { exposure(watched, usual, hour) } else { 0.0 };
        let exposures: Vec<f64> = hours.map(exposure).collect();
        let mut counts = vec![0.0; exposures.len()];
        // A range must not end before it begins, which a clock that was set back makes of it.
        for (hour, count) in watched.before.range(watched.since..watched.out.max(watched.since)) {
            if let Some(at) = usize::try_from(hour - watched.since).ok().and_then(|at| counts.get_mut(at)) {
                *at = lossy_count(*count);
            }
        }
        Self { since: watched.since, exposures, counts }
    }

    pub(crate) fn exposure(&self, hour: i64) -> f64 {
        self.at(hour).and_then(|at| self.exposures.get(at)).copied().unwrap_or(0.0)
    }

    pub(crate) fn count(&self, hour: i64) -> f64 {
        self.at(hour).and_then(|at| self.counts.get(at)).copied().unwrap_or(0.0)
    }

    fn at(&self, hour: i64) -> Option<usize> {
        usize::try_from(hour - self.since).ok()
    }
}

/// The hour after the last one before `until` in which anything else of the source was heard.
fn last_heard(watched: &Watched<'_>, until: i64) -> i64 {
    let heard = watched.source.others.range(..until).rev().find(|(_, count)| **count > 0);
    heard.map_or(i64::MIN, |(hour, _)| hour + 1)
}

/// What is usual of the source's other records, by hour of the season.
fn usual(watched: &Watched<'_>) -> [f64; 24] {
    let (mut sums, mut days) = ([0.0; 24], [0.0_f64; 24]);
    for hour in watched.since..watched.out {
        let at = slot(hour);
        days[at] += 1.0;
        sums[at] += watched.source.others.get(&hour).map_or(0.0, |count| lossy_count(*count));
    }
    std::array::from_fn(|at| sums[at] / days[at].max(1.0))
}

/// Nothing of an hour in which the source was not heard, and less of one in which it said less than usual.
fn exposure(watched: &Watched<'_>, usual: &[f64; 24], hour: i64) -> f64 {
    let source = watched.source;
    if source.overflowed.contains(&hour) {
        return 0.0;
    }
    let others = source.others.get(&hour).map_or(0.0, |count| lossy_count(*count));
    let usual = usual[slot(hour)];
    match watched.exposure {
        // It may be counted elsewhere: an hour in which nothing was heard that always speaks brings nothing.
        Exposure::Counted { .. } if usual >= ALWAYS_HEARD && others == 0.0 => 0.0,
        Exposure::Counted { by_hour, .. } => by_hour.get(&hour).copied().unwrap_or(0.0).max(0.0),
        Exposure::Unknown if usual > 0.0 => (others / usual).min(1.0),
        Exposure::Unknown => 1.0,
    }
}

fn evidence(
    watched: &Watched<'_>,
    after: impl Iterator<Item = (i64, f64)>,
    heard: &Heard,
    baseline: &Baseline,
) -> Evidence {
    let (mut exposure, mut expected) = (0.0, 0.0);
    for (hour, of_hour) in after {
        exposure += of_hour;
        expected += baseline.rate(hour) * of_hour;
    }
    let unit = match watched.exposure {
        Exposure::Counted { unit, .. } => unit,
        Exposure::Unknown => Unit::Hours,
    };
    let quiet = quiet_share(heard, watched.since..watched.out, exposure);
    Evidence { expected, exposure, unit, poisson: (-expected).exp(), quiet }
}

/// The hours for which it had been silent when the change came out, where that silence is one already.
fn ended_before(watched: &Watched<'_>, heard: &Heard, config: &VerifyConfig) -> Option<i64> {
    let last = (watched.since..watched.out).rev().find(|hour| heard.count(*hour) > 0.0)?;
    let hours = watched.out - last - 1;
    if hours < SEASON / 4 || last <= watched.since {
        return None;
    }
    let then = Watched { out: last + 1, now: watched.out, ..*watched };
    let after = (then.out..then.now).map(|hour| (hour, heard.exposure(hour)));
    let silence = evidence(&then, after, heard, &Baseline::of(then.since, then.out, heard));
    (silence.chance() < config.chance).then_some(hours)
}

pub(crate) fn slot(hour: i64) -> usize {
    usize::try_from(hour.rem_euclid(SEASON)).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "hours of a few months")]
pub(crate) fn lossy(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;

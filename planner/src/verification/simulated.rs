//! Streams whose truth is known, and how often verification is wrong about them: the table of docs/VERIFICATION.md.
//!
//! Each stream is drawn twice from one seed: once it goes on after the change, as if nothing had been mended, and once it ends
//! with it. The first may be called fixed in one of twenty; how many of the second are found, and when, is the price.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_runtime::Randomness;

use super::{Before, Exposure, Finding, Of, SEASON, Seen, Source, Unit, VerifyConfig, Watched, lossy};

/// Hours of the baseline, and of what is watched after it.
const BEFORE: i64 = 28 * SEASON;
const WATCHED: i64 = 28 * SEASON;
/// Records of anything else that the source brings in an hour, at noon and at night.
const OTHERS: (f64, f64) = (8.0, 2.0);

/// A kind of stream.
pub struct Kind {
    pub name: &'static str,
    pub words: &'static str,
    /// Hours between its first record and the change.
    history: i64,
    /// Records to be expected in an hour, which may be drawn: negative hours are before the change.
    rates: fn(&Draw) -> Vec<f64>,
    heard: HeardAs,
}

/// What is heard of the source and of the use of the product.
#[derive(Clone, Copy)]
enum HeardAs {
    /// Nobody counts sessions.
    Hours,
    /// Sessions of the fixed release; it reaches all at once.
    Sessions,
    /// Sessions of the fixed release, which one in ten gets.
    SlowSessions,
    /// The product is used half as much every two days.
    Draining,
    /// The source falls silent with the change.
    Deaf,
    /// It falls silent for days, again and again.
    Outages,
}

/// The kinds that the table has.
pub const KINDS: &[Kind] = &[
    kind("steady", "ten a day", 28, |_| flat(10.0), HeardAs::Hours),
    kind("steady, by sessions", "ten a day", 28, |_| flat(10.0), HeardAs::Sessions),
    kind("seldom", "one a day", 28, |_| flat(1.0), HeardAs::Hours),
    kind("rare", "one in ten days", 28, |_| flat(0.1), HeardAs::Hours),
    kind("seasonal", "thirty a day, all by day", 28, |_| by_day(30.0), HeardAs::Hours),
    kind("weekly", "forty on one day of the week", 28, weekly, HeardAs::Hours),
    kind("bursty", "twenty within three hours, every four days or so", 28, bursty, HeardAs::Hours),
    kind("on and off", "ten a day for two days or so, then nothing for four", 28, on_and_off, HeardAs::Hours),
    kind("spiking", "two a day, and two hundred before the change", 28, |_| spiking(), HeardAs::Hours),
    kind("new", "ten a day, first seen two days before", 2, |_| flat(10.0), HeardAs::Hours),
    kind("one burst", "an hour's burst, twelve hours before the change", 1, |_| one_burst(), HeardAs::Hours),
    kind("dying", "sixty a day, half as many every two days", 28, |_| dying(60.0, 2.0), HeardAs::Hours),
    kind(
        "dying slowly",
        "thirty a day, half as many every five days",
        28,
        |_| dying(30.0, 5.0),
        HeardAs::Hours,
    ),
    kind("dead", "ten a day, ended three days before the change", 28, |_| ended(3), HeardAs::Hours),
    kind("fewer", "twenty a day, a twentieth of it since three days", 28, |_| fewer(), HeardAs::Hours),
    kind(
        "draining",
        "two a day of a product that is used less and less",
        28,
        |_| flat(2.0),
        HeardAs::Draining,
    ),
    kind("reaching few", "two a day; one in ten gets the release", 28, |_| flat(2.0), HeardAs::SlowSessions),
    kind("deaf", "ten a day; its source falls silent", 28, |_| flat(10.0), HeardAs::Deaf),
    kind("outages", "one a day; its source is silent every other day", 28, |_| flat(1.0), HeardAs::Outages),
];

const fn kind(
    name: &'static str,
    words: &'static str,
    days: i64,
    rates: fn(&Draw) -> Vec<f64>,
    heard: HeardAs,
) -> Kind {
    Kind { name, words, history: days * SEASON, rates, heard }
}

/// What became of a kind, over many draws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub draws: u32,
    /// Called fixed although it went on.
    pub false_fixed: u32,
    /// Called fixed where it was.
    pub found: u32,
    /// Hours until then, all together.
    hours: i64,
}

impl Tally {
    /// Wrong at most once in twenty.
    pub fn holds(&self) -> bool {
        self.false_fixed * 20 <= self.draws
    }
}

/// Draws a kind so many times.
pub fn tally(kind: &Kind, draws: u32, seed: u64) -> Tally {
    let mut tally = Tally { draws, ..Tally::default() };
    for draw in 0..draws {
        let seed = seed.wrapping_add(u64::from(draw));
        let goes_on = Stream::of(kind, seed, Truth::GoesOn);
        tally.false_fixed += u32::from(goes_on.fixed_after().is_some());
        if let Some(hours) = Stream::of(kind, seed, Truth::Ends).fixed_after() {
            tally.found += 1;
            tally.hours += hours;
        }
    }
    tally
}

/// The page, and whether every row holds.
pub fn page(draws: u32, seed: u64) -> (String, bool) {
    let mut page = HEAD.replace("DRAWS", &draws.to_string()).replace("SEED", &seed.to_string());
    let mut holds = true;
    for kind in KINDS {
        let tally = tally(kind, draws, seed);
        holds &= tally.holds();
        let share = |part: u32| 100.0 * f64::from(part) / f64::from(draws.max(1));
        let after = if tally.found == 0 {
            "–".to_owned()
        } else {
            format!("{:.1} days", lossy(tally.hours) / f64::from(tally.found) / 24.0)
        };
        let (wrong, found) = (share(tally.false_fixed), share(tally.found));
        let Kind { name, words, .. } = kind;
        page.push_str(&format!("| {name} | {words} | {wrong:.1} % | {found:.1} % | {after} |\n"));
    }
    (page, holds)
}

const HEAD: &str = include_str!("head.md");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    GoesOn,
    Ends,
}

struct Stream {
    history: i64,
    before: BTreeMap<i64, u64>,
    after: Vec<Seen>,
    sessions: Option<BTreeMap<i64, f64>>,
    others: BTreeMap<i64, u64>,
}

impl Stream {
    fn of(kind: &Kind, seed: u64, truth: Truth) -> Self {
        let draw = Draw(Randomness::seeded(seed));
        let rates = (kind.rates)(&draw);
        let mut stream = Self {
            history: kind.history,
            before: BTreeMap::new(),
            after: Vec::new(),
            sessions: match kind.heard {
                HeardAs::Sessions | HeardAs::SlowSessions => Some(BTreeMap::new()),
                _ => None,
            },
            others: BTreeMap::new(),
        };
        for (hour, rate) in (-BEFORE..WATCHED).zip(rates) {
            let use_of = use_in(kind.heard, hour);
            let heard = if is_heard(kind.heard, hour) { use_of } else { 0.0 };
            stream.others.insert(hour, draw.poisson(of_the_day(hour, OTHERS) * heard));
            // How much of the product is used in the fixed release.
            let reached = if matches!(kind.heard, HeardAs::SlowSessions) && hour >= 0 { 0.1 } else { 1.0 };
            if let Some(sessions) = &mut stream.sessions {
                sessions.insert(hour, 100.0 * use_of * reached);
            }
            let count = draw.poisson(rate * heard * reached);
            if count == 0 || hour < -kind.history {
                continue;
            }
            if hour < 0 {
                stream.before.insert(hour, count);
            } else if truth == Truth::GoesOn {
                stream.after.push(Seen { hour, count, of: Of::FixedOrLater });
            }
        }
        stream
    }

    /// The hours after which it is called fixed.
    fn fixed_after(&self) -> Option<i64> {
        let since = self.before.keys().next().copied().unwrap_or(-self.history);
        let (overflowed, config) = (BTreeSet::new(), VerifyConfig::default());
        let at = |now: i64| Watched {
            before: &self.before,
            since,
            out: 0,
            now,
            after: &self.after,
            exposure: match &self.sessions {
                Some(by_hour) => Exposure::Counted { unit: Unit::Sessions, by_hour },
                None => Exposure::Unknown,
            },
            source: Source { others: &self.others, overflowed: &overflowed, read_until: now },
        };
        let before = Before::of(&at(0), &config);
        // Every six hours for three days, and then every day.
        let looks = (4..12).map(|look| 6 * look).chain((3..=28).map(|day| 24 * day));
        for now in looks {
            match before.verify(&at(now), &config) {
                Finding::Fixed(_) => return Some(now),
                Finding::Recurred { .. } | Finding::Undecided(_) => return None,
                Finding::NotYet(_) => {}
            }
        }
        None
    }
}

fn is_heard(heard: HeardAs, hour: i64) -> bool {
    match heard {
        HeardAs::Deaf => hour < 0,
        HeardAs::Outages => hour.div_euclid(SEASON) % 2 == 0,
        HeardAs::Hours | HeardAs::Sessions | HeardAs::SlowSessions | HeardAs::Draining => true,
    }
}

fn use_in(heard: HeardAs, hour: i64) -> f64 {
    match heard {
        HeardAs::Draining if hour >= 0 => (-lossy(hour) / 48.0).exp2(),
        _ => 1.0,
    }
}

/// By day the first, at night the second.
fn of_the_day(hour: i64, (day, night): (f64, f64)) -> f64 {
    if (8..20).contains(&hour.rem_euclid(SEASON)) { day } else { night }
}

fn by_hour(rate: impl FnMut(i64) -> f64) -> Vec<f64> {
    (-BEFORE..WATCHED).map(rate).collect()
}

fn flat(a_day: f64) -> Vec<f64> {
    by_hour(|_| a_day / 24.0)
}

fn by_day(a_day: f64) -> Vec<f64> {
    by_hour(|hour| of_the_day(hour, (a_day / 12.0, 0.0)))
}

fn weekly(draw: &Draw) -> Vec<f64> {
    let first = draw.below(7);
    by_hour(|hour| if hour.div_euclid(SEASON).rem_euclid(7) == first { 40.0 / 24.0 } else { 0.0 })
}

fn bursty(draw: &Draw) -> Vec<f64> {
    let mut left = 0;
    by_hour(|_| {
        if draw.chance(1.0 / 96.0) {
            left = 3;
        }
        left -= 1;
        if left >= 0 { 20.0 / 3.0 } else { 0.0 }
    })
}

fn on_and_off(draw: &Draw) -> Vec<f64> {
    let mut is_on = draw.chance(1.0 / 3.0);
    by_hour(|_| {
        if draw.chance(if is_on { 1.0 / 48.0 } else { 1.0 / 96.0 }) {
            is_on = !is_on;
        }
        if is_on { 10.0 / 24.0 } else { 0.0 }
    })
}

fn spiking() -> Vec<f64> {
    by_hour(|hour| if (-SEASON..0).contains(&hour) { 200.0 / 24.0 } else { 2.0 / 24.0 })
}

fn one_burst() -> Vec<f64> {
    by_hour(|hour| if hour == -13 { 50.0 } else { 0.0 })
}

fn dying(a_day: f64, half_life: f64) -> Vec<f64> {
    // So many a day five half-lives before the change.
    by_hour(|hour| a_day / 24.0 * (-(lossy(hour) / 24.0) / half_life - 5.0).min(1.0).exp2())
}

fn ended(days: i64) -> Vec<f64> {
    by_hour(|hour| if hour < -days * SEASON { 10.0 / 24.0 } else { 0.0 })
}

fn fewer() -> Vec<f64> {
    by_hour(|hour| if hour < -3 * SEASON { 20.0 / 24.0 } else { 1.0 / 24.0 })
}

/// What is drawn from a seed.
struct Draw(Randomness);

impl Draw {
    fn below(&self, bound: u64) -> i64 {
        i64::try_from(self.0.below(bound)).unwrap_or(0)
    }

    /// A number from zero to one.
    fn part(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are what a number has")]
        let bits = (self.0.u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    fn chance(&self, of: f64) -> bool {
        self.part() < of
    }

    /// By Knuth's product, for the small rates of an hour.
    fn poisson(&self, rate: f64) -> u64 {
        let limit = (-rate).exp();
        let (mut count, mut product) = (0, self.part());
        while product > limit {
            count += 1;
            product *= self.part();
        }
        count
    }
}

//! What may be called fixed, and what must not; the streams of the table in few draws.

use super::simulated::{KINDS, tally};
use super::*;

const DAYS: i64 = 28;

/// A stream with so many records in each hour before the change, and none after it.
struct Case {
    before: BTreeMap<i64, u64>,
    since: i64,
    after: Vec<Seen>,
    others: BTreeMap<i64, u64>,
    overflowed: BTreeSet<i64>,
    read_until: Option<i64>,
    sessions: Option<BTreeMap<i64, f64>>,
}

impl Case {
    fn of(count: impl Fn(i64) -> u64) -> Self {
        let hours = -DAYS * SEASON..0;
        Self {
            before: hours.map(|hour| (hour, count(hour))).filter(|(_, count)| *count > 0).collect(),
            since: -DAYS * SEASON,
            after: vec![],
            others: (-DAYS * SEASON..DAYS * SEASON).map(|hour| (hour, 9)).collect(),
            overflowed: BTreeSet::new(),
            read_until: None,
            sessions: None,
        }
    }

    fn seen(mut self, hour: i64, of: Of) -> Self {
        self.after.push(Seen { hour, count: 2, of });
        self
    }

    fn after(&self, now: i64) -> Finding {
        let source = Source {
            others: &self.others,
            overflowed: &self.overflowed,
            read_until: self.read_until.unwrap_or(now),
        };
        let exposure = match &self.sessions {
            Some(by_hour) => Exposure::Counted { unit: Unit::Sessions, by_hour },
            None => Exposure::Unknown,
        };
        let (before, since, after) = (&self.before, self.since, &self.after);
        let watched = Watched { before, since, out: 0, now, after, exposure, source };
        verify(&watched, &VerifyConfig::default())
    }
}

/// One in every second hour.
fn steady() -> Case {
    Case::of(|hour| u64::from(hour % 2 == 0))
}

#[test]
fn a_silence_of_a_day_ends_a_case_that_came_every_other_hour() {
    let early = steady().after(23);
    assert_eq!(early, Finding::NotYet(NotYet::Season { hours: 23 }));
    assert_eq!(early.to_string(), "watched: 23 of the 24 h that a day's rhythm takes");
    let Finding::Fixed(evidence) = steady().after(24) else { panic!("{}", steady().after(24)) };
    assert!((10.0..12.5).contains(&evidence.expected) && evidence.quiet == 0.0, "{evidence:?}");
    assert!((evidence.exposure - 24.0).abs() < 1e-9 && evidence.unit == Unit::Hours);
    let said = evidence.to_string();
    assert!(
        said.starts_with("nothing in 24 hours where 11.3 were to be expected: by chance in 0.0 %"),
        "{said}"
    );
}

#[test]
fn what_comes_seldom_takes_longer_and_what_comes_too_seldom_is_said_to() {
    let daily = Case::of(|hour| u64::from(hour.rem_euclid(24) == 9));
    assert!(matches!(daily.after(48), Finding::NotYet(NotYet::Silence(_))), "{}", daily.after(48));
    assert!(matches!(daily.after(5 * 24), Finding::Fixed(_)), "{}", daily.after(5 * 24));
    let rare = Case::of(|hour| u64::from(hour.rem_euclid(24 * 9) == 9));
    let Finding::NotYet(NotYet::Rare { hours, .. }) = rare.after(48) else { panic!("{}", rare.after(48)) };
    assert!(hours > 28.0 * 24.0, "{hours}");
    assert!(rare.after(48).to_string().starts_with("watched: too rare to tell soon: about "));
    let end = rare.after(28 * 24);
    assert!(end.to_string().starts_with("undecided: too rare to tell: nothing in 672 hours"), "{end}");
}

#[test]
fn records_of_older_releases_say_nothing_and_one_of_the_fixed_one_says_all() {
    let older = steady().seen(3, Of::Older).seen(23, Of::Older).after(24);
    assert!(matches!(older, Finding::Fixed(_)), "{older}");
    let again = steady().seen(3, Of::Older).seen(5, Of::FixedOrLater).after(6);
    assert_eq!(again, Finding::Recurred { seen: 2, hour: 5 });
    let still_out = steady().seen(23, Of::Unknown).after(24);
    assert!(matches!(still_out, Finding::Fixed(_)), "it may be of one that is still out: {still_out}");
    assert_eq!(steady().seen(24, Of::Unknown).after(25), Finding::Recurred { seen: 2, hour: 24 });
}

#[test]
fn a_source_that_cannot_be_heard_proves_nothing() {
    let wait = |why| Finding::NotYet(NotYet::Source(why));
    let mut deaf = steady();
    deaf.others.retain(|hour, _| *hour < 6);
    assert_eq!(deaf.after(48), wait(Unproven::Silent));
    assert_eq!(deaf.after(28 * 24), Finding::Undecided(Undecided::Source(Unproven::Silent)));
    let mut behind = steady();
    behind.read_until = Some(40);
    assert_eq!(behind.after(48), wait(Unproven::Behind));
    let mut flooded = steady();
    flooded.overflowed.insert(30);
    assert_eq!(flooded.after(48), wait(Unproven::Overflowed));
    let Finding::Fixed(evidence) = flooded.after(55) else { panic!("{}", flooded.after(55)) };
    assert!((evidence.exposure - 54.0).abs() < 1e-9, "the hour itself counts for nothing: {evidence:?}");
}

#[test]
fn exposure_counts_and_not_the_clock() {
    let mut few = steady();
    few.sessions = Some(
        (-DAYS * SEASON..DAYS * SEASON).map(|hour| (hour, if hour < 0 { 100.0 } else { 1.0 })).collect(),
    );
    assert!(matches!(few.after(5 * 24), Finding::NotYet(_)), "{}", few.after(5 * 24));
    let Finding::Fixed(evidence) = few.after(27 * 24) else { panic!("{}", few.after(27 * 24)) };
    assert_eq!(evidence.unit, Unit::Sessions);
    assert!((evidence.exposure - 27.0 * 24.0).abs() < 1e-6, "{evidence:?}");
}

#[test]
fn a_spike_is_not_what_a_silence_is_held_against() {
    let daily = |hour: i64| u64::from(hour.rem_euclid(24) == 9);
    let spiked = Case::of(|hour| if hour >= -3 { 400 } else { daily(hour) });
    assert!(matches!(spiked.after(24), Finding::NotYet(_)), "{}", spiked.after(24));
    assert!(matches!(spiked.after(6 * 24), Finding::Fixed(_)), "{}", spiked.after(6 * 24));
}

#[test]
fn what_had_stopped_before_was_not_mended() {
    let stopped = Case::of(|hour| u64::from(hour < -60));
    assert_eq!(stopped.after(24), Finding::Undecided(Undecided::EndedBefore { hours: 60 }));
    assert_eq!(stopped.after(24).to_string(), "undecided: it had stopped 60 h before the change was out");
}

#[test]
fn clocks_that_run_backwards_and_empty_streams_are_not_yet_or_undecided() {
    assert_eq!(steady().after(-5), Finding::NotYet(NotYet::Season { hours: 0 }));
    let never = Case::of(|_| 0);
    assert!(matches!(never.after(48), Finding::NotYet(NotYet::Rare { .. })), "{}", never.after(48));
    assert!(matches!(never.after(28 * 24), Finding::Undecided(Undecided::TooRare(_))));
    let mut late = steady();
    late.since = 7;
    assert!(matches!(late.after(48), Finding::NotYet(_)), "{}", late.after(48));
}

#[test]
fn no_stream_that_goes_on_is_called_fixed_more_than_once_in_twenty() {
    for kind in KINDS {
        let tally = tally(kind, 25, 1);
        assert!(tally.holds(), "{}: {tally:?}", kind.name);
    }
    let found = |name: &str| {
        let kind = KINDS.iter().find(|kind| kind.name == name).unwrap();
        tally(kind, 25, 1).found
    };
    assert!(found("steady") > 20 && found("seasonal") > 20, "a cautious rule that finds nothing is none");
}

mod metrics {
    use super::*;

    const OUT: i64 = 0;

    fn values(hours: std::ops::Range<i64>, value: impl Fn(i64) -> f64) -> BTreeMap<i64, f64> {
        hours.map(|hour| (hour, value(hour))).collect()
    }

    /// A rate with a rhythm and a little noise, times a factor.
    fn rate(factor: f64) -> impl Fn(i64) -> f64 {
        move |hour| factor * (0.3 + 0.1 * f64::from(u8::from(hour.rem_euclid(24) > 12)) + 0.004 * noise(hour))
    }

    fn noise(hour: i64) -> f64 {
        lossy((hour.wrapping_mul(7919)).rem_euclid(11)) - 5.0
    }

    fn after(factor: f64, now: i64) -> MetricFinding {
        let usual = values(-240..-48, rate(1.0));
        let troubled = values(-48..0, rate(0.7));
        let after = values(0..now, rate(factor));
        let watch = MetricWatch {
            usual: &usual,
            troubled: &troubled,
            after: &after,
            out: OUT,
            now,
            better: Better::Higher,
        };
        verify_metric(&watch, &VerifyConfig::default())
    }

    #[test]
    fn a_rate_that_is_back_is_fixed_after_a_season_and_one_that_stays_low_is_not() {
        assert!(matches!(after(1.0, 12), MetricFinding::NotYet { hours: 12, .. }), "{}", after(1.0, 12));
        let MetricFinding::Fixed { back, chance } = after(1.0, 24) else { panic!("{}", after(1.0, 24)) };
        assert!((0.9..1.1).contains(&back) && chance < 0.05, "{back} {chance}");
        assert!(matches!(after(0.7, 24), MetricFinding::NotYet { .. }), "{}", after(0.7, 24));
        assert!(matches!(after(0.7, 28 * 24), MetricFinding::Unchanged { .. }), "{}", after(0.7, 28 * 24));
        assert!(matches!(after(0.8, 28 * 24), MetricFinding::Improved { .. }), "{}", after(0.8, 28 * 24));
    }

    #[test]
    fn where_less_is_better_less_is_back() {
        let (usual, troubled, low) =
            (values(-240..-48, rate(1.0)), values(-48..0, rate(1.6)), values(0..24, rate(1.0)));
        let watch = MetricWatch {
            usual: &usual,
            troubled: &troubled,
            after: &low,
            out: OUT,
            now: 24,
            better: Better::Lower,
        };
        let found = verify_metric(&watch, &VerifyConfig::default());
        assert!(matches!(found, MetricFinding::Fixed { .. }), "{found}");
        let high = MetricWatch { after: &troubled, ..watch };
        assert!(!matches!(verify_metric(&high, &VerifyConfig::default()), MetricFinding::Fixed { .. }));
        let none = BTreeMap::new();
        let nothing = MetricWatch { usual: &none, ..watch };
        assert_eq!(verify_metric(&nothing, &VerifyConfig::default()), MetricFinding::NoValues);
    }

    #[test]
    fn values_of_noise_alone_are_called_fixed_at_most_once_in_twenty() {
        let randomness = signalbox_runtime::Randomness::seeded(3);
        let draw = |hours: std::ops::Range<i64>, level: f64| -> BTreeMap<i64, f64> {
            let uniform = || lossy(i64::try_from(randomness.below(1_000_001)).unwrap()) / 1e6;
            hours.map(|hour| (hour, level + uniform())).collect()
        };
        let mut wrong = 0;
        for _ in 0..200 {
            let (usual, troubled, after) = (draw(-240..-48, 0.4), draw(-48..0, 0.0), draw(0..24, 0.0));
            let watch = MetricWatch {
                usual: &usual,
                troubled: &troubled,
                after: &after,
                out: OUT,
                now: 24,
                better: Better::Higher,
            };
            let found = verify_metric(&watch, &VerifyConfig::default());
            wrong += u32::from(matches!(found, MetricFinding::Fixed { .. }));
        }
        assert!(wrong <= 10, "{wrong} of 200");
    }
}

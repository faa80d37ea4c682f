//! Tests of the detector, thresholds and rates. Every series here was invented for it.

use proptest::prelude::*;

use super::{
    Bound, Breach, Bucket, Detector, DetectorConfig, DetectorError, Evidence, RateMeter, ThresholdRule,
    ThresholdState, Unscored, Verdict,
};

const STEP: i64 = 300;
const ALARM: f64 = 0.5;

/// Numbers that look random and are the same in every run.
struct Noise(u64);

impl Noise {
    /// A number in 0..1000.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from((self.0 >> 33) % 1000).expect("below 1000"))
    }
}

/// A daily wave of whole numbers with noise.
fn wave(points: usize) -> Vec<f64> {
    let mut noise = Noise(7);
    let value = |(at, noise): (usize, f64)| {
        let hour = f64::from(u32::try_from(at % 288).expect("small")) / 288.0;
        (4000.0 * (hour * std::f64::consts::TAU).sin() + noise).round()
    };
    (0..points).map(|at| value((at, noise.next()))).collect()
}

fn scores(values: &[f64]) -> Vec<f64> {
    let mut detector = Detector::new(DetectorConfig::default());
    (0..).map(|at| at * STEP).zip(values).map(|(at, value)| detector.observe(at, *value).score()).collect()
}

fn alarms(scores: &[f64]) -> Vec<usize> {
    (0..scores.len()).filter(|at| scores[*at] >= ALARM).collect()
}

#[test]
fn a_series_that_never_changes_never_alarms() {
    for value in [0.0, -0.0, 42.0, 1e-300, -1e140] {
        assert!(scores(&[value; 3000]).iter().all(|score| *score == 0.0), "constant {value}");
    }
}

#[test]
fn a_spike_is_told_once() {
    let mut values = wave(3000);
    assert_eq!(alarms(&scores(&values)[600..]), [0usize; 0]);
    values[2000] = 30_000.0;
    values[2001] = 30_000.0;
    values[2005] = 29_500.0;
    assert_eq!(alarms(&scores(&values)[600..]), [1400]);
}

/// Every value and level of a quiet day was seen on the nights before: only the hour tells.
#[test]
fn a_day_without_its_rise_is_out_of_season() {
    let mut noise = Noise(5);
    let quiet_day = 12;
    let value = |at: usize, noise: f64| {
        let is_day = (96..240).contains(&(at % 288));
        if is_day && at / 288 != quiet_day { 20_000.0 + noise } else { noise }
    };
    let values: Vec<f64> = (0..288 * 14).map(|at| value(at, noise.next())).collect();
    let mut detector = Detector::new(DetectorConfig::default());
    let verdicts: Vec<Verdict> =
        (0..).zip(&values).map(|(at, value)| detector.observe(at * STEP, *value)).collect();
    let alarms: Vec<usize> = (1440..verdicts.len()).filter(|at| verdicts[*at].score() >= ALARM).collect();
    let first = *alarms.first().expect("the quiet day is told");
    assert!((288 * quiet_day + 96..288 * quiet_day + 120).contains(&first), "told at {first}");
    let Verdict::Scored { evidence, expected, spread, .. } = verdicts[first] else {
        panic!("an alarm without a score")
    };
    assert_eq!(evidence, Evidence::OutOfSeason);
    assert!((20_000.0..21_000.0).contains(&expected), "expected {expected}");
    assert!((100.0..2000.0).contains(&spread), "spread {spread}");
}

#[test]
fn a_new_level_is_told_and_then_learned() {
    let mut noise = Noise(3);
    let values: Vec<f64> = (0..4000).map(|at| noise.next() + if at < 2000 { 0.0 } else { 5000.0 }).collect();
    let found = alarms(&scores(&values));
    assert_eq!(found.first(), Some(&2000));
    assert!(found.iter().all(|at| *at < 2100), "the new level was not learned: {found:?}");
}

#[test]
fn what_cannot_be_placed_is_left_out_and_said() {
    let mut detector = Detector::new(DetectorConfig::default());
    for at in 0..200 {
        detector.observe(at * STEP, 10.0 + f64::from(u8::try_from(at % 7).expect("small")));
    }
    let before = detector.clone();
    let last = 199 * STEP;
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e200] {
        assert_eq!(detector.observe(last + STEP, value), Verdict::Unscored(Unscored::NotFinite));
    }
    assert_eq!(detector.observe(last, 11.0), Verdict::Unscored(Unscored::Repeated));
    assert_eq!(detector, before, "an unplaced point was learned");
    assert_eq!(detector.observe(last - STEP, 900.0), Verdict::Unscored(Unscored::Late));
    assert!(matches!(detector.observe(last + STEP, 11.0), Verdict::Scored { .. }));
}

#[test]
fn a_clock_set_back_does_not_silence_the_stream() {
    let mut detector = Detector::new(DetectorConfig::default());
    for at in 1000..1200 {
        detector.observe(at * STEP, 5.0);
    }
    let verdicts: Vec<Verdict> = (0..40).map(|at| detector.observe(at * STEP, 5.0)).collect();
    assert_eq!(verdicts[0], Verdict::Unscored(Unscored::Late));
    assert!(matches!(verdicts[39], Verdict::Scored { .. }));
}

#[test]
fn state_survives_saving_and_other_versions_are_refused() {
    let values = wave(1500);
    let mut detector = Detector::new(DetectorConfig::default());
    for (at, value) in (0..).zip(&values[..1000]) {
        detector.observe(at * STEP, *value);
    }
    let saved = detector.save().expect("saved");
    let mut loaded = Detector::load(&saved).expect("loaded");
    assert_eq!(loaded, detector);
    for (at, value) in (1000..).zip(&values[1000..]) {
        assert_eq!(loaded.observe(at * STEP, *value), detector.observe(at * STEP, *value));
    }
    let newer = saved.replacen("\"version\":1", "\"version\":2", 1);
    assert!(matches!(Detector::load(&newer), Err(DetectorError::OtherVersion { found: 2 })));
    assert!(matches!(Detector::load("{\"version\":1}"), Err(DetectorError::Unreadable(_))));
    let damaged = saved.replacen("\"hours\":[", "\"hours\":[{\"mean\":0,\"count\":0},", 1);
    assert_ne!(damaged, saved);
    assert!(matches!(Detector::load(&damaged), Err(DetectorError::Damaged)));
}

#[test]
fn state_stays_small_however_long_the_stream() {
    let mut noise = Noise(11);
    let mut detector = Detector::new(DetectorConfig::default());
    let mut drift = 0.0;
    for at in 0..20_000 {
        drift += noise.next() - 499.5;
        detector.observe(at * STEP, drift * noise.next());
        if at % 5_000 == 4_999 {
            let length = detector.save().expect("saved").len();
            assert!(length < 90_000, "{length} bytes after {at} points");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Powers of two and whole numbers keep the arithmetic exact, so scores may differ by rounding only.
    #[test]
    fn unit_and_origin_do_not_matter(power in -300i32..300, shift in -1_000_000i32..1_000_000, spike in 500usize..1400) {
        let mut values = wave(1500);
        values[spike] += 50_000.0;
        let scale = f64::from(power).exp2();
        let moved: Vec<f64> = values.iter().map(|value| (value + f64::from(shift)) * scale).collect();
        for (at, (one, other)) in scores(&values).iter().zip(scores(&moved)).enumerate() {
            prop_assert!((one - other).abs() < 1e-6, "point {at}: {one} and {other}");
        }
    }

    #[test]
    fn any_points_give_scores_from_0_to_below_1(points in prop::collection::vec((any::<i64>(), any::<f64>()), 0..300)) {
        let mut detector = Detector::new(DetectorConfig { capacity: 16 });
        for (at, value) in points {
            let score = detector.observe(at, value).score();
            prop_assert!((0.0..=1.0).contains(&score), "score {score} of {value} at {at}");
        }
        prop_assert!(Detector::load(&detector.save().expect("saved")).is_ok());
    }
}

fn breaches(rule: ThresholdRule, values: &[f64]) -> Vec<Breach> {
    let mut state = ThresholdState::default();
    values.iter().map(|value| state.observe(&rule, *value)).collect()
}

#[test]
fn a_threshold_waits_holds_and_clears() {
    let above = ThresholdRule { bound: Bound::Above { limit: 10.0, clear: 8.0 }, after_points: 2 };
    let found = breaches(above, &[11.0, 9.0, 11.0, 12.0, 9.0, f64::NAN, 8.0, 7.0]);
    let pending = Breach::Pending { points: 1 };
    let expected = [
        pending,
        Breach::None,
        pending,
        Breach::Begun,
        Breach::GoesOn,
        Breach::NotFinite,
        Breach::Ended,
        Breach::None,
    ];
    assert_eq!(found, expected);
    let below = ThresholdRule { bound: Bound::Below { limit: 1.0, clear: 0.5 }, after_points: 0 };
    assert_eq!(
        breaches(below, &[1.0, 0.9, 0.95, 1.0]),
        [Breach::None, Breach::Begun, Breach::GoesOn, Breach::Ended]
    );
}

#[test]
fn a_rate_has_its_quiet_spans_and_no_more_than_a_day_of_them() {
    let mut meter = RateMeter::new(300);
    let bucket = |starts_at_seconds, count| Bucket { starts_at_seconds, count };
    assert_eq!(meter.add(310, 2), []);
    assert_eq!(meter.add(599, 1), []);
    assert_eq!(meter.add(1200, 5), [bucket(300, 3), bucket(600, 0), bucket(900, 0)]);
    assert_eq!(meter.add(400, 9), []);
    assert_eq!(meter.late(), 9);
    assert_eq!(meter.advance(1499), []);
    let closed = meter.advance(i64::from(u32::MAX));
    assert_eq!(closed[0], bucket(1200, 5));
    assert_eq!(closed.len(), 1 + 288);
    assert!(closed[1..].iter().all(|bucket| bucket.count == 0));
}

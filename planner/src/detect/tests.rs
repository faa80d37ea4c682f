//! Rates against their own baselines, on streams whose spikes are known.

use super::*;
use crate::fixture::NOON;

/// The hour of noon is nearly over then.
const LATE: Duration = Duration::from_mins(45);

/// So many records in each hour of the days before noon; the last of them is the hour of noon.
fn hours(days: i64, rate: impl Fn(i64) -> u64) -> BTreeMap<i64, u64> {
    let this = hour_of(NOON);
    (this - days * 24..=this).map(|hour| (hour, rate(hour))).filter(|(_, count)| *count > 0).collect()
}

fn since(days: u64) -> Timestamp {
    NOON.minus(Duration::from_hours(24 * days))
}

/// Busy from eight to twenty, quiet at night; noon is at the thirteenth hour of this clock.
fn daily(hour: i64) -> u64 {
    if (8..20).contains(&hour.rem_euclid(24)) { 40 + hour.rem_euclid(3).unsigned_abs() } else { 2 }
}

#[test]
fn a_days_rhythm_is_no_spike_and_ten_times_it_is() {
    let config = DetectConfig::default();
    let (this, noon) = (hour_of(NOON), NOON.plus(LATE));
    let usual = pace(&hours(10, daily), since(10), noon, &config).unwrap();
    assert!((0.5..2.0).contains(&usual.times) && !usual.is_spike, "{usual:?}");
    let spiked = hours(10, |hour| daily(hour) * if hour >= this - 1 { 10 } else { 1 });
    let spike = pace(&spiked, since(10), noon, &config).unwrap();
    assert!((8.0..12.0).contains(&spike.times) && spike.is_spike, "{spike:?}");
    let lasting = hours(10, |hour| daily(hour) * if hour >= this - 5 { 10 } else { 1 });
    assert!(pace(&lasting, since(10), noon, &config).unwrap().is_spike, "for as long as it lasts");
    assert!(spike.words().ends_with(" × its baseline"), "{}", spike.words());
}

#[test]
fn the_same_count_is_usual_by_day_and_a_spike_at_night() {
    let config = DetectConfig::default();
    let night = Timestamp::from_micros(NOON.micros() - 12 * MICROS_AN_HOUR);
    let (by_day, by_night) = (hour_of(NOON).rem_euclid(24), hour_of(night).rem_euclid(24));
    assert!(daily(by_day) != daily(by_night) || daily(by_day) > 2, "one of them is day: {by_day} {by_night}");
    let (day, night) = if daily(by_day) > 2 { (NOON, night) } else { (night, NOON) };
    let mut spiked = hours(10, daily);
    spiked.retain(|hour, _| *hour < hour_of(night) - 1);
    spiked.insert(hour_of(night), 80);
    let at_night = pace(&spiked, since(10), night.plus(Duration::from_mins(30)), &config).unwrap();
    assert!(at_night.is_spike, "{at_night:?}");
    let mut usual = hours(10, daily);
    usual.retain(|hour, _| *hour < hour_of(day) - 1);
    usual.insert(hour_of(day), 80);
    let at_day = pace(&usual, since(10), day.plus(Duration::from_mins(30)), &config).unwrap();
    assert!(!at_day.is_spike, "{at_day:?}");
}

#[test]
fn a_burst_that_comes_every_day_surprises_nobody() {
    let this = hour_of(NOON);
    let bursts = hours(14, |hour| if (this - hour) % 24 == 0 { 300 } else { 0 });
    let pace = pace(&bursts, since(14), NOON.plus(LATE), &DetectConfig::default()).unwrap();
    assert!(!pace.is_spike, "{pace:?}");
}

#[test]
fn a_burst_of_every_week_exceeds_its_hour_and_is_no_news() {
    let (this, noon, config) = (hour_of(NOON), NOON.plus(LATE), DetectConfig::default());
    let weekly = |latest: u64| {
        let burst = move |hour| if hour == this { latest } else { 300 };
        hours(27, |hour| if (this - hour) % 168 == 0 { burst(hour) } else { 1 })
    };
    let usual = pace(&weekly(300), since(27), noon, &config).unwrap();
    assert!(usual.times >= config.spike_times.0 && !usual.is_spike, "{usual:?}");
    assert!(pace(&weekly(9000), since(27), noon, &config).unwrap().is_spike, "a burst of another size is");
}

#[test]
fn few_records_and_short_histories_are_no_spikes() {
    let config = DetectConfig::default();
    let this = hour_of(NOON);
    let few = hours(10, |hour| if hour == this { config.spike_records - 1 } else { 0 });
    assert!(!pace(&few, since(10), NOON, &config).unwrap().is_spike, "too few");
    let enough = hours(10, |hour| if hour == this { config.spike_records } else { 0 });
    assert!(pace(&enough, since(10), NOON, &config).unwrap().is_spike, "a burst after ten quiet days");
    assert_eq!(pace(&hours(10, daily), since(0), NOON, &config), None, "less than a day has no baseline");
    assert_eq!(pace(&BTreeMap::new(), NOON.plus(Duration::from_hours(99)), NOON, &config), None);
}

#[test]
fn a_trend_is_told_in_doublings_from_day_to_day() {
    let this = hour_of(NOON);
    let rising = hours(4, |hour| if hour > this - 24 { 16 } else { 4 });
    let falling = hours(4, |hour| if hour > this - 24 { 4 } else { 16 });
    let close = |found: Option<f64>, wanted: f64| found.is_some_and(|found| (found - wanted).abs() < 0.05);
    assert!(close(trend(&rising, since(4), NOON), 2.0));
    assert!(close(trend(&falling, since(4), NOON), -2.0));
    assert_eq!(trend(&rising, since(1), NOON), None);
}

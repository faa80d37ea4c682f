//! Two shares of people: which is larger, and how likely the difference is by chance. Pure.

use serde_json::Value;

use super::number;

/// Fewer expected on either side, in either sample, and the normal distribution says nothing.
const LEAST_EXPECTED: f64 = 5.0;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    pub(super) of: f64,
    pub(super) did: f64,
}

impl Share {
    /// `{"exposed": 1000, "converted": 80}`, by any of the usual names.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| number(value.get(name)));
        let of = first(&["exposed", "exposures", "entered", "users", "count", "total"])?;
        let did = first(&["converted", "conversions", "completed", "success_count", "successes"])?;
        (did >= 0.0 && of > 0.0 && did <= of).then_some(Self { of, did })
    }

    pub(super) fn part(self) -> f64 {
        self.did / self.of
    }
}

/// How likely a difference at least as large is where there is none; none where too few say anything.
pub(super) fn chance(one: Share, other: Share) -> Option<f64> {
    let all = (one.did + other.did) / (one.of + other.of);
    let least = |share: Share| (all * share.of).min((1.0 - all) * share.of);
    if least(one) < LEAST_EXPECTED || least(other) < LEAST_EXPECTED {
        return None;
    }
    let error = (all * (1.0 - all) * (1.0 / one.of + 1.0 / other.of)).sqrt();
    let distance = (one.part() - other.part()).abs() / error;
    Some(both_tails(distance))
}

/// Of the standard normal distribution beyond ±`distance`: Simpson's rule over the density, which falls to nothing at 9.
fn both_tails(distance: f64) -> f64 {
    const STEPS: u32 = 400;
    const END: f64 = 9.0;
    if distance >= END {
        return 0.0;
    }
    let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let width = (END - distance) / f64::from(STEPS);
    let weight = |step: u32| match step {
        0 | STEPS => 1.0,
        odd if odd % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=STEPS).map(|step| weight(step) * density(distance + width * f64::from(step))).sum();
    2.0 * sum * width / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_normal_distribution() {
        for (distance, tails) in [(0.0, 1.0), (1.0, 0.317_310_5), (1.959_964, 0.05), (3.290_527, 0.001)] {
            assert!((both_tails(distance) - tails).abs() < 1e-6, "{distance}: {}", both_tails(distance));
        }
        assert!(both_tails(40.0) <= f64::EPSILON);
    }

    #[test]
    fn a_difference_of_few_is_chance_and_of_many_is_none() {
        let share = |of, did| Share { of, did };
        let few = chance(share(200.0, 20.0), share(200.0, 16.0)).unwrap();
        assert!(few > 0.4, "{few}");
        let many = chance(share(20_000.0, 2000.0), share(20_000.0, 1600.0)).unwrap();
        assert!(many < 1e-9, "{many}");
        assert_eq!(chance(share(50.0, 2.0), share(50.0, 1.0)), None);
    }

    #[test]
    fn shares_are_read_by_several_names_and_wrong_ones_are_none() {
        let read = |value: Value| Share::read(&value);
        let wanted = Some(Share { of: 10.0, did: 4.0 });
        assert_eq!(read(serde_json::json!({"exposed": 10, "converted": 4})), wanted);
        assert_eq!(read(serde_json::json!({"count": "10", "success_count": 4})), wanted);
        for wrong in [
            serde_json::json!({"exposed": 10, "converted": 11}),
            serde_json::json!({"exposed": 0, "converted": 0}),
            serde_json::json!({"exposed": 10, "converted": -1}),
            serde_json::json!({"exposed": 10}),
            serde_json::json!("10"),
        ] {
            assert_eq!(Share::read(&wrong), None, "{wrong}");
        }
    }
}

//! Durations as people write them in settings: "500ms", "30s", "5m", "2h", "7d".
//!
//! Use as `#[serde(with = "signalbox_runtime::duration")]`. One number, one unit; never a bare number, whose unit
//! would have to be guessed. Where nothing would spin or never begin, use `signalbox_runtime::duration::positive`. Every
//! config struct of every crate uses one of the two.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de, ser};

/// Longer than anything asked for in earnest, and short enough for nanoseconds in a `u64`.
pub const LONGEST: Duration = Duration::from_secs(36_500 * 24 * 60 * 60);

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Why a text is not a duration, or a duration cannot be written as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    #[error(
        "expected a whole number and a unit, such as \"500ms\", \"30s\", \"5m\", \"2h\" or \"7d\", got {got:?}"
    )]
    Form { got: String },
    #[error("expected a duration of at most 36500d, got {got:?}")]
    TooLong { got: String },
    #[error("expected a duration in whole milliseconds, got {got:?}")]
    TooFine { got: Duration },
    #[error("expected a duration longer than 0s")]
    Zero,
}

/// Reads "30s" and the like.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let form = || DurationError::Form { got: bounded(text) };
    let too_long = || DurationError::TooLong { got: bounded(text) };
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(form)?;
    let (number, unit) = text.split_at(unit_at);
    let (_, millis_each) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(form)?;
    if number.is_empty() {
        return Err(form());
    }
    let count: u64 = number.parse().map_err(|_| too_long())?;
    let duration = count.checked_mul(*millis_each).map(Duration::from_millis).ok_or_else(too_long)?;
    if duration > LONGEST { Err(too_long()) } else { Ok(duration) }
}

/// Writes a duration with the largest unit that divides it; the reverse of [`parse`].
pub fn format(duration: Duration) -> Result<String, DurationError> {
    let millis = u64::try_from(duration.as_millis())
        .ok()
        .filter(|_| duration <= LONGEST)
        .ok_or_else(|| DurationError::TooLong { got: format!("{duration:?}") })?;
    if Duration::from_millis(millis) != duration {
        return Err(DurationError::TooFine { got: duration });
    }
    if millis == 0 {
        return Ok("0s".to_owned());
    }
    let (unit, each) =
        UNITS.iter().find(|(_, each)| millis.is_multiple_of(*each)).copied().unwrap_or(("ms", 1));
    Ok(format!("{}{unit}", millis / each))
}

/// The half that `#[serde(with)]` writes by.
pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format(*duration).map_err(ser::Error::custom)?)
}

/// The half that `#[serde(with)]` reads by.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// The same for a duration that must not be zero: a period, a lease, a limit.
pub mod positive {
    use std::time::Duration;

    use serde::{Deserializer, de};

    pub use super::serialize;

    /// Reads a duration and refuses zero.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        match super::deserialize(deserializer)? {
            Duration::ZERO => Err(de::Error::custom(super::DurationError::Zero)),
            duration => Ok(duration),
        }
    }
}

/// Enough of a wrong text to recognise it.
fn bounded(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Settings {
        #[serde(with = "crate::duration")]
        every: Duration,
    }

    #[test]
    fn each_unit_is_read_and_written() {
        for (text, millis) in [
            ("0s", 0),
            ("500ms", 500),
            ("30s", 30_000),
            ("5m", 300_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
            assert_eq!(format(Duration::from_millis(millis)).as_deref(), Ok(text));
        }
        assert_eq!(format(Duration::from_secs(90)).as_deref(), Ok("90s"));
    }

    #[test]
    fn what_is_no_duration_says_what_was_expected() {
        for text in ["", "30", "s", "30 s", "30sec", "-5s", "+5s", "1.5h", "1h30m", "٣s", "30S"] {
            let error = parse(text).unwrap_err();
            assert_eq!(error, DurationError::Form { got: text.to_owned() }, "{text}");
            assert!(error.to_string().contains("such as \"500ms\""), "{error}");
        }
    }

    #[test]
    fn nothing_overflows() {
        for text in ["36501d", "18446744073709551615d", "99999999999999999999999ms"] {
            assert!(matches!(parse(text), Err(DurationError::TooLong { .. })), "{text}");
        }
        assert_eq!(parse("36500d"), Ok(LONGEST));
        assert!(matches!(format(Duration::MAX), Err(DurationError::TooLong { .. })));
        assert!(matches!(format(Duration::from_micros(1)), Err(DurationError::TooFine { .. })));
    }

    #[test]
    fn settings_carry_it() {
        let settings: Settings = serde_json::from_str(r#"{"every":"90s"}"#).unwrap();
        assert_eq!(settings, Settings { every: Duration::from_secs(90) });
        assert_eq!(serde_json::to_string(&settings).unwrap(), r#"{"every":"90s"}"#);
        let error = serde_json::from_str::<Settings>(r#"{"every":"soon"}"#).unwrap_err();
        assert!(error.to_string().contains("got \"soon\""), "{error}");
    }

    #[test]
    fn what_must_not_be_zero_is_not() {
        #[derive(Debug, Serialize, Deserialize)]
        struct Period {
            #[serde(with = "crate::duration::positive")]
            every: Duration,
        }
        let period: Period = serde_json::from_str(r#"{"every":"1ms"}"#).unwrap();
        assert_eq!(serde_json::to_string(&period).unwrap(), r#"{"every":"1ms"}"#);
        let error = serde_json::from_str::<Period>(r#"{"every":"0s"}"#).unwrap_err();
        assert!(error.to_string().contains("longer than 0s"), "{error}");
    }
}

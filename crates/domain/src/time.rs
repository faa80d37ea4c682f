//! A moment, in microseconds since 1970 UTC: what both databases keep and compare exactly.
//!
//! The clock itself lives in `runtime`; here a moment is only a value.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// Why a text is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a time in RFC 3339 such as 2026-11-21T08:30:00Z, got {got:?}")]
pub struct TimestampError {
    pub got: String,
}

impl Timestamp {
    pub const EPOCH: Self = Self(0);

    /// 9999-12-30T22:00:00Z, the last moment that jiff writes, in whole seconds.
    const LAST: i64 = 253_402_207_200_000_000;
    /// 0000-01-01T00:00:00Z: RFC 3339 knows no year before it.
    const FIRST: i64 = -62_167_219_200_000_000;

    /// Moments outside the years 0 to 9999 become that edge: no number makes a value that cannot be shown.
    pub const fn from_micros(micros: i64) -> Self {
        if micros > Self::LAST {
            Self(Self::LAST)
        } else if micros < Self::FIRST {
            Self(Self::FIRST)
        } else {
            Self(micros)
        }
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub fn plus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    pub fn minus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        u64::try_from(micros).map_or(Duration::ZERO, Duration::from_micros)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => fmt::Display::fmt(&moment, f),
            Err(_) => write!(f, "{} microseconds", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse::<jiff::Timestamp>()
            .map(|moment| Self::from_micros(moment.as_microsecond()))
            .map_err(|_| TimestampError { got: text.chars().take(64).collect() })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["2026-11-21T08:30:00Z", "1969-12-31T23:59:59.999999Z", "2026-11-21T08:30:00.000001Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
        assert_eq!(
            "2026-11-21T10:30:00+02:00".parse::<Timestamp>().unwrap().to_string(),
            "2026-11-21T08:30:00Z"
        );
    }

    #[test]
    fn no_number_makes_a_moment_that_cannot_be_shown() {
        for micros in [i64::MIN, i64::MAX, 0, -1] {
            let shown = Timestamp::from_micros(micros).to_string();
            assert_eq!(
                shown.parse::<Timestamp>().map(Timestamp::micros),
                Ok(Timestamp::from_micros(micros).micros())
            );
        }
        assert_eq!(Timestamp::from_micros(i64::MAX).plus(Duration::MAX), Timestamp::from_micros(i64::MAX));
    }

    #[test]
    fn a_span_is_never_negative() {
        let (early, late) = (Timestamp::from_micros(5), Timestamp::from_micros(9));
        assert_eq!(late.since(early), Duration::from_micros(4));
        assert_eq!(early.since(late), Duration::ZERO);
    }

    #[test]
    fn what_is_no_time_says_what_was_expected() {
        let error = "yesterday".parse::<Timestamp>().unwrap_err();
        assert!(error.to_string().contains("RFC 3339"), "{error}");
    }
}

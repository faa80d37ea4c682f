//! Whether a part that a test needs is on this machine, and what becomes of the test where it is not.
//!
//! A bare `cargo test` leaves the test out and says so in one line a part and test binary. Under
//! `SIGNALBOX_TESTS=all`, which `./test` and CI set, a missing part fails the test. Nothing ever stands in
//! for a missing part.

use std::sync::Once;

use crate::process::tell;

const DEMAND: &str = "SIGNALBOX_TESTS";

/// A part of the outside world that a test needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Apache Kafka's jars and a Java to run them.
    #[cfg(feature = "kafka")]
    Kafka,
    /// PostgreSQL's server and client programs.
    Postgres,
    /// SDKs of trackers, as their makers publish them.
    Sdks,
    /// A browser.
    Chromium,
}

/// A part was found, and this is which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present(pub Part);

/// What is to become of a test.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Run,
    LeaveOut(String),
    Fail(String),
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "kafka")]
            Self::Kafka => "Kafka",
            Self::Postgres => "PostgreSQL",
            Self::Sdks => "real SDKs",
            Self::Chromium => "Chromium",
        }
    }

    /// Looks for the part; the error says what was missed and where.
    fn find(self) -> Result<(), String> {
        match self {
            #[cfg(feature = "kafka")]
            Self::Kafka => crate::kafka::Install::find().map(drop).map_err(|missing| missing.to_string()),
            Self::Postgres => {
                crate::postgres::Install::find().map(drop).map_err(|missing| missing.to_string())
            }
            Self::Sdks => crate::sdks::Sdks::find().map(drop).map_err(|missing| missing.to_string()),
            Self::Chromium => {
                let folders = std::env::var_os("PATH").unwrap_or_default();
                let is_there =
                    std::env::split_paths(&folders).any(|folder| folder.join("chromium").is_file());
                is_there.then_some(()).ok_or_else(|| "no chromium in PATH".to_owned())
            }
        }
    }

    fn said(self) -> &'static Once {
        #[cfg(feature = "kafka")]
        static KAFKA: Once = Once::new();
        static POSTGRES: Once = Once::new();
        static SDKS: Once = Once::new();
        static CHROMIUM: Once = Once::new();
        match self {
            #[cfg(feature = "kafka")]
            Self::Kafka => &KAFKA,
            Self::Postgres => &POSTGRES,
            Self::Sdks => &SDKS,
            Self::Chromium => &CHROMIUM,
        }
    }
}

/// Opens a test that needs a part: `let Some(_) = require(Part::Kafka) else { return };`
///
/// # Panics
/// When the part is missing and `SIGNALBOX_TESTS=all` is set, or that variable holds anything else.
#[must_use]
#[expect(clippy::panic, reason = "failing the calling test is what this function is for")]
pub fn require(part: Part) -> Option<Present> {
    let demand = std::env::var(DEMAND).ok();
    match decide(part.name(), demand.as_deref(), part.find()) {
        Verdict::Run => Some(Present(part)),
        Verdict::LeaveOut(line) => {
            part.said().call_once(|| tell(&line));
            None
        }
        Verdict::Fail(line) => panic!("{line}"),
    }
}

fn decide(part: &str, demand: Option<&str>, found: Result<(), String>) -> Verdict {
    match (demand, found) {
        (Some("all") | None, Ok(())) => Verdict::Run,
        (Some("all"), Err(why)) => Verdict::Fail(format!("{DEMAND}=all, but {part} is missing: {why}")),
        (None, Err(why)) => Verdict::LeaveOut(format!(
            "signalbox: left out the tests that need {part}: {why}. ./test installs it and runs them."
        )),
        (Some(other), _) => {
            Verdict::Fail(format!("{DEMAND} is {other:?}; it can be `all`, or not be set at all"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(demand: Option<&str>, found: Result<(), String>, expect: &Verdict) {
        assert_eq!(decide("Kafka", demand, found), *expect);
    }

    #[test]
    fn a_missing_part_fails_where_all_is_demanded() {
        let missing = || Err("no java".to_owned());
        check(Some("all"), Ok(()), &Verdict::Run);
        check(None, Ok(()), &Verdict::Run);
        check(
            Some("all"),
            missing(),
            &Verdict::Fail("SIGNALBOX_TESTS=all, but Kafka is missing: no java".to_owned()),
        );
        check(
            None,
            missing(),
            &Verdict::LeaveOut(
                "signalbox: left out the tests that need Kafka: no java. ./test installs it and runs them."
                    .to_owned(),
            ),
        );
    }

    #[test]
    fn a_misspelt_demand_is_not_taken_for_none() {
        let verdict = decide("Kafka", Some("ALL"), Ok(()));
        assert!(matches!(verdict, Verdict::Fail(_)), "{verdict:?}");
    }
}

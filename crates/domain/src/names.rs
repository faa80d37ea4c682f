//! Short names that people choose and rows refer to: bounded, printable, safe in a path, a URL and a log line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to {max} of a–z, A–Z, 0–9 and {others} that begin with a letter or digit, got {got:?}")]
pub struct NameError {
    pub max: usize,
    pub others: &'static str,
    pub got: String,
}

fn check(text: &str, max: usize, others: &'static str) -> Result<(), NameError> {
    let fits = (1..=max).contains(&text.len());
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    let all = text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c));
    // `..` would leave a folder wherever a name becomes a path.
    if fits && begins && all && !text.contains("..") {
        return Ok(());
    }
    Err(NameError { max, others, got: text.chars().take(64).collect() })
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, at most $max:literal, also $others:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                check(text, $max, $others).map(|()| Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                check(&text, $max, $others).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )*};
}

names! {
    /// A project as people call it: `web`.
    ProjectName, at most 64, also "-_.";
    /// A configured source: `posthog-events`.
    SourceName, at most 64, also "-_.";
    /// What kind of hint it is within its source: `issue_spiking`.
    SignalKind, at most 64, also "-_.:$";
    /// A repository: `owner/name`, or a name alone for a local one.
    RepositoryName, at most 200, also "-_./";
    /// Who or what holds something: a process, a runner, a computer.
    HolderName, at most 128, also "-_.:@";
    /// An automation, a secret, a token, a skill, a quota.
    Label, at most 128, also "-_./:";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_where_they_end_up() {
        for good in ["web", "Web-2", "a.b_c"] {
            assert!(good.parse::<ProjectName>().is_ok(), "{good}");
        }
        for bad in ["", "-web", ".web", "a/b", "a b", "a\0", "é", "a..b", &"x".repeat(65)] {
            assert!(bad.parse::<ProjectName>().is_err(), "{bad:?}");
        }
        assert!("acme/shop".parse::<RepositoryName>().is_ok());
        assert!("acme/../shop".parse::<RepositoryName>().is_err());
        assert!("/etc/passwd".parse::<RepositoryName>().is_err());
    }

    #[test]
    fn json_is_checked_too() {
        assert!(serde_json::from_str::<ProjectName>("\"../x\"").is_err());
        assert_eq!(serde_json::from_str::<ProjectName>("\"web\"").unwrap().as_str(), "web");
    }
}

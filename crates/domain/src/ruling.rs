//! What a person decided about a case, kept with it: how long it sleeps, why it was dismissed and what brings it back,
//! or that its text was looked at and may be worked on.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The name of whoever decided.
    pub by: String,
    pub at: Timestamp,
    /// The generation that it was decided about: a later one begins anew.
    pub generation: u32,
    pub ruled: Ruled,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ruled", rename_all = "snake_case")]
pub enum Ruled {
    Snooze {
        until: SnoozeUntil,
    },
    Dismiss {
        code: DismissCode,
        words: String,
    },
    /// Somebody has read it: it is work, and may be given to whoever does it.
    Accept {
        words: String,
    },
}

/// What wakes a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "until", rename_all = "snake_case")]
pub enum SnoozeUntil {
    Time {
        at: Timestamp,
    },
    /// So many records more than it had.
    Records {
        more: u64,
        had: u64,
    },
    /// A record of a release that it had none of.
    NextRelease {
        known: Vec<String>,
    },
}

/// Why a case was dismissed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DismissCode {
    Intended,
    WontFix,
    Noise,
    CannotReproduce,
    FixedElsewhere,
}

/// What a dismissal means for records to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComesBack {
    Never,
    /// With records after the time that a change takes to come out.
    WhenSeen,
}

impl DismissCode {
    pub const ALL: [Self; 5] =
        [Self::Intended, Self::WontFix, Self::Noise, Self::CannotReproduce, Self::FixedElsewhere];

    pub fn name(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::WontFix => "wont_fix",
            Self::Noise => "noise",
            Self::CannotReproduce => "cannot_reproduce",
            Self::FixedElsewhere => "fixed_elsewhere",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    pub fn comes_back(self) -> ComesBack {
        match self {
            Self::Intended | Self::WontFix | Self::Noise => ComesBack::Never,
            Self::CannotReproduce | Self::FixedElsewhere => ComesBack::WhenSeen,
        }
    }

    /// The effect, as it stands beside the code wherever one is chosen.
    pub fn effect(self) -> &'static str {
        match self.comes_back() {
            ComesBack::Never => "it stays so, whatever is seen of it",
            ComesBack::WhenSeen => "it comes back when it is seen after the cool-down",
        }
    }
}

impl SnoozeUntil {
    pub fn words(&self) -> String {
        match self {
            Self::Time { at } => format!("until {at}"),
            Self::Records { more, had } => format!("until {more} records more than its {had}"),
            Self::NextRelease { .. } => "until the next release".to_owned(),
        }
    }
}

impl Form for Ruling {
    const NAME: &'static str = "ruling";
    const VERSION: u16 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own_and_an_effect() {
        for code in DismissCode::ALL {
            assert_eq!(DismissCode::from_name(code.name()), Some(code));
            assert!(!code.effect().is_empty());
        }
        assert_eq!(DismissCode::from_name("luck"), None);
    }
}

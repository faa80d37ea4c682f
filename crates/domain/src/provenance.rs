//! Who could have written a field. It travels with the field from record to brief (invariant 8): rights are
//! decided by it, never by what the text says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who could have written something, the least trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Anybody who can reach the product: error messages, page titles, what came with a public key.
    Stranger,
    /// A system that proved itself: a signed webhook, a topic that only our own services write.
    SignedSource,
    /// Whoever may push to the repository.
    Repository,
    /// A signed-in person of the team.
    Person,
}

impl Provenance {
    pub const ALL: [Self; 4] = [Self::Stranger, Self::SignedSource, Self::Repository, Self::Person];

    /// What is made of two parts is trusted as its less trusted part.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Of many parts; nothing at all was written by nobody, so it is as good as our own word.
    pub fn of_all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Person, Self::and)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::SignedSource => "signed_source",
            Self::Repository => "repository",
            Self::Person => "person",
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value together with who could have written it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sourced<T> {
    pub value: T,
    pub from: Provenance,
}

impl<T> Sourced<T> {
    pub fn new(value: T, from: Provenance) -> Self {
        Self { value, from }
    }

    pub fn stranger(value: T) -> Self {
        Self::new(value, Provenance::Stranger)
    }

    pub fn person(value: T) -> Self {
        Self::new(value, Provenance::Person)
    }

    /// A value derived from this one alone is trusted as it is.
    pub fn map<U>(self, derive: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: derive(self.value), from: self.from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_less_trusted_part_wins() {
        for one in Provenance::ALL {
            for other in Provenance::ALL {
                let both = one.and(other);
                assert_eq!(both, other.and(one));
                assert!(both <= one && both <= other);
            }
        }
        assert_eq!(Provenance::of_all([Provenance::Person, Provenance::Stranger]), Provenance::Stranger);
        assert_eq!(Provenance::of_all([]), Provenance::Person);
    }

    #[test]
    fn a_derived_value_keeps_its_writer() {
        assert_eq!(Sourced::stranger("41").map(str::len), Sourced::stranger(2));
    }
}

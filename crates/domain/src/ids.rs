//! Ids: one newtype a noun, so that a case can never be passed for a task.
//!
//! An id is a UUIDv7, so ids sort by the time they were made. In text it is a TypeID: `task_` and 26 letters of
//! Crockford's base 32; text order equals id order. Ids are made by `runtime::IdSource`, never here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("expected an id that begins with `{expected}_`, got {got:?}")]
    Prefix { expected: &'static str, got: String },
    #[error("expected 26 letters of base 32 after `{prefix}_`, got {got:?}")]
    Letters { prefix: &'static str, got: String },
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in groups of five: 26 letters, the first of which holds only three bits.
const LETTERS: usize = 26;

fn encode(prefix: &str, uuid: Uuid) -> String {
    let bits = uuid.as_u128();
    let mut text = String::with_capacity(prefix.len() + 1 + LETTERS);
    text.push_str(prefix);
    text.push('_');
    for place in (0..LETTERS).rev() {
        let five = ((bits >> (5 * place)) & 31) as usize;
        text.push(char::from(ALPHABET[five]));
    }
    text
}

fn decode(prefix: &'static str, text: &str) -> Result<Uuid, IdError> {
    let letters = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or_else(|| IdError::Prefix { expected: prefix, got: bounded(text) })?;
    let wrong = || IdError::Letters { prefix, got: bounded(letters) };
    // The first letter above 7 would need more than 128 bits.
    if letters.len() != LETTERS || letters.as_bytes()[0] > b'7' {
        return Err(wrong());
    }
    letters
        .bytes()
        .try_fold(0_u128, |bits, letter| {
            let five = ALPHABET.iter().position(|known| *known == letter)?;
            Some((bits << 5) | five as u128)
        })
        .map(Uuid::from_u128)
        .ok_or_else(wrong)
}

/// Enough of a wrong text to recognise it; never a megabyte of it in a log.
fn bounded(text: &str) -> String {
    text.chars().take(64).collect()
}

/// One macro, because a generic `Id<Noun>` would put phantom types into every signature.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&encode($prefix, self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                decode($prefix, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )*

        /// Every prefix, so that a test can see that no two nouns share one.
        #[cfg(test)]
        const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

ids! {
    /// One distinct hint from one source.
    SignalId = "sig";
    /// Signals thought to share one cause.
    CaseId = "case";
    /// The unit of work.
    TaskId = "task";
    /// One attempt at a task.
    RunId = "run";
    /// A process that leases runs.
    RunnerId = "runner";
    /// What a run or a person produced.
    OutcomeId = "out";
    /// A branch and its pull request.
    ChangeId = "change";
    /// Did the signals stop?
    VerificationId = "verify";
    /// Saved triggers and an action.
    AutomationId = "auto";
    /// One firing of one trigger.
    FiringId = "fire";
    /// A version of a product at a commit.
    ReleaseId = "rel";
    /// A release reaching an environment.
    DeployId = "deploy";
    /// One verified inbound webhook.
    DeliveryId = "dlv";
    /// A reason.
    DecisionId = "why";
    /// One pass of the planner over one project.
    PlanId = "plan";
    /// A product whose signals are kept together.
    ProjectId = "proj";
    /// Where the code lives.
    RepositoryId = "repo";
    /// An engineer.
    PersonId = "person";
    /// A credential of somebody or something.
    TokenId = "token";
    /// A named value that is kept sealed.
    SecretId = "secret";
    /// Signals that a person moved between cases.
    CaseMoveId = "move";
    /// A rule of a person that keeps signals away from work.
    SuppressionId = "supp";
    /// A record that could not be read.
    QuarantineId = "quar";
    /// That a person was taken out of what is kept.
    ErasureId = "erasure";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn task(bits: u128) -> TaskId {
        TaskId::from_uuid(Uuid::from_u128(bits))
    }

    #[test]
    fn text_is_a_type_id() {
        // The example of the TypeID specification, version 0.3.
        let uuid = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        assert_eq!(encode("prefix", uuid), "prefix_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn text_and_back() {
        for bits in [0, 1, 31, 32, u128::MAX, u128::MAX / 3, 0x0190_0000_0000_7000_8000_0000_0000_0001] {
            let id = task(bits);
            assert_eq!(id.to_string().parse::<TaskId>(), Ok(id));
        }
    }

    #[test]
    fn text_sorts_as_ids_sort() {
        let mut ids: Vec<TaskId> = (0..200_u128).map(|n| task(n * 0x1234_5678_9abc_def0_1234_5678)).collect();
        ids.sort();
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        assert!(texts.is_sorted());
    }

    #[test]
    fn what_is_no_id_says_why() {
        let case = CaseId::from_uuid(Uuid::nil()).to_string();
        assert!(matches!(case.parse::<TaskId>(), Err(IdError::Prefix { expected: "task", .. })));
        for wrong in [
            "task_",
            "task_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "task_00000000000000000000000000 ",
            "task_0000000000000000000000000u",
            "task_ééééééééééééé",
        ] {
            assert!(matches!(wrong.parse::<TaskId>(), Err(IdError::Letters { .. })), "{wrong}");
        }
    }

    #[test]
    fn no_two_nouns_share_a_prefix() {
        let distinct: BTreeSet<_> = PREFIXES.iter().collect();
        assert_eq!(distinct.len(), PREFIXES.len());
    }
}

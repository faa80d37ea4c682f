//! What a team may change: which built-in rules are on, rules, literal secrets and keys of its own, and texts to keep.
//!
//! Literal secrets are never shown again: neither `Debug` nor serialisation writes them. Read by whoever composes the
//! settings; checked by `Redactor::new`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// The largest number of rules of one's own.
pub const MOST_CUSTOM_RULES: usize = 64;
/// The largest number of literal secrets.
pub const MOST_LITERALS: usize = 1000;
/// The largest number of keys of one's own.
pub const MOST_KEYS: usize = 256;
/// The largest number of texts to keep.
pub const MOST_KEPT: usize = 1000;

/// The configuration of a [`Redactor`](crate::Redactor). The default is every built-in rule as [`rules`](crate::rules)
/// lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Built-in rules switched against their default, by name: `ip-address = "on"`.
    pub rules: BTreeMap<String, Switch>,
    /// Rules of one's own.
    pub custom: Vec<CustomRule>,
    /// Secrets known by their value. They are found as they are, JSON-escaped, percent-encoded and in base64; one of
    /// several lines is found line by line.
    pub literals: Vec<LiteralSecret>,
    /// Keys whose values always go, in JSON and in `key=value`; case, `-`, `_`, `.` and spaces do not matter.
    pub keys: Vec<String>,
    /// Texts that stay although a rule finds them, such as a team's public address.
    pub keep: Vec<String>,
}

/// Whether a rule is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    On,
    Off,
}

/// A rule of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CustomRule {
    /// What the mark says: `[redacted:name]`. Small letters, digits and `-`.
    pub name: String,
    /// A pattern of the `regex` crate. It is matched within one line.
    pub pattern: String,
    /// Which capture group goes; 0 is the whole match.
    #[serde(default)]
    pub group: usize,
}

/// A secret known by its value.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct LiteralSecret(String);

impl LiteralSecret {
    pub fn new(secret: impl Into<String>) -> LiteralSecret {
        LiteralSecret(secret.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LiteralSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LiteralSecret(..)")
    }
}

impl Serialize for LiteralSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("[redacted:literal-secret]")
    }
}

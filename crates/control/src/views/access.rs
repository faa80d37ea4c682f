//! Tokens and secrets as they cross the API. A token's secret stands in the answer that made it, a secret's value in the
//! request that sets it; nowhere else, and neither is shown by `Debug`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use signalbox_domain::access::{Role, Token};
use signalbox_domain::names::{Label, ProjectName};
use signalbox_domain::time::Timestamp;
use zeroize::Zeroizing;

/// The largest value of a secret: a key or a certificate, not a file store.
pub const SECRET_LIMIT: usize = 64 * 1024;

/// A text that is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct HiddenText(Zeroizing<String>);

impl HiddenText {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<Zeroizing<String>> for HiddenText {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HiddenText(…)")
    }
}

impl Serialize for HiddenText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for HiddenText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// A token that somebody who gives access wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTokenAsk {
    pub name: Label,
    pub role: Role,
    /// None: until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// None: every project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
}

/// The only answer that has a token's secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenMade {
    pub token: Token,
    pub secret: HiddenText,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "revoked", rename_all = "snake_case")]
pub enum TokenRevoked {
    Now,
    Before { at: Timestamp },
}

/// How a secret's value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretEncoding {
    /// The value is the text itself.
    #[default]
    Text,
    /// The value is any bytes, in the standard alphabet with its padding.
    Base64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    pub name: Label,
    pub value: HiddenText,
    #[serde(default)]
    pub encoding: SecretEncoding,
}

/// A secret as lists show it: never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretLine {
    pub name: Label,
    pub made_at: Timestamp,
    pub changed_at: Timestamp,
}

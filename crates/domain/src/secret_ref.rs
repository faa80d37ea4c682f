//! Where a secret is to be found: the only form in which settings may speak of one.

use std::fmt;
use std::path::PathBuf;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// `{ env = "NAME" }` or `{ file = "PATH" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretRef {
    Env(String),
    File(PathBuf),
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

const EXPECTED: &str = "{ env = \"NAME\" } or { file = \"PATH\" }: a secret never stands in a settings file";

struct RefVisitor;

impl<'de> Visitor<'de> for RefVisitor {
    type Value = SecretRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    /// Written out, because serde's own message would repeat the secret.
    fn visit_str<E: serde::de::Error>(self, _secret: &str) -> Result<SecretRef, E> {
        Err(E::custom(format!("expected {EXPECTED}, got a text")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretRef, A::Error> {
        let wrong = || A::Error::custom(format!("expected {EXPECTED}"));
        let Some((key, value)) = map.next_entry::<String, String>()? else { return Err(wrong()) };
        if map.next_key::<String>()?.is_some() {
            return Err(wrong());
        }
        match key.as_str() {
            "env" => Ok(SecretRef::Env(value)),
            "file" => Ok(SecretRef::File(PathBuf::from(value))),
            _ => Err(wrong()),
        }
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RefVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_places_read_and_write() {
        for (json, secret) in [
            (r#"{"env":"DB"}"#, SecretRef::Env("DB".into())),
            (r#"{"file":"/run/db"}"#, SecretRef::File("/run/db".into())),
        ] {
            assert_eq!(serde_json::from_str::<SecretRef>(json).unwrap(), secret);
            assert_eq!(serde_json::to_string(&secret).unwrap(), json);
        }
    }

    #[test]
    fn a_secret_in_its_place_is_refused_and_not_repeated() {
        let error = serde_json::from_str::<SecretRef>("\"hunter2\"").unwrap_err().to_string();
        assert!(error.contains("{ env = \"NAME\" }") && !error.contains("hunter2"), "{error}");
        for wrong in [r#"{"env":"A","file":"b"}"#, r#"{"vault":"x"}"#, "{}", "1"] {
            assert!(serde_json::from_str::<SecretRef>(wrong).is_err(), "{wrong}");
        }
    }
}

//! Keeps floating point state exactly: the text form of a number may lose its last bit, and a detector that was saved
//! and loaded must go on as if it had not been.
//!
//! For `#[serde(with = …)]` in the state of this module only.

use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(value.to_bits())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    u64::deserialize(deserializer).map(f64::from_bits)
}

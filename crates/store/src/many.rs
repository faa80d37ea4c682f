//! Rows as one parameter of SQLite: a JSON list of lists, whose fields a statement takes by their place. Identities and other
//! bytes go as hexadecimal digits.

use serde::Serialize;

use crate::error::{DamageSource, StoreError};

/// The rows in their order.
pub(crate) fn json<T: Serialize>(rows: impl Iterator<Item = T>) -> Result<String, StoreError> {
    let rows: Vec<T> = rows.collect();
    serde_json::to_string(&rows)
        .map_err(|error| StoreError::damaged("rows", DamageSource::Value(error.to_string())))
}

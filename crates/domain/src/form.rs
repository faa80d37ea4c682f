//! Forms: how a noun is kept as JSON over years. `{"form":"task","version":1,"body":{…}}`.
//!
//! A form never changes: a noun that grows gets the next version and a step up from the one before. Each version
//! keeps a sample file in `samples/`, and a test reads them all.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Why kept JSON could not be read as its noun.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    #[error("reading a kept {form}")]
    Json { form: &'static str, source: serde_json::Error },
    #[error("expected a kept {expected}, found a {found:?}")]
    OtherForm { expected: &'static str, found: String },
    #[error(
        "this {form} was written in version {found}, which this program does not know (newest: {newest})"
    )]
    UnknownVersion { form: &'static str, found: u16, newest: u16 },
    #[error("writing a {form}")]
    Write { form: &'static str, source: serde_json::Error },
}

/// A noun with a kept form.
pub trait Form: Serialize + DeserializeOwned {
    const NAME: &'static str;
    const VERSION: u16;

    /// The step up from an older version. A form in its first version has none.
    fn from_older(version: u16, _body: &str) -> Result<Self, FormError> {
        Err(FormError::UnknownVersion { form: Self::NAME, found: version, newest: Self::VERSION })
    }
}

/// The step up from any older version to one that reads those too: the noun only got more.
pub(crate) fn grown<T: Form>(version: u16, body: &str) -> Result<T, FormError> {
    if !(1..T::VERSION).contains(&version) {
        return Err(FormError::UnknownVersion { form: T::NAME, found: version, newest: T::VERSION });
    }
    serde_json::from_str(body).map_err(|source| FormError::Json { form: T::NAME, source })
}

#[derive(Serialize)]
struct Written<'a, T> {
    form: &'static str,
    version: u16,
    body: &'a T,
}

#[derive(Deserialize)]
struct Kept<'a> {
    form: String,
    version: u16,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// The kept form of a noun.
pub fn to_form<T: Form>(noun: &T) -> Result<String, FormError> {
    serde_json::to_string(&Written { form: T::NAME, version: T::VERSION, body: noun })
        .map_err(|source| FormError::Write { form: T::NAME, source })
}

/// The noun of a kept form, of this version or an older one.
pub fn from_form<T: Form>(text: &str) -> Result<T, FormError> {
    let json = |source| FormError::Json { form: T::NAME, source };
    let kept: Kept<'_> = serde_json::from_str(text).map_err(json)?;
    if kept.form != T::NAME {
        return Err(FormError::OtherForm { expected: T::NAME, found: kept.form.chars().take(64).collect() });
    }
    if kept.version == T::VERSION {
        serde_json::from_str(kept.body.get()).map_err(json)
    } else {
        T::from_older(kept.version, kept.body.get())
    }
}

#[cfg(test)]
mod tests;

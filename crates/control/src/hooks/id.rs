//! By what a delivery is known again: its sender's id, or, where a sender gives none, what stands in it.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use signalbox_domain::time::Timestamp;

use super::{HookKind, Incoming};

const LONGEST: usize = 200;
const MICROS_PER_HOUR: i64 = 3_600_000_000;

pub(super) fn of(kind: HookKind, incoming: &Incoming<'_>, now: Timestamp) -> String {
    let named: &[&str] = match kind {
        HookKind::Github => &["x-github-delivery"],
        HookKind::Sentry => &["request-id"],
        HookKind::Generic => &["webhook-id", "idempotency-key"],
    };
    let given = named.iter().find_map(|name| incoming.header(name)).map(str::to_owned);
    let given = given.or_else(|| cloudevent(incoming)).filter(|id| !id.trim().is_empty());
    match given {
        Some(id) if id.len() <= LONGEST && !id.contains('\0') => id,
        Some(id) => hashed(id.as_bytes()),
        // What still holds is said again after hours, in the same words; what is tried again comes within one.
        None => format!("{}/{}", hashed(incoming.body), now.micros().div_euclid(MICROS_PER_HOUR)),
    }
}

/// A CloudEvent is known by its source and its id, in headers or in the body.
fn cloudevent(incoming: &Incoming<'_>) -> Option<String> {
    #[derive(Deserialize)]
    struct Event {
        specversion: String,
        id: String,
        source: String,
    }
    if let (Some(id), Some(source)) = (incoming.header("ce-id"), incoming.header("ce-source")) {
        return Some(format!("{source}#{id}"));
    }
    let event: Event = serde_json::from_slice(incoming.body).ok()?;
    (!event.specversion.is_empty()).then(|| format!("{}#{}", event.source, event.id))
}

fn hashed(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let mut text = String::with_capacity(64);
    for byte in digest {
        // Writing to a text cannot fail.
        if write!(text, "{byte:02x}").is_err() {
            break;
        }
    }
    text
}

/// The JSON of a body: of a form, as GitHub can be told to send, the field that holds it.
pub(super) fn json(body: &[u8]) -> Cow<'_, [u8]> {
    if !body.starts_with(b"payload=") {
        return Cow::Borrowed(body);
    }
    let field = form_urlencoded::parse(body).find_map(|(name, value)| (name == "payload").then_some(value));
    field.map_or(Cow::Borrowed(body), |value| Cow::Owned(value.into_owned().into_bytes()))
}

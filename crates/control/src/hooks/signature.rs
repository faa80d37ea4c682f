//! Whether a webhook was sent by whoever has the hook's secret. Compared in constant time; an error says what was missed
//! and repeats nothing of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use signalbox_domain::time::Timestamp;

use super::{Hook, HookKind, Incoming};

/// A Standard Webhook that is older, or from further ahead, may be one that somebody has listened to.
const FRESH: Duration = Duration::from_secs(5 * 60);
const OF_STANDARD: &str = "whsec_";

pub(super) fn check(hook: &Hook, incoming: &Incoming<'_>, now: Timestamp) -> Result<(), &'static str> {
    match hook.kind {
        HookKind::Github => {
            let signature = incoming.header("x-hub-signature-256").ok_or("expected X-Hub-Signature-256")?;
            of_body(hook, incoming, signature.strip_prefix("sha256=").unwrap_or_default())
        }
        HookKind::Sentry => {
            let signature =
                incoming.header("sentry-hook-signature").ok_or("expected Sentry-Hook-Signature")?;
            of_body(hook, incoming, signature)
        }
        HookKind::Generic => generic(hook, incoming, now),
    }
}

fn generic(hook: &Hook, incoming: &Incoming<'_>, now: Timestamp) -> Result<(), &'static str> {
    if let Some(signatures) = incoming.header("webhook-signature") {
        return standard(hook, incoming, signatures, now);
    }
    let named = ["x-hub-signature-256", "x-signature-256", "x-signature"];
    if let Some(signature) = named.iter().find_map(|name| incoming.header(name)) {
        return of_body(hook, incoming, signature.strip_prefix("sha256=").unwrap_or(signature));
    }
    let bearer = incoming.header("authorization").and_then(|value| value.split_once(' '));
    match bearer {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            same(&hook.secret, token.trim().as_bytes()).ok_or("another token")
        }
        _ => Err("expected Webhook-Signature, X-Hub-Signature-256, X-Signature or Authorization: Bearer"),
    }
}

/// Hexadecimal, over the body.
fn of_body(hook: &Hook, incoming: &Incoming<'_>, hex: &str) -> Result<(), &'static str> {
    let signature = unhex(hex).ok_or("expected 64 hexadecimal digits")?;
    let mac = mac(&hook.secret).chain_update(incoming.body);
    mac.verify_slice(&signature).map_err(|_| "another signature")
}

/// Standard Webhooks: over the id, the time and the body; several signatures while a secret is changed.
fn standard(
    hook: &Hook,
    incoming: &Incoming<'_>,
    signatures: &str,
    now: Timestamp,
) -> Result<(), &'static str> {
    let id = incoming.header("webhook-id").ok_or("expected Webhook-Id")?;
    let time = incoming.header("webhook-timestamp").ok_or("expected Webhook-Timestamp")?;
    let seconds: i64 = time.parse().map_err(|_| "expected Webhook-Timestamp in seconds")?;
    let at = Timestamp::from_micros(seconds.saturating_mul(1_000_000));
    if now.since(at) > FRESH || at.since(now) > FRESH {
        return Err("its Webhook-Timestamp is not of now");
    }
    let secret = standard_secret(&hook.secret);
    let known = signatures.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    let signed = || {
        let head = format!("{id}.{time}.");
        mac(&secret).chain_update(head.as_bytes()).chain_update(incoming.body)
    };
    known.into_iter().find_map(|one| signed().verify_slice(&one).ok()).ok_or("another signature")
}

/// As its makers hand it out: base64 behind a prefix; any other text is the secret itself.
fn standard_secret(secret: &[u8]) -> Vec<u8> {
    let encoded = std::str::from_utf8(secret).ok().and_then(|text| text.strip_prefix(OF_STANDARD));
    encoded.and_then(|text| STANDARD.decode(text).ok()).unwrap_or_else(|| secret.to_vec())
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn mac(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("a key of any length")
}

/// Whether two secrets are one, in a time that says nothing about where they part.
fn same(one: &[u8], other: &[u8]) -> Option<()> {
    let of = |secret: &[u8]| mac(b"same").chain_update(secret);
    of(one).verify_slice(&of(other).finalize().into_bytes()).ok()
}

fn unhex(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

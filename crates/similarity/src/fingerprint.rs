//! A signal's key, from its own content alone: the same tomorrow, on another machine, after any number of releases.
//!
//! Order of evidence: the team's or tracker's own key → what a failed check said and the product's top frames →
//! top frames of libraries → the masked message. Never lines, addresses, arguments or mined templates.
//! Versioned: during an overlap `fingerprints` gives both keys, newest first, and the older becomes an alias.

use crate::frames::{Frame, Language, ParsedTrace, Role};
use crate::normalize::{file_key, is_named, mask_message, symbol};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;

/// The version new keys are made with.
pub const FINGERPRINT_VERSION: u16 = 1;
/// The versions before it that are still made beside it; a release that raises the version puts the one before here, and
/// takes it out again when no signal that matters can have been silent since.
pub const OVERLAPPING_VERSIONS: &[u16] = &[];
/// Frames of the product in a key: enough to tell callers apart, few enough to survive their refactoring.
const KEY_FRAMES: usize = 3;

/// A versioned 128-bit key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fingerprint {
    pub version: u16,
    pub key: u128,
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}:{:032x}", self.version, self.key)
    }
}

/// What the sender says about identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    /// The tracker's issue id.
    pub issue: Option<String>,
    /// The tracker's or the team's own fingerprint.
    pub fingerprint: Option<String>,
}

/// Whether a sender's identity is taken as ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamPolicy {
    #[default]
    Honour,
    Ignore,
}

/// Everything a key is made of.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    pub source: &'a str,
    pub kind: &'a str,
    pub title: &'a str,
    pub trace: Option<&'a ParsedTrace>,
    pub upstream: Option<&'a Upstream>,
    pub policy: UpstreamPolicy,
}

/// The keys of a signal, newest version first; more than one only during an overlap.
#[must_use]
pub fn fingerprints(identity: &Identity<'_>, versions: &[u16]) -> Vec<Fingerprint> {
    let mut wanted: Vec<u16> = versions.to_vec();
    wanted.sort_unstable_by(|a, b| b.cmp(a));
    wanted.dedup();
    wanted.into_iter().map(|version| fingerprint_of(identity, version)).collect()
}

/// The key of the current version.
#[must_use]
pub fn fingerprint(identity: &Identity<'_>) -> Fingerprint {
    fingerprint_of(identity, FINGERPRINT_VERSION)
}

/// A newer version of the recipe branches here; version 1 keeps its key for ever.
fn fingerprint_of(identity: &Identity<'_>, version: u16) -> Fingerprint {
    let mut hasher = Sha256::new();
    hasher.update(version.to_le_bytes());
    for part in evidence(identity) {
        hasher.update(part.as_bytes());
        hasher.update([0xff]);
    }
    let digest = hasher.finalize();
    let mut key = [0u8; 16];
    key.copy_from_slice(&digest[..16]);
    Fingerprint { version, key: u128::from_be_bytes(key) }
}

fn evidence<'a>(identity: &Identity<'a>) -> Vec<Cow<'a, str>> {
    if identity.policy == UpstreamPolicy::Honour
        && let Some(upstream) = identity.upstream
        && let Some(own) =
            upstream.fingerprint.as_deref().or(upstream.issue.as_deref()).filter(|u| !u.is_empty())
    {
        return vec![Cow::Borrowed("upstream"), Cow::Borrowed(identity.source), Cow::Borrowed(own)];
    }
    match identity.trace {
        Some(trace) => trace_evidence(trace, identity.title),
        None => vec![
            Cow::Borrowed("text"),
            Cow::Borrowed(identity.kind),
            Cow::Owned(mask_message(identity.title)),
        ],
    }
}

fn trace_evidence<'a>(trace: &'a ParsedTrace, title: &'a str) -> Vec<Cow<'a, str>> {
    let mut parts: Vec<Cow<'a, str>> = vec![Cow::Borrowed("trace")];
    let native = matches!(trace.language, Language::Native | Language::Kernel);
    let key = key_frames(trace);
    let told = key.len() + usize::from(trace.headline.is_some());
    // The same fault of native code shows as another signal or access from run to run: its place is the identity.
    // What a failed check said names it better than the way it stopped the program.
    if trace.headline.is_none() && (!native || told == 0) {
        parts.push(Cow::Borrowed(trace.kind.as_deref().unwrap_or("").split('\n').next().unwrap_or("")));
    }
    if let Some(headline) = &trace.headline {
        parts.push(Cow::Owned(mask_message(headline)));
    }
    if told == 0 {
        parts.push(Cow::Owned(mask_message(trace.message.as_deref().unwrap_or(title))));
    }
    parts.extend(key);
    parts
}

/// The frames a key is made of, at most three with the headline.
fn key_frames(trace: &ParsedTrace) -> Vec<Cow<'_, str>> {
    let limit = KEY_FRAMES - usize::from(trace.headline.is_some());
    state_frames(trace).into_iter().take(limit).map(|f| stable_name(trace.language, f)).collect()
}

/// The name of a frame in a key: its function; without one its module and the offset in it.
fn stable_name(language: Language, frame: &Frame) -> Cow<'_, str> {
    let name = symbol(language, frame);
    if !name.is_empty() {
        return name;
    }
    let low = frame.address.map_or(0, |a| a & 0xfff);
    Cow::Owned(format!("{}+{low:03x}", file_key(&frame.module)))
}

/// The telling frames: the product's, else named ones of libraries, else whatever is not the runtime's.
fn state_frames(trace: &ParsedTrace) -> Vec<&Frame> {
    let app = |f: &&Frame| f.role == Role::App && is_named(f);
    let named = |f: &&Frame| f.role != Role::Runtime && is_named(f);
    let any = |f: &&Frame| f.role != Role::Runtime;
    // Native tools do not tell libraries from products reliably: every named frame counts.
    let native = matches!(trace.language, Language::Native | Language::Kernel | Language::Rust);
    let mut found: Vec<&Frame> = if native { Vec::new() } else { trace.frames.iter().filter(app).collect() };
    if found.is_empty() {
        found = trace.frames.iter().filter(named).collect();
    }
    if found.is_empty() {
        found = trace.frames.iter().filter(any).collect();
    }
    if found.is_empty() {
        found = trace.frames.iter().collect();
    }
    found
}

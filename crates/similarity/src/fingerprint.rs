//! A signal's key, from its own content alone: the same tomorrow, on another machine, after any number of releases.
//!
//! Order of evidence: the team's or tracker's own key → what a failed check said and the product's top frames →
//! top frames of libraries → the masked message. Never lines, addresses, arguments or mined templates.
//! Versioned: during an overlap `fingerprints` gives both keys, newest first, and the older becomes an alias.

use crate::frames::{Frame, Language, ParsedTrace, Role, StackMeaning};
use crate::normalize::{file_key, is_named, mask_message, symbol};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;

/// The version new keys are made with.
pub const FINGERPRINT_VERSION: u16 = 1;
/// Frames of the product in a key: enough to tell callers apart, few enough to survive their refactoring.
const KEY_FRAMES: usize = 3;
/// Longest line of a crash state, by the convention of crash trackers.
const STATE_LINE: usize = 80;

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
        && let Some(own) = upstream.fingerprint.as_deref().or(upstream.issue.as_deref()).filter(|u| !u.is_empty())
    {
        return vec![Cow::Borrowed("upstream"), Cow::Borrowed(identity.source), Cow::Borrowed(own)];
    }
    match identity.trace {
        Some(trace) => trace_evidence(trace, identity.title),
        None => vec![Cow::Borrowed("text"), Cow::Borrowed(identity.kind), Cow::Owned(mask_message(identity.title))],
    }
}

fn trace_evidence<'a>(trace: &'a ParsedTrace, title: &'a str) -> Vec<Cow<'a, str>> {
    let mut parts: Vec<Cow<'a, str>> = vec![Cow::Borrowed("trace")];
    let native = matches!(trace.language, Language::Native | Language::Kernel);
    let key = key_frames(trace);
    let told = key.len() + usize::from(trace.headline.is_some());
    // The same fault of native code shows as another signal or access from run to run: its place is the identity.
    if !native || told == 0 {
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
    let native = matches!(trace.language, Language::Native | Language::Kernel | Language::Rust | Language::Swift);
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

/// The crash state as people read it: what the check said, then the top frames; at most three lines.
/// Empty where the stack does not tell the place of a failure.
#[must_use]
pub fn crash_state(trace: &ParsedTrace) -> Vec<String> {
    if trace.stack == StackMeaning::Bystander {
        return Vec::new();
    }
    let headline = trace.headline.iter().map(|h| state_line(h));
    let frames = trace.frames.iter().filter(|f| f.role != Role::Runtime).map(|f| state_line(&spelled(trace.language, f)));
    headline.chain(frames).filter(|l| !l.is_empty()).take(KEY_FRAMES).collect()
}

fn spelled(language: Language, frame: &Frame) -> String {
    match language {
        Language::Java | Language::DotNet => format!("{}.{}", frame.module, frame.function),
        _ if frame.function.is_empty() => frame.module.split("+0x").next().unwrap_or("").to_owned(),
        _ => frame.function.clone(),
    }
}

/// Addresses and long numbers masked, cut at the usual width.
fn state_line(text: &str) -> String {
    let masked = mask_numbers(text);
    masked.chars().take(STATE_LINE).collect::<String>().trim_end().to_owned()
}

fn mask_numbers(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        if let Some(hex) = rest.strip_prefix("0x") {
            let digits = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
            if digits >= 4 {
                out.push_str("ADDRESS");
                at += 2 + digits;
                continue;
            }
        }
        let run = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let first_is_digit = bytes[at].is_ascii_digit();
        if first_is_digit && run > 0 {
            let before = out.chars().next_back();
            let marked = matches!(before, Some('@' | '#'));
            let glued = before.is_some_and(|c| c == ':' || c == '.' || c.is_ascii_digit());
            let followed = rest[run..].chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
            if !followed && !glued && (run >= 4 || marked) {
                out.push_str("NUMBER");
            } else {
                out.push_str(&rest[..run]);
            }
            at += run;
            continue;
        }
        let letter = rest.chars().next().unwrap_or(' ');
        out.push(letter);
        at += letter.len_utf8();
    }
    out
}

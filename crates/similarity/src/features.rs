//! What grouping compares: a signal as hashed frames, words and circumstances, small enough to keep for every case.
//! Stateless: rarity is the index's business. Labels for people stay with the signal and are never stored.

use crate::frames::{Frame, Language, ParsedTrace, Role, is_overflow};
use crate::hash;
use crate::normalize::{base_name, file_key, is_named, stems, symbol};
use crate::templates::{PLACEHOLDERS, mask};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Frames compared: deeper ones are entry points that all crashes share.
pub(crate) const MAX_COMPARED_FRAMES: usize = 40;
/// Distinct words kept of one signal.
const MAX_WORDS: usize = 400;
/// Longest part of a message that is masked.
const MAX_MASKED: usize = 2048;
/// A word of the title counts as often in the text.
const TITLE_TIMES: u16 = 2;

/// A signal as it comes to grouping.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signal<'a> {
    /// Where it comes from: thresholds are per pair of sources.
    pub source: &'a str,
    pub title: &'a str,
    pub text: &'a str,
    pub trace: Option<&'a ParsedTrace>,
    pub route: Option<&'a str>,
    pub element: Option<&'a str>,
    pub release: Option<&'a str>,
}

/// One frame, hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrameFeature {
    /// The stable name; 0 when the tool had none.
    pub(crate) name: u64,
    /// The name without its scope: twins in two classes share it. 0 when the name has no scope.
    pub(crate) short: u32,
    /// Class or namespace of a named function, shared object of an unnamed one; 0 when unknown.
    pub(crate) scope: u32,
    /// The place within a page: survives address randomisation, so it names what has no symbol.
    pub(crate) place: u16,
    pub(crate) part: Part,
}

/// What a frame's role and place in the stack make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    App,
    /// The product's outermost frame, called by a harness or an event loop: it says who asked, not what broke.
    Entry,
    Library,
    Runtime,
}

/// No address was printed.
pub(crate) const NO_PLACE: u16 = u16::MAX;

/// A signal's features.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Features {
    pub(crate) source: String,
    pub(crate) frames: Vec<FrameFeature>,
    pub(crate) kind: u64,
    /// The stack overflowed: where in the cycle is chance, so its frames are a set.
    pub(crate) cyclic: bool,
    /// The template of the message, the failed check or the title, as a whole; 0 when nothing but values is left.
    pub(crate) message: u64,
    /// Words and pairs of words with how often they occur, sorted.
    pub(crate) words: Vec<(u64, u16)>,
    /// Words of the title, sorted.
    pub(crate) title: Vec<u64>,
    pub(crate) route: u64,
    pub(crate) element: u64,
    pub(crate) release: u64,
    /// Names for people, parallel to `frames`; the index drops them.
    #[serde(skip)]
    pub(crate) labels: Vec<String>,
}

impl Features {
    #[must_use]
    pub fn of(signal: &Signal<'_>) -> Self {
        let mut features = Self {
            source: signal.source.to_owned(),
            route: optional(signal.route.map(mask_route).as_deref()),
            element: optional(signal.element),
            release: optional(signal.release),
            ..Self::default()
        };
        match signal.trace.filter(|t| !t.frames.is_empty() || t.kind.is_some()) {
            Some(trace) => features.take_trace(trace, signal.title),
            None => {
                // People's words count as they stand; the template only finds what a program wrote alike.
                features.message = optional(template(signal.title).as_deref());
                features.take_words(signal.title, signal.text);
            }
        }
        features
    }

    fn take_trace(&mut self, trace: &ParsedTrace, title: &str) {
        let message = trace.headline.as_deref().or(trace.message.as_deref()).unwrap_or("");
        self.kind = optional(trace.kind.as_deref().and_then(|k| k.lines().next()));
        let said = template(message);
        self.message = optional(said.as_deref());
        let mut frames: Vec<(FrameFeature, String)> =
            compared(trace).map(|frame| (feature(trace.language, frame), label(frame))).collect();
        mark_entry(&mut frames);
        self.cyclic = is_overflow(trace.kind.as_deref(), trace.message.as_deref());
        if self.cyclic {
            frames.sort_by_key(|(f, _)| (f.name, f.place));
            frames.dedup_by_key(|(f, _)| (f.name, if f.name == 0 { f.place } else { 0 }));
        }
        (self.frames, self.labels) = frames.into_iter().unzip();
        self.take_words(said.as_deref().unwrap_or(title), "");
    }

    fn take_words(&mut self, title: &str, text: &str) {
        let mut counts: BTreeMap<u64, u16> = BTreeMap::new();
        for (part, times) in [(title, TITLE_TIMES), (text, 1)] {
            let mut before: Option<String> = None;
            for word in stems(part) {
                if counts.len() >= MAX_WORDS {
                    break;
                }
                add(&mut counts, hash::of_text(&word), times);
                if let Some(before) = before.take() {
                    add(&mut counts, hash::of_parts(&[&before, &word]), 1);
                }
                before = Some(word);
            }
        }
        self.title = stems(title).map(|w| hash::of_text(&w)).take(MAX_WORDS).collect();
        self.title.sort_unstable();
        self.title.dedup();
        self.words = counts.into_iter().collect();
    }

    /// What the index keeps: everything but the labels.
    pub(crate) fn stripped(&self) -> Self {
        Self { labels: Vec::new(), ..self.clone() }
    }
}

/// The words of a message's first line without its values; `None` when no word is left.
fn template(message: &str) -> Option<String> {
    let line = message.lines().map(str::trim).find(|line| !line.is_empty())?;
    let masked = mask(crate::frames::cut(line, MAX_MASKED)).text;
    let words = PLACEHOLDERS.iter().fold(masked, |text, placeholder| text.replace(placeholder, " "));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    words.contains(char::is_alphabetic).then_some(words)
}

fn add(counts: &mut BTreeMap<u64, u16>, word: u64, times: u16) {
    let count = counts.entry(word).or_insert(0);
    *count = count.saturating_add(times);
}

fn optional(text: Option<&str>) -> u64 {
    text.filter(|t| !t.is_empty()).map_or(0, hash::of_text)
}

/// The frames worth comparing: below a signal handler, without what the stack held by chance.
fn compared(trace: &ParsedTrace) -> impl Iterator<Item = &Frame> {
    let native = matches!(trace.language, Language::Native | Language::Kernel);
    let handler = trace.frames.iter().rposition(|f| f.function == "<signal handler called>");
    let start = if native { handler.map_or(0, |at| at + 1) } else { 0 };
    // An unnamed address in the first page is no code.
    let is_code =
        move |f: &&Frame| is_named(f) || !f.module.is_empty() || f.address.is_none_or(|a| a >= 4096);
    trace.frames[start..].iter().filter(is_code).take(MAX_COMPARED_FRAMES)
}

fn feature(language: Language, frame: &Frame) -> FrameFeature {
    let name = symbol(language, frame);
    let module = file_key(base_name(&frame.module));
    let (scope, short) = if name.is_empty() { (module.as_str(), "") } else { split_name(&name) };
    let part = match frame.role {
        Role::App => Part::App,
        Role::Library => Part::Library,
        Role::Runtime => Part::Runtime,
    };
    FrameFeature {
        name: optional(Some(&name)),
        short: half(optional(Some(short).filter(|s| s.len() < name.len()))),
        scope: half(optional(Some(scope))),
        place: frame.address.and_then(|a| u16::try_from(a & 0xfff).ok()).unwrap_or(NO_PLACE),
        part,
    }
}

/// Scope and own name: `a::B::c` → (`a::B`, `c`); a script's `f@file` → (`file`, `f`).
fn split_name(name: &str) -> (&str, &str) {
    if let Some((function, file)) = name.split_once('@') {
        return (file, function);
    }
    match name.rfind(['.', ':', '/']) {
        Some(at) => (name[..at].trim_end_matches(':'), &name[at + 1..]),
        None => ("", name),
    }
}

/// The last frame of the product before a harness or runtime begins.
fn mark_entry(frames: &mut [(FrameFeature, String)]) {
    let apps = frames.iter().filter(|(f, _)| f.part == Part::App).count();
    let last = frames.iter().rposition(|(f, _)| f.part == Part::App);
    let Some(last) = last.filter(|_| apps > 1) else { return };
    if frames[last + 1..].iter().any(|(f, _)| f.part == Part::Runtime) {
        frames[last].0.part = Part::Entry;
    }
}

fn half(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or(u32::MAX)
}

fn label(frame: &Frame) -> String {
    if !frame.function.is_empty() {
        return frame.function.clone();
    }
    let low = frame.address.map_or(0, |a| a & 0xfff);
    format!("{}+…{low:03x}", if frame.module.is_empty() { "??" } else { base_name(&frame.module) })
}

/// A route without ids: `/orders/123/edit?x=1` → `/orders/*/edit`.
fn mask_route(route: &str) -> String {
    let path = route.split(['?', '#']).next().unwrap_or(route);
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let is_id = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        digits > 0 && (digits == part.len() || part.len() >= 8 && digits >= 2)
    };
    path.trim_end_matches('/')
        .split('/')
        .map(|part| if is_id(part) { "*" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

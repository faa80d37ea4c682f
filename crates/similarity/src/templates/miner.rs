//! Mines templates from one stream of messages, one message at a time.
//!
//! A line joins a template of the same length when every word that differs is a value by its shape or place, or when
//! the words that agree outweigh the few that do not. Words of state (`enabled`, `failed`) must agree. Answers depend
//! only on the earlier lines of the same stream and on the configuration; memory is bounded by `MinerConfig`, and the
//! templates that were not seen for the longest time are forgotten first. Ids are made of the founding line, so a
//! forgotten template comes back under its old id. They must never become part of a fingerprint.
//! Called by grouping, one miner a source and stream.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::lexicon::is_state;
use super::mask::mask;
use super::shape::{Slot, SlotKind, slots};

/// Names the behaviour of the mining; kept state of another version is to be dropped, not read.
pub const MINER_VERSION: u16 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinerConfig {
    /// Templates kept for a stream.
    pub max_templates: usize,
    /// Words of a line that count; the rest of a longer line is read but not compared.
    pub max_words: usize,
    /// Templates a line is compared with, newest first.
    pub max_candidates: usize,
    /// The share of agreeing words above which differing words are taken for values.
    pub min_agreement: f64,
    /// Templates that differ at one place only, after which that place is taken for a value.
    pub max_alternatives: usize,
}

impl Default for MinerConfig {
    fn default() -> Self {
        Self {
            max_templates: 4096,
            max_words: 128,
            max_candidates: 128,
            min_agreement: 0.95,
            max_alternatives: 5,
        }
    }
}

/// The identity of a template within its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TemplateId(pub u64);

/// Whether a line founded its template, fitted it as it stood, or made it more general.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    Founded,
    Matched,
    Widened,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Mined<'a> {
    pub id: TemplateId,
    pub template: &'a str,
    pub fit: Fit,
    /// Lines of this template so far, this one included.
    pub lines: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Template {
    id: TemplateId,
    slots: Vec<Slot>,
    text: String,
    lines: u64,
    last_line: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum MinerError {
    #[error("the miner state is not readable")]
    Unreadable(#[source] serde_json::Error),
    #[error("the miner state has version {found}, this program reads {MINER_VERSION}")]
    OtherVersion { found: u16 },
    #[error("the miner state holds more than its configuration allows")]
    TooLarge,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TemplateMiner {
    version: u16,
    config: MinerConfig,
    lines: u64,
    templates: Vec<Template>,
    /// Follows from the templates.
    #[serde(skip)]
    by_key: HashMap<u64, Vec<usize>>,
}

impl TemplateMiner {
    #[must_use]
    pub fn new(config: MinerConfig) -> Self {
        Self { version: MINER_VERSION, config, lines: 0, templates: Vec::new(), by_key: HashMap::new() }
    }

    /// Reads kept state. State of another version, or too large, is an error: start anew.
    pub fn load(json: &str) -> Result<Self, MinerError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u16,
        }
        let found = serde_json::from_str::<Versioned>(json).map_err(MinerError::Unreadable)?.version;
        if found != MINER_VERSION {
            return Err(MinerError::OtherVersion { found });
        }
        let mut state: Self = serde_json::from_str(json).map_err(MinerError::Unreadable)?;
        if state.templates.len() > state.config.max_templates.max(1) {
            return Err(MinerError::TooLarge);
        }
        state.index();
        Ok(state)
    }

    pub fn save(&self) -> Result<String, MinerError> {
        serde_json::to_string(self).map_err(MinerError::Unreadable)
    }

    /// Finds or founds the template of one message.
    pub fn observe(&mut self, text: &str) -> Mined<'_> {
        self.lines += 1;
        let masked = mask(text);
        let line = slots(&masked.text, self.config.max_words);
        let key = key_of(&line);
        let (at, fit) = match self.find(key, &line) {
            Some(at) => {
                let fit = if self.templates[at].widen(&line) { Fit::Widened } else { Fit::Matched };
                (at, fit)
            }
            None => (self.found(key, line), Fit::Founded),
        };
        let template = &mut self.templates[at];
        template.lines += 1;
        template.last_line = self.lines;
        Mined { id: template.id, template: &template.text, fit, lines: template.lines }
    }

    /// Templates held at present; never more than `max_templates`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    fn find(&self, key: u64, line: &[Slot]) -> Option<usize> {
        let candidates = self.by_key.get(&key)?;
        let mut best: Option<(f64, usize)> = None;
        let mut alternatives: HashMap<usize, (usize, usize)> = HashMap::new();
        for &at in candidates.iter().rev().take(self.config.max_candidates) {
            let likeness = likeness(&self.templates[at].slots, line);
            if let Some(place) = likeness.only_difference {
                let seen = alternatives.entry(place).or_insert((0, at));
                *seen = (seen.0 + 1, at);
            }
            if likeness.agreement >= self.config.min_agreement
                && best.is_none_or(|(most, _)| likeness.agreement > most)
            {
                best = Some((likeness.agreement, at));
            }
        }
        let crowded = || {
            let many =
                alternatives.into_iter().filter(|(_, (count, _))| *count >= self.config.max_alternatives);
            many.min().map(|(_, (_, oldest))| oldest)
        };
        best.map(|(_, at)| at).or_else(crowded)
    }

    fn found(&mut self, key: u64, slots: Vec<Slot>) -> usize {
        if self.templates.len() >= self.config.max_templates.max(1) {
            self.forget_oldest();
        }
        let text = render(&slots);
        let id = TemplateId(hash(text.as_bytes(), FNV_OFFSET));
        self.templates.push(Template { id, slots, text, lines: 0, last_line: self.lines });
        self.by_key.entry(key).or_default().push(self.templates.len() - 1);
        self.templates.len() - 1
    }

    /// Drops the eighth of the templates that were not seen for the longest time, so that the cost of rebuilding the
    /// index is spread over many lines.
    fn forget_oldest(&mut self) {
        let mut seen: Vec<u64> = self.templates.iter().map(|template| template.last_line).collect();
        seen.sort_unstable();
        let last_forgotten = seen[(seen.len() - 1) / 8];
        self.templates.retain(|template| template.last_line > last_forgotten);
        self.index();
    }

    fn index(&mut self) {
        self.by_key.clear();
        for (at, template) in self.templates.iter().enumerate() {
            self.by_key.entry(key_of(&template.slots)).or_default().push(at);
        }
    }
}

impl Template {
    /// Opens every differing place; says whether anything changed.
    fn widen(&mut self, line: &[Slot]) -> bool {
        let mut changed = false;
        for (mine, other) in self.slots.iter_mut().zip(line) {
            let both_values = mine.kind == SlotKind::Value && other.kind == SlotKind::Value;
            let kind = if both_values { SlotKind::Value } else { SlotKind::Any };
            let is_wide = mine.text == ANY && (mine.kind == kind || mine.kind == SlotKind::Any);
            if mine.text != other.text && !is_wide {
                mine.text = ANY.to_owned();
                mine.kind = kind;
                changed = true;
            }
        }
        if changed {
            self.text = render(&self.slots);
        }
        changed
    }
}

/// What stands in a template where lines differ.
const ANY: &str = "<*>";

struct Likeness {
    /// 1 when nothing but values differs, 0 when a word of state differs.
    agreement: f64,
    /// The place of the only word that differs and is no value.
    only_difference: Option<usize>,
}

fn likeness(template: &[Slot], line: &[Slot]) -> Likeness {
    let (mut same, mut differing, mut place) = (0.0, 0.0, None);
    for (at, (mine, other)) in template.iter().zip(line).enumerate() {
        if mine.text == other.text {
            // A placeholder in the same place says less than a word in the same place.
            same += if mine.kind == SlotKind::Word { 1.0 } else { 0.3 };
        } else if is_state(&mine.text) || is_state(&other.text) {
            return Likeness { agreement: 0.0, only_difference: None };
        } else if mine.kind != SlotKind::Any && (mine.kind, other.kind) != (SlotKind::Value, SlotKind::Value)
        {
            differing += 1.0;
            place = Some(at);
        }
    }
    let agreement = if differing == 0.0 { 1.0 } else { same / (same + differing) };
    Likeness { agreement, only_difference: place.filter(|_| differing == 1.0 && same >= 2.0) }
}

/// Lines are compared only with templates of the same number of words and the same first word.
fn key_of(slots: &[Slot]) -> u64 {
    let first =
        slots.first().map_or("", |slot| if slot.kind == SlotKind::Word { slot.text.as_str() } else { ANY });
    hash(first.as_bytes(), FNV_OFFSET ^ slots.len() as u64)
}

fn render(slots: &[Slot]) -> String {
    let mut text = String::new();
    for slot in slots {
        text.push_str(&slot.joint);
        text.push_str(&slot.text);
    }
    text
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: ids must be the same on every machine and in every release.
fn hash(bytes: &[u8], seed: u64) -> u64 {
    bytes.iter().fold(seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

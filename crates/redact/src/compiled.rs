//! A configuration made ready: the names, the automata over all anchors, the literals, the patterns, the keys.
//!
//! Built once by `Redactor::new`; read by everything else.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::config::{Config, MOST_CUSTOM_RULES, MOST_KEPT, MOST_KEYS, MOST_LITERALS, Switch};
use crate::custom::Custom;
use crate::error::ConfigError;
use crate::keys::{self, KeyNames};
use crate::literals::Literals;
use crate::marks::{LONGEST_NAME, Marks, mark_of};
use crate::rules::{self, Case, FAMILIES, Matcher, assignment, card, ip};
use crate::span::{Rank, RuleId};
use crate::window;

const LONGEST_KEY: usize = 64;
const LONGEST_KEPT: usize = 256;

/// One rule, built in or added.
#[derive(Debug)]
struct Entry {
    name: String,
    mark: String,
    on: bool,
    rank: Rank,
}

/// The anchors of every rule that is on. One automaton finds them all, whatever their case; those that are compared
/// exactly are compared again.
pub(crate) struct Anchors {
    pub(crate) automaton: AhoCorasick,
    entries: Vec<Entered>,
    pub(crate) longest: usize,
}

struct Entered {
    exact: Option<&'static str>,
    matcher: Matcher,
}

impl Anchors {
    /// What the anchor that was met at `found` wakes.
    pub(crate) fn matcher(&self, pattern: usize, found: &[u8]) -> Option<&Matcher> {
        let entry = self.entries.get(pattern)?;
        entry.exact.is_none_or(|text| text.as_bytes() == found).then_some(&entry.matcher)
    }
}

/// Everything that redaction reads.
pub(crate) struct Compiled {
    entries: Vec<Entry>,
    by_name: BTreeMap<String, RuleId>,
    keep: BTreeSet<Vec<u8>>,
    pub(crate) marks: Marks,
    pub(crate) keys: KeyNames,
    pub(crate) anchors: Anchors,
    pub(crate) literals: Option<Literals>,
    pub(crate) custom: Vec<Custom>,
    pub(crate) cards: bool,
    pub(crate) addresses: bool,
    /// How far before an anchor's end what it wakes may start.
    pub(crate) reach: usize,
}

impl Compiled {
    pub(crate) fn new(config: &Config) -> Result<Compiled, ConfigError> {
        check_counts(config)?;
        let entries = entries(config)?;
        let by_name: BTreeMap<String, RuleId> =
            (0u16..).zip(&entries).map(|(id, entry)| (entry.name.clone(), RuleId(id))).collect();
        let marks = Marks::new(entries.iter().map(|entry| entry.name.clone()));
        let is_on = |name: &str| by_name.get(name).is_some_and(|id| entry_is_on(&entries, *id));
        let custom = custom_rules(config, &by_name)?;
        let literals = Literals::new(&config.literals)?.filter(|_| is_on(rules::LITERAL_SECRET));
        let custom_anchors = custom_anchors(&config.keys)?;
        let anchors = anchors(&is_on, &custom_anchors)?;
        let literal_reach = literals.as_ref().map_or(0, Literals::longest);
        let (cards, addresses) = (is_on(card::CARD), is_on(ip::IP_ADDRESS));
        Ok(Compiled {
            keep: kept(&config.keep)?,
            marks,
            keys: KeyNames::new(config.keys.iter().map(String::as_str)),
            literals,
            custom,
            cards,
            addresses,
            reach: (window::BEHIND + anchors.longest).max(literal_reach),
            anchors,
            entries,
            by_name,
        })
    }

    /// The rule of this name, if it is on.
    pub(crate) fn rule_named(&self, name: &str) -> Option<RuleId> {
        self.by_name.get(name).copied().filter(|id| entry_is_on(&self.entries, *id))
    }

    pub(crate) fn rank(&self, rule: RuleId) -> Rank {
        self.entries.get(usize::from(rule.0)).map_or(Rank::Generic, |entry| entry.rank)
    }

    pub(crate) fn name(&self, rule: RuleId) -> &str {
        self.entries.get(usize::from(rule.0)).map_or("", |entry| &entry.name)
    }

    pub(crate) fn mark(&self, rule: RuleId) -> &str {
        self.entries.get(usize::from(rule.0)).map_or("", |entry| &entry.mark)
    }

    /// Whether the configuration says that this very text stays.
    pub(crate) fn keeps(&self, text: &[u8]) -> bool {
        !self.keep.is_empty() && text.len() <= LONGEST_KEPT && self.keep.contains(text)
    }
}

fn entry_is_on(entries: &[Entry], id: RuleId) -> bool {
    entries.get(usize::from(id.0)).is_some_and(|entry| entry.on)
}

fn check_counts(config: &Config) -> Result<(), ConfigError> {
    let counts = [
        ("custom", config.custom.len(), MOST_CUSTOM_RULES, "rules"),
        ("literals", config.literals.len(), MOST_LITERALS, "secrets"),
        ("keys", config.keys.len(), MOST_KEYS, "keys"),
        ("keep", config.keep.len(), MOST_KEPT, "texts"),
    ];
    match counts.iter().find(|(_, count, most, _)| count > most) {
        Some((key, count, most, what)) => {
            Err(unfit((*key).to_owned(), format!("at most {most} {what}, not {count}")))
        }
        None => Ok(()),
    }
}

/// The built-in rules as switched, then the added ones.
fn entries(config: &Config) -> Result<Vec<Entry>, ConfigError> {
    if let Some(name) = config.rules.keys().find(|name| rules::all_rules().all(|rule| rule.name != **name)) {
        return Err(ConfigError::UnknownRule { name: name.clone(), example: "email" });
    }
    let mut entries: Vec<Entry> = rules::all_rules()
        .map(|rule| {
            let switch = config.rules.get(rule.name).copied().unwrap_or(rule.switch);
            entry(rule.name, switch, rule.rank)
        })
        .collect();
    for (place, custom) in config.custom.iter().enumerate() {
        let key = format!("custom[{place}].name");
        let fits = !custom.name.is_empty()
            && custom.name.len() <= LONGEST_NAME
            && custom
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !fits {
            return Err(unfit(key, format!("1 to {LONGEST_NAME} of a-z, 0-9 and `-`")));
        }
        if entries.iter().any(|entry| entry.name == custom.name) {
            return Err(unfit(key, format!("a name that no other rule has, not `{}`", custom.name)));
        }
        entries.push(entry(&custom.name, Switch::On, Rank::Custom));
    }
    Ok(entries)
}

fn entry(name: &str, switch: Switch, rank: Rank) -> Entry {
    Entry { name: name.to_owned(), mark: mark_of(name), on: switch == Switch::On, rank }
}

fn custom_rules(config: &Config, by_name: &BTreeMap<String, RuleId>) -> Result<Vec<Custom>, ConfigError> {
    let mut custom = Vec::with_capacity(config.custom.len());
    for (place, rule) in config.custom.iter().enumerate() {
        if let Some(id) = by_name.get(&rule.name) {
            custom.push(Custom::new(place, rule, *id)?);
        }
    }
    Ok(custom)
}

/// The ways in which a key of several words is written in text.
fn custom_anchors(custom_keys: &[String]) -> Result<Vec<String>, ConfigError> {
    let mut anchors = Vec::new();
    for (place, key) in custom_keys.iter().enumerate() {
        let folded = keys::folded(key.as_bytes());
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b' ');
        if folded.len() < 2 || key.len() > LONGEST_KEY || !key.bytes().all(allowed) {
            let expected =
                format!("2 to {LONGEST_KEY} letters and digits, with `-`, `_`, `.` or blanks between");
            return Err(unfit(format!("keys[{place}]"), expected));
        }
        let words: Vec<&str> =
            key.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        anchors.extend(["", "_", "-", "."].map(|join| words.join(join)));
    }
    anchors.sort_unstable();
    anchors.dedup();
    Ok(anchors)
}

fn anchors(is_on: &dyn Fn(&str) -> bool, custom: &[String]) -> Result<Anchors, ConfigError> {
    let mut texts: Vec<&str> = Vec::new();
    let mut entries = Vec::new();
    for family in FAMILIES.iter().filter(|family| family.rules.iter().any(|rule| is_on(rule.name))) {
        for anchor in family.anchors {
            texts.push(anchor.text);
            let exact = (anchor.case == Case::Exact).then_some(anchor.text);
            entries.push(Entered { exact, matcher: anchor.matcher });
        }
    }
    for text in custom {
        texts.push(text);
        entries.push(Entered { exact: None, matcher: Matcher::Call(assignment::find) });
    }
    let automaton = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::Standard)
        .ascii_case_insensitive(true)
        .prefilter(false)
        .build(&texts)
        .map_err(ConfigError::Anchors)?;
    let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
    Ok(Anchors { automaton, entries, longest })
}

fn kept(keep: &[String]) -> Result<BTreeSet<Vec<u8>>, ConfigError> {
    let mut kept = BTreeSet::new();
    for (place, text) in keep.iter().enumerate() {
        if text.is_empty() || text.len() > LONGEST_KEPT {
            return Err(unfit(format!("keep[{place}]"), format!("1 to {LONGEST_KEPT} bytes")));
        }
        kept.insert(text.clone().into_bytes());
    }
    Ok(kept)
}

pub(crate) fn unfit(key: String, expected: String) -> ConfigError {
    ConfigError::Unfit { key, expected }
}

//! How strongly paths, packages and names point at each repository: by its tree where that is known, by what it is called
//! otherwise. Pure.

use std::collections::BTreeSet;

use signalbox_similarity::frames::{self, Role};

use super::alias::{Called, called};
use super::{Asked, Known, Reason};
use crate::locate::{calls, mentions, unbroken};

#[derive(Debug, Clone, Default)]
pub(crate) struct Pointed {
    pub(crate) points: f64,
    pub(crate) reasons: Vec<Reason>,
}

/// What each kind of evidence is worth.
const FILE: f64 = 3.0;
const PACKAGE: f64 = 2.0;
const OWNER: f64 = 0.4;
const NAMED: f64 = 1.0;
const WORD: f64 = 0.5;
const LEAST_LETTERS: usize = 5;

/// For each repository, in their order.
pub(crate) fn points(asked: &Asked<'_>, known: &[Known<'_>]) -> Vec<Pointed> {
    let text = unbroken(asked.text);
    let parsed = if asked.trace.is_none() { frames::parse(&text) } else { None };
    let trace = asked.trace.or(parsed.as_ref());
    let calls = trace.map(calls).unwrap_or_default();
    let mut places: Vec<(Vec<String>, bool)> =
        calls.into_iter().filter(|call| call.role != Role::Runtime).map(|call| (call.parts, true)).collect();
    let has_calls = !places.is_empty();
    let named =
        mentions(&text).into_iter().filter(|named| named.parts.len() > 1 && !(has_calls && named.in_calls));
    places.extend(named.map(|named| (named.parts, false)));
    let words = words_of(&text);
    let told: Vec<BTreeSet<String>> = places
        .iter()
        .map(|(parts, _)| parts.iter().flat_map(|part| crate::locate::words(part)).collect())
        .collect();
    known
        .iter()
        .map(|one| {
            let telling = telling_words(one.name, known);
            let alike = told.iter().filter(|place| telling.iter().any(|word| place.contains(word))).count();
            of(one, &places, &words, alike)
        })
        .collect()
}

/// Words of a repository's name that no other's has.
fn telling_words(name: &str, known: &[Known<'_>]) -> Vec<String> {
    let of = |name: &str| crate::locate::words(name.rsplit('/').next().unwrap_or(name));
    let mut telling = of(name);
    if telling.len() < 2 {
        // A name of one word is looked for as it is: in parts it is anybody's.
        return Vec::new();
    }
    telling.retain(|word| {
        word.len() >= LEAST_LETTERS
            && !known.iter().any(|other| other.name != name && of(other.name).contains(word))
    });
    telling
}

fn of(one: &Known<'_>, places: &[(Vec<String>, bool)], words: &[String], alike: usize) -> Pointed {
    let mut files: BTreeSet<u32> = BTreeSet::new();
    let (mut packages, mut owners) = (BTreeSet::new(), BTreeSet::new());
    for (parts, is_call) in places {
        let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
        if let (Some(tree), true) = (one.tree, *is_call) {
            files.extend(tree.resolve(&borrowed, 3.min(borrowed.len()).max(2)));
        }
        match called(&borrowed, one.name) {
            Some(Called::Name) => {
                packages.insert(parts);
            }
            Some(Called::Owner) => {
                owners.insert(parts);
            }
            None => {}
        }
    }
    let stands = |word: &String| {
        super::stands_for(word, one.name)
            || word.split(['-', '_']).next().is_some_and(|first| super::stands_for(first, one.name))
    };
    let named = words.iter().filter(|word| stands(word)).count();
    let mut pointed = Pointed::default();
    let mut add = |count: usize, worth: f64, reason: Reason| {
        if count > 0 {
            pointed.points += worth * saturating(count);
            pointed.reasons.push(reason);
        }
    };
    add(files.len(), FILE, Reason::Files(files.len()));
    add(packages.len(), PACKAGE, Reason::Packages(packages.len()));
    add(owners.len(), OWNER, Reason::Owner(owners.len()));
    add(alike, WORD, Reason::Words(alike));
    add(named, NAMED, Reason::Named(named));
    pointed
}

/// The tenth call says less than the first.
#[expect(clippy::cast_precision_loss, reason = "counts of one text")]
fn saturating(count: usize) -> f64 {
    (1.0 + count as f64).log2()
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
        .filter(|word| word.len() > 2 && word.len() < 64)
        .map(str::to_owned)
        .collect()
}

//! What earlier signals of each repository said: words that only one repository's signals use point at it. Pure, bounded.

use std::collections::{BTreeMap, BTreeSet};

use crate::locate::words;

/// Texts are read up to here.
const LONGEST_TEXT: usize = 16 << 10;
/// Different words of one text.
const MOST_WORDS: usize = 400;
/// Words kept in all; further new ones are passed over.
const MOST_KEPT: usize = 200_000;
/// Fewer signals of a repository say nothing about it.
const LEAST_SIGNALS: u32 = 3;
/// How much likelier, as a natural logarithm, the first is than the next.
const CLEAR: f64 = 6.0;
/// Words that speak for the first, at least.
const LEAST_WORDS: usize = 4;
/// A repository's own share of a word counts against the usual one like so many signals.
const USUAL_WEIGHS: f64 = 0.5;
/// What a repository has more signals of, more signals will be of.
const MORE_IS_LIKELIER: f64 = 1.5;
/// What one point of names adds.
const NAMED: f64 = 2.0;

/// Counts of words by repository.
#[derive(Debug, Clone, Default)]
pub struct Experience {
    signals: BTreeMap<String, u32>,
    words: BTreeMap<String, BTreeMap<String, u32>>,
}

impl Experience {
    /// Takes in one signal of which the repository is known.
    pub fn learn(&mut self, text: &str, repository: &str) {
        *self.signals.entry(repository.to_owned()).or_default() += 1;
        for word in told(text) {
            if self.words.len() < MOST_KEPT || self.words.contains_key(&word) {
                *self.words.entry(word).or_default().entry(repository.to_owned()).or_default() += 1;
            }
        }
    }

    /// The number of the repository whose signals talk like this, and how sure that is; none where it is not clear.
    /// `named` has the points that names already gave.
    #[must_use]
    pub fn judge(&self, text: &str, names: &[&str], named: &[f64]) -> Option<(usize, f64)> {
        let mut known: Vec<Standing<'_>> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let Some(signals) = self.signals.get(*name).copied().filter(|signals| *signals >= LEAST_SIGNALS)
            else {
                continue;
            };
            let points = f64::from(signals).ln() * MORE_IS_LIKELIER + NAMED * named.get(at).unwrap_or(&0.0);
            known.push(Standing { at, name, signals, points, speaks: 0 });
        }
        let all = f64::from(self.signals.values().sum::<u32>());
        for uses in told(text).iter().filter_map(|word| self.words.get(word)) {
            let usual = f64::from(uses.values().sum::<u32>()) / all;
            for one in &mut known {
                one.hear(uses.get(one.name).copied().unwrap_or_default(), usual);
            }
        }
        known.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.at.cmp(&b.at)));
        let [best, next, ..] = known.as_slice() else { return None };
        let lead = best.points - next.points;
        (lead >= CLEAR && best.speaks >= LEAST_WORDS).then(|| (best.at, 1.0 - (-lead / CLEAR).exp()))
    }
}

/// One repository while the words are heard.
struct Standing<'a> {
    at: usize,
    name: &'a str,
    signals: u32,
    points: f64,
    speaks: usize,
}

impl Standing<'_> {
    /// A word that so many of its signals used, and this share of all.
    fn hear(&mut self, uses: u32, usual: f64) {
        let share = (f64::from(uses) + USUAL_WEIGHS * usual) / (f64::from(self.signals) + USUAL_WEIGHS);
        self.points += (share / usual).ln();
        self.speaks += usize::from(share > 1.5 * usual);
    }
}

fn told(text: &str) -> BTreeSet<String> {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut told = BTreeSet::new();
    for word in words(&text[..end]) {
        if word.len() > 2 && told.len() < MOST_WORDS {
            told.insert(word);
        }
    }
    told
}

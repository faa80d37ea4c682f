//! Turns a masked line into slots: words with their joints, each known as a word or a value by shape and place.
//!
//! Lists are folded to one element, so that their length does not make new templates. Called by `miner` only.

use super::lexicon::{introduces_name, is_nothing};
use super::recognise::placeholder_length;
use super::words::{Word, words};

/// One place of a line or template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) joint: String,
    pub(super) text: String,
    pub(super) is_value: bool,
}

const EMPTY: &str = "<none>";

pub(super) fn slots(masked: &str, max_words: usize) -> Vec<Slot> {
    let mut line: Vec<Slot> = Vec::new();
    for word in words(masked).take(max_words) {
        let before = if word.joint.trim().is_empty() { line.last() } else { None };
        let is_named = before.is_some_and(|slot| introduces_name(&slot.text));
        let is_value = is_named || is_value(word.text);
        push_empty(&mut line, word);
        line.push(Slot { joint: word.joint.to_owned(), text: word.text.to_owned(), is_value });
        fold_list(&mut line);
    }
    line
}

/// Brackets with nothing in them, standing alone, are a value that is missing.
fn push_empty(line: &mut Vec<Slot>, word: Word<'_>) {
    let alone =
        |pair: &str| word.joint.contains(&format!(" {pair} ")) || word.joint.contains(&format!("={pair}"));
    if alone("()") || alone("[]") {
        line.push(Slot { joint: " ".to_owned(), text: EMPTY.to_owned(), is_value: true });
    }
}

/// Drops the last one to four slots if they repeat those before them and hold a value.
fn fold_list(line: &mut Vec<Slot>) {
    for size in 1..=4 {
        if line.len() < 2 * size {
            return;
        }
        let (before, last) = (&line[line.len() - 2 * size..line.len() - size], &line[line.len() - size..]);
        let same = before.iter().zip(last).all(|(a, b)| a.text == b.text)
            && last.iter().any(|slot| slot.is_value || slot.text.contains('<'));
        let separated = last[0].joint.chars().all(|c| matches!(c, ' ' | ',' | ';' | '|' | '#' | '\\' | '/'));
        if same && separated {
            line.truncate(line.len() - size);
            return;
        }
    }
}

/// A word that names one thing of many by its shape alone.
fn is_value(word: &str) -> bool {
    if placeholder_length(word.as_bytes()) == Some(word.len()) || is_nothing(word) {
        return true;
    }
    let labels = word.split('.').filter(|label| !label.is_empty()).count();
    let last = word.rsplit('.').next().unwrap_or_default();
    let is_constant =
        last.contains(|c: char| c.is_ascii_uppercase()) && !last.contains(|c: char| c.is_ascii_lowercase());
    let qualified = labels >= 3 && !is_constant || word.contains('/') && labels >= 2;
    let numbered_file = labels >= 2 && word.contains('<') && is_extension(last);
    // A numbered name (`disk3`) is a word with a number; more than one number inside is an id.
    word.matches('<').count() >= 2 || qualified || numbered_file || labels == 2 && is_host_ending(last)
}

fn is_extension(last: &str) -> bool {
    (2..=6).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_lowercase())
}

fn is_host_ending(last: &str) -> bool {
    matches!(last, "com" | "net" | "org" | "edu" | "gov" | "info" | "io" | "local" | "internal" | "lan")
}

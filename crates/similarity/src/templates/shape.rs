//! Turns a masked line into slots: words with their joints, each known as a word or a value by shape and place.
//!
//! Lists are folded to one element, so that their length does not make new templates. Called by `miner` only.

use serde::{Deserialize, Serialize};

use super::lexicon::{introduces_name, is_nothing};
use super::recognise::placeholder_length;
use super::words::words;

/// One place of a line or template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Slot {
    pub(super) joint: String,
    pub(super) text: String,
    pub(super) kind: SlotKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SlotKind {
    /// A word that belongs to the message.
    Word,
    /// One thing of many, by its shape or place.
    Value,
    /// A place of a template where words were seen to differ: any word fits. No line has it.
    Any,
}

const EMPTY: &str = "<none>";
/// Longer words differ early or are no words; longer joints are padding.
const MAX_WORD: usize = 160;
const MAX_JOINT: usize = 16;

pub(super) fn slots(masked: &str, max_words: usize) -> Vec<Slot> {
    let mut line: Vec<Slot> = Vec::new();
    for word in words(masked).take(max_words) {
        let before = if word.joint.trim().is_empty() { line.last() } else { None };
        let is_named = before.is_some_and(|slot| introduces_name(&slot.text));
        let kind = if is_named || is_value(word.text) { SlotKind::Value } else { SlotKind::Word };
        if has_empty_brackets(word.joint) {
            line.push(Slot { joint: " ".to_owned(), text: EMPTY.to_owned(), kind: SlotKind::Value });
        }
        line.push(Slot { joint: cut(word.joint, MAX_JOINT), text: cut(word.text, MAX_WORD), kind });
        fold_list(&mut line);
    }
    line
}

/// Brackets with nothing in them, standing alone, are a value that is missing.
fn has_empty_brackets(joint: &str) -> bool {
    [" () ", " [] ", "=()", "=[]"].iter().any(|empty| joint.contains(empty))
}

/// The first bytes, up to the last whole character within `length`.
fn cut(text: &str, length: usize) -> String {
    text[..text.floor_char_boundary(length)].to_owned()
}

/// Drops the last one to four slots if they repeat those before them and hold a value.
fn fold_list(line: &mut Vec<Slot>) {
    for size in 1..=4 {
        if line.len() < 2 * size {
            return;
        }
        let (before, last) = (&line[line.len() - 2 * size..line.len() - size], &line[line.len() - size..]);
        let same = before.iter().zip(last).all(|(a, b)| a.text == b.text)
            && last.iter().any(|slot| slot.kind == SlotKind::Value || slot.text.contains('<'));
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
    let one_of_many = labels == 2 && (is_host_ending(last) || is_file_ending(last));
    // A numbered name (`disk3`) is a word with a number; a number joined by `_`, or a second one, makes an id.
    let is_id = word.matches('<').count() >= 2 || word.contains('<') && word.contains('_');
    is_id || qualified || numbered_file || one_of_many
}

fn is_extension(last: &str) -> bool {
    (2..=6).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_lowercase())
}

fn is_host_ending(last: &str) -> bool {
    matches!(last, "com" | "net" | "org" | "edu" | "gov" | "info" | "io" | "local" | "internal" | "lan")
}

fn is_file_ending(last: &str) -> bool {
    const ENDINGS: [&str; 24] = [
        "exe", "dll", "so", "log", "txt", "xml", "json", "yml", "yaml", "toml", "conf", "cfg", "ini", "tmp",
        "dat", "db", "csv", "gz", "zip", "tar", "jar", "png", "jpg", "html",
    ];
    ENDINGS.iter().any(|ending| ending.eq_ignore_ascii_case(last))
}

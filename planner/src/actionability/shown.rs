//! Letters that a reader does not see, or takes for others: found, and undone before words are looked for. Pure.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

/// Fewer letters in a row are an id or a hash, not a text that somebody encoded.
const LEAST_ENCODED: usize = 32;
/// Of what comes out of a decoding, so much has to read as text.
const READABLE: f64 = 0.95;

static BASE64: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z0-9+/_-]{32,}={0,2}"));
static HEX: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:[0-9a-fA-F]{2}){24,}"));
static ESCAPES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]{2,3};){8,}")
});

/// A piece of text that hides letters from its reader.
pub(super) fn hidden(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let joins_ascii = || {
            let before = at.checked_sub(1).and_then(|at| letters.get(at));
            let after = letters.get(at + 1);
            let is_ascii = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
            is_ascii(before) && is_ascii(after)
        };
        let hides = match *letter {
            // Turns the direction of what is read, or is a letter of a tag that no screen shows.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
            // Regional flags are written with tags; they follow a black flag.
            '\u{e0000}'..='\u{e007f}' => !letters[..at].iter().rev().take(8).any(|c| *c == '\u{1f3f4}'),
            // Other scripts and emoji need these; between two plain letters they hide a word.
            '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{ad}' => joins_ascii(),
            '\u{feff}' => at > 0 && joins_ascii(),
            _ => false,
        };
        if hides {
            return Some(around(&letters, at));
        }
    }
    text.split(|c: char| !c.is_alphanumeric()).find(|word| mixes_scripts(word)).map(str::to_owned)
}

/// Twelve letters to either side, the hidden ones written out.
fn around(letters: &[char], at: usize) -> String {
    let (from, to) = (at.saturating_sub(12), (at + 13).min(letters.len()));
    let written = |c: &char| -> String {
        if c.is_ascii_graphic() || *c == ' ' || c.is_alphabetic() {
            c.to_string()
        } else {
            c.escape_unicode().to_string()
        }
    };
    letters[from..to].iter().map(written).collect()
}

/// A Latin word with letters of another alphabet that look like Latin ones.
fn mixes_scripts(word: &str) -> bool {
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    let others = word.chars().filter(|c| !c.is_ascii()).collect::<Vec<_>>();
    latin && !others.is_empty() && others.iter().all(|c| alike(*c).is_some()) && word.chars().count() > 3
}

/// The Latin letter that a Cyrillic or Greek one is taken for.
fn alike(letter: char) -> Option<char> {
    const PAIRS: &str = "аaеeоoрpсcхxуyіiјjѕsԁdһhкkмmтtвbнhοoαaεeιiκkνvρpτtυuχxАAЕEОOРPСCХXІIМMТTВBНHКKΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΧX";
    let mut pairs = PAIRS.chars();
    while let (Some(other), Some(latin)) = (pairs.next(), pairs.next()) {
        if other == letter {
            return Some(latin);
        }
    }
    None
}

/// The text as a reader takes it: nothing hidden, look-alikes as what they look like, all in small letters.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}'))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            '\u{a0}' => ' ',
            _ => alike(c).unwrap_or(c),
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Words that somebody encoded, decoded; with how they stood there.
pub(super) fn encoded(text: &str) -> Vec<(String, String)> {
    let base64 = BASE64.find_iter(text).map(|found| (found.as_str(), of_base64(found.as_str())));
    let hex = HEX.find_iter(text).map(|found| (found.as_str(), of_hex(found.as_str())));
    let escapes = ESCAPES.find_iter(text).map(|found| (found.as_str(), of_escapes(found.as_str())));
    let readable = |(stood, bytes): (&str, Option<Vec<u8>>)| {
        let words = String::from_utf8(bytes?).ok().filter(|words| reads_as_text(words))?;
        Some((stood.chars().take(40).collect(), words))
    };
    base64.chain(hex).chain(escapes).filter_map(readable).collect()
}

fn of_base64(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.trim_end_matches('=').bytes().collect();
    let mut bytes = Vec::with_capacity(letters.len());
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in letters {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

fn of_hex(text: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.as_bytes().chunks_exact(2).map(pair).collect()
}

fn of_escapes(text: &str) -> Option<Vec<u8>> {
    let digits = |part: &str| -> Option<u8> {
        let part = part.trim_end_matches(';');
        match part.strip_prefix("&#") {
            Some(number) => match number.strip_prefix('x') {
                Some(hex) => u8::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            },
            None => u8::from_str_radix(
                part.trim_start_matches(['\\', 'x', 'u', '%']).trim_start_matches("00"),
                16,
            )
            .ok(),
        }
    };
    let mut bytes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let next = rest[1..].find(['\\', '%', '&']).map_or(rest.len(), |at| at + 1);
        bytes.push(digits(&rest[..next])?);
        rest = &rest[next..];
    }
    Some(bytes)
}

/// Long enough, mostly plain letters, and several words: neither a token nor a picture.
fn reads_as_text(words: &str) -> bool {
    let letters = words.chars().count();
    let plain = words.chars().filter(|c| c.is_ascii_graphic() || c.is_ascii_whitespace()).count();
    let spaces = words.split_whitespace().count();
    let is_json = words.starts_with('{') || words.starts_with('[');
    #[expect(clippy::cast_precision_loss, reason = "a share of letters")]
    let share = plain as f64 / letters.max(1) as f64;
    letters * 4 >= LEAST_ENCODED && share >= READABLE && spaces >= 3 && !is_json
}

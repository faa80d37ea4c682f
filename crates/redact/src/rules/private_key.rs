//! Private keys in PEM: of every kind, on lines or escaped in one, with prefixes of logs, quotes or line numbers.
//!
//! A key starts where `-----BEGIN … PRIVATE KEY…-----` is followed by what a key looks like; a mere mention in code or
//! prose stays. It ends at its `-----END …-----`, or where three lines in a row look like no key: so a key that
//! never ends stays removed, and a cut one takes at most two lines of what follows. The engine asks `begin`, the
//! cover feeds `Body`.

use crate::bytes::Class;
use crate::rules::token::Length::AtLeast;
use crate::rules::token::anywhere;
use crate::rules::{Anchor, Case, Family, Matcher, Rule};

pub(crate) const PRIVATE_KEY: &str = "private-key";

pub(crate) const FAMILY: Family = Family {
    rules: &[Rule::exact(PRIVATE_KEY, "private keys in PEM, also in base64 as a whole")],
    anchors: &[
        Anchor { text: "PRIVATE KEY", case: Case::Exact, matcher: Matcher::PrivateKey },
        // "-----BEGIN … PRIVATE KEY" in base64, for the kinds in use.
        anywhere("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS", PRIVATE_KEY, Class::BASE64, AtLeast(16)),
        anywhere("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt", PRIVATE_KEY, Class::BASE64, AtLeast(16)),
        anywhere("LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS", PRIVATE_KEY, Class::BASE64, AtLeast(16)),
        anywhere("LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZ", PRIVATE_KEY, Class::BASE64, AtLeast(16)),
        anywhere("LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBLRVkt", PRIVATE_KEY, Class::BASE64, AtLeast(16)),
    ],
};

/// How far after the opening line its first lines are looked at.
pub(crate) const LOOK: usize = 640;
/// The longest opening: dashes, label, dashes.
const LONGEST_OPENING: usize = 80;
/// A line of a key is read in pieces of at most this length.
const PIECE: usize = 1024;
/// How far a closing mark may reach past a piece.
const CLOSING: usize = 96;
/// After so many lines in a row that look like no key, the key is over.
const FOREIGN_LINES: u8 = 3;

/// Whether more bytes may follow the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    Unknown,
    Nothing,
}

/// What stands at a mention of a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    Key {
        start: usize,
        end: usize,
    },
    Mention,
    /// Its first lines are not there yet.
    Undecided,
}

/// Judges the words `PRIVATE KEY` at `start..end` of the buffer.
pub(crate) fn begin(buffer: &[u8], start: usize, end: usize, rest: Rest) -> Begin {
    let Some(opening) = opening_start(buffer, start) else { return Begin::Mention };
    let label_end = if buffer.get(end..end + 6) == Some(b" BLOCK".as_slice()) { end + 6 } else { end };
    let dashes_from = Class::BLANK.run(buffer, label_end, 1);
    let dashes_to = buffer.len().min(dashes_from + 5);
    let dashes = buffer.get(dashes_from..dashes_to).unwrap_or_default();
    let count = dashes.iter().take_while(|byte| **byte == b'-').count();
    if count < 4 {
        return Begin::Mention;
    }
    let body = dashes_from + count;
    match first_lines(buffer, body, rest) {
        Some(true) => Begin::Key { start: opening, end: body },
        Some(false) => Begin::Mention,
        None => Begin::Undecided,
    }
}

/// Where `-----BEGIN` stands before the label.
fn opening_start(buffer: &[u8], label: usize) -> Option<usize> {
    let floor = label.saturating_sub(LONGEST_OPENING);
    let lead = buffer.get(floor..label)?;
    let words = lead.iter().rposition(|byte| !(Class::UPPER_DIGIT.has(*byte) || *byte == b' '))? + 1;
    let begin = lead.get(words..)?.trim_ascii_start().starts_with(b"BEGIN");
    let dashes = lead.get(..words)?.iter().rev().take_while(|byte| **byte == b'-').take(5).count();
    (begin && dashes >= 4).then_some(floor + words - dashes)
}

/// Whether the lines from `body` on look like a key; none while that is open. Only what further bytes cannot change is
/// decided early: a line of key material.
fn first_lines(buffer: &[u8], body: usize, rest: Rest) -> Option<bool> {
    let limit = buffer.len().min(body + LOOK);
    let shown = buffer.get(body..limit)?;
    let complete = rest == Rest::Nothing || shown.len() == LOOK;
    if complete && closes_with_a_body(shown) {
        return Some(true);
    }
    let mut at = 0;
    while at < shown.len() {
        let (line, next) = logical_line(shown, at);
        let Some(next) = next else {
            return complete.then(|| kind(line) != Kind::Foreign);
        };
        match kind(line) {
            Kind::Body => return Some(true),
            Kind::Empty => at = next,
            Kind::Word | Kind::Foreign => return complete.then_some(false),
        }
    }
    // Headers and empty lines only: a key whose body is still to come, or nothing.
    complete.then_some(shown.len() == LOOK)
}

/// Whether the closing stands close by, with a word of some length and no code before it.
fn closes_with_a_body(shown: &[u8]) -> bool {
    let Some(end) = memchr::memmem::find(shown, b"-----END") else { return false };
    let between = shown.get(..end).unwrap_or_default();
    let code = |byte: &u8| matches!(byte, b'(' | b')' | b'{' | b'}' | b';' | b'<' | b'>');
    longest_runs(between).any(|run| run.len() >= 8) && !between.iter().any(code)
}

/// The line that starts at `at`, and where the next one starts. `\n` and `\r` written as escapes end a line too.
fn logical_line(text: &[u8], at: usize) -> (&[u8], Option<usize>) {
    let rest = text.get(at..).unwrap_or_default();
    for place in memchr::memchr3_iter(b'\n', b'\r', b'\\', rest) {
        if rest.get(place) != Some(&b'\\') {
            return (rest.get(..place).unwrap_or_default(), Some(at + place + 1));
        }
        let slashes = rest.get(place..).unwrap_or_default().iter().take_while(|byte| **byte == b'\\').count();
        if matches!(rest.get(place + slashes), Some(b'n' | b'r')) {
            return (rest.get(..place).unwrap_or_default(), Some(at + place + slashes + 1));
        }
    }
    (rest, None)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A line of key material.
    Body,
    /// Nothing, punctuation, or a header such as `Proc-Type:`.
    Empty,
    /// One word of base64, too short to tell.
    Word,
    Foreign,
}

fn kind(line: &[u8]) -> Kind {
    let inner = trimmed(line);
    if inner.is_empty() || is_header(inner) || memchr::memmem::find(inner, b"PRIVATE KEY").is_some() {
        return Kind::Empty;
    }
    if longest_runs(line).any(|run| run.len() >= 40 && is_mixed(run)) {
        return Kind::Body;
    }
    match Class::BASE64.all(inner) {
        true if inner.len() >= 16 && is_mixed(inner) => Kind::Body,
        true => Kind::Word,
        false => Kind::Foreign,
    }
}

/// Without what may stand around a line of a key: blanks, quotes, signs of diffs, comments and joined strings.
fn trimmed(line: &[u8]) -> &[u8] {
    let around = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b',' | b'|' | b'>' | b'#' | b'*' | b'-' | b'['
        )
    };
    let Some(first) = line.iter().position(|byte| !around(byte)) else { return &[] };
    let last = line.iter().rposition(|byte| !around(byte)).unwrap_or(first);
    let inner = line.get(first..=last).unwrap_or_default();
    if Class::BASE64.all(inner) && inner.iter().all(|byte| matches!(byte, b'+' | b'=' | b'/')) {
        &[]
    } else {
        inner
    }
}

fn is_header(inner: &[u8]) -> bool {
    const HEADERS: &[&[u8]] = &[b"Proc-Type:", b"DEK-Info:", b"Version:", b"Comment:", b"Hash:", b"Charset:"];
    HEADERS.iter().any(|header| inner.starts_with(header))
}

fn longest_runs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| !Class::BASE64.has(*byte))
}

fn is_mixed(run: &[u8]) -> bool {
    let sign = run.iter().any(|byte| matches!(byte, b'+' | b'/' | b'=')) || Class::DIGIT.any(run);
    sign && Class::UPPER.any(run) && Class::LOWER.any(run)
}

/// A key whose lines are being removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// Lines before this place are removed.
    pub(crate) at: usize,
    foreign: u8,
}

/// Where a key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Ends(usize),
    /// Further bytes decide.
    Open,
}

impl Body {
    pub(crate) fn new(at: usize) -> Body {
        Body { at, foreign: 0 }
    }

    /// Goes on as far as `text` is final.
    pub(crate) fn advance(&mut self, text: &[u8], rest: Rest) -> Reach {
        while self.at < text.len() {
            let limit = text.len().min(self.at + PIECE);
            let (line, next) = logical_line(text.get(..limit).unwrap_or_default(), self.at);
            let line_end = self.at + line.len();
            let known = rest == Rest::Nothing || text.len() >= limit + MARK.len() + CLOSING;
            if next.is_none() && !known {
                return Reach::Open;
            }
            let search_to = if next.is_some() { line_end } else { limit + MARK.len() };
            if let Some(end) = closing(text, self.at, search_to) {
                return Reach::Ends(end);
            }
            match kind(line) {
                Kind::Body => self.foreign = 0,
                Kind::Empty => {}
                Kind::Word | Kind::Foreign => self.foreign += 1,
            }
            if self.foreign >= FOREIGN_LINES {
                return Reach::Ends(self.at);
            }
            self.at = next.unwrap_or(line_end);
        }
        if rest == Rest::Nothing { Reach::Ends(text.len()) } else { Reach::Open }
    }
}

/// How a closing mark begins, in both forms.
const MARK: &[u8] = b"---END";
const SPACED_MARK: &[u8] = b"--- END";

/// The end of a closing mark whose first word lies in `from..to`.
fn closing(text: &[u8], from: usize, to: usize) -> Option<usize> {
    let shown = text.get(from..text.len().min(to))?;
    let place = memchr::memmem::find(shown, MARK).or_else(|| memchr::memmem::find(shown, SPACED_MARK))?;
    let label = text.get(from + place..text.len().min(from + place + CLOSING))?;
    let in_label = |byte: &u8| matches!(byte, b' ' | b'-' | b'A'..=b'Z' | b'0'..=b'9');
    let length = label.iter().take_while(|byte| in_label(byte)).count();
    let last_dash = label.get(..length)?.iter().rposition(|byte| *byte == b'-')?;
    Some(from + place + last_dash + 1)
}

#[cfg(test)]
mod tests;

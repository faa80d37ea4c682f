//! Masks the variable parts of one message: numbers, ids, addresses, paths, quoted values, dates.
//!
//! Stateless, linear in the input and stable: fingerprints are made of its output, so a change of any answer in
//! `mask/samples.txt` needs a new `MASK_VERSION`. Masking a masked text changes nothing. It never looks at other
//! messages: what only a stream can tell is the business of `miner`. Called by fingerprints and by `miner`.

use super::dates::spoken_date_length;
use super::lexicon::{is_name_with_digits, is_request, is_state};
use super::recognise::{
    Kind, is_address, is_hex, is_random_id, is_spaced_unit, number_length, placeholder_length, whole,
};

/// Names the behaviour of `mask`; part of every fingerprint version that uses it.
pub const MASK_VERSION: u16 = 1;

/// A message with its variable parts replaced by placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Masked {
    pub text: String,
}

impl Masked {
    /// The words of the masked text: runs without white space or punctuation that joins words.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        super::words::words(&self.text).map(|word| word.text)
    }
}

/// Masks one message. Time and memory are linear in its length.
#[must_use]
pub fn mask(text: &str) -> Masked {
    let mut scanner = Scanner {
        text,
        out: String::with_capacity(text.len()),
        at: 0,
        quote_stop: [0; 3],
        space_stop: 0,
        time_end: None,
    };
    while scanner.at < text.len() {
        scanner.step();
    }
    Masked { text: scanner.out }
}

struct Scanner<'a> {
    text: &'a str,
    out: String,
    at: usize,
    /// For each quote sign: where the last search for its end stopped. It only moves forward, so all searches
    /// together read the text once a sign.
    quote_stop: [usize; 3],
    /// Where the search for white space stopped, likewise.
    space_stop: usize,
    /// The length of `out` after the last time, so that a date and a clock beside it become one.
    time_end: Option<usize>,
}

impl Scanner<'_> {
    fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn step(&mut self) {
        let at = self.at;
        if let Some(end) = self.quoted_end() {
            self.push(Kind::Quoted, end);
            return;
        }
        let starts_word = at == 0 || is_boundary(self.bytes()[at - 1]);
        let spoken = if starts_word { spoken_date_length(&self.bytes()[at..]) } else { 0 };
        if spoken > 0 {
            self.push(Kind::Time, at + spoken);
            return;
        }
        let chunk = chunk_end(self.bytes(), at);
        if chunk.end == at {
            let end = at + self.text[at..].chars().next().map_or(1, char::len_utf8);
            self.copy(end);
        } else if chunk.has_placeholder {
            self.copy(chunk.end);
        } else {
            self.chunk(chunk.end);
        }
    }

    fn copy(&mut self, end: usize) {
        self.out.push_str(&self.text[self.at..end]);
        self.at = end;
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let joined =
            self.time_end.filter(|_| kind == Kind::Time).filter(|before| &self.out[*before..] == " ");
        match joined {
            Some(before) => self.out.truncate(before),
            None => self.out.push_str(kind.placeholder()),
        }
        self.at = end;
        if kind == Kind::Time {
            self.time_end = Some(self.out.len());
            self.skip_fraction();
        }
    }

    /// Some clocks write the fraction behind a comma, which otherwise ends a chunk.
    fn skip_fraction(&mut self) {
        if let Some([b',', rest @ ..]) = self.bytes().get(self.at..) {
            let fraction = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let ends = !rest.get(fraction).is_some_and(u8::is_ascii_alphanumeric);
            if matches!(fraction, 3 | 6) && ends {
                self.at += 1 + fraction;
            }
        }
    }

    /// The end of a quoted value that begins here. A quoted key (`"name": …`) is a name, not a value.
    fn quoted_end(&mut self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let sign = [b'"', b'\'', b'`'].iter().position(|sign| *sign == bytes[self.at])?;
        let opens = self.at == 0
            || matches!(bytes[self.at - 1], b'(' | b'[' | b'{' | b'=' | b':' | b',' | b';' | b'|')
            || bytes[self.at - 1].is_ascii_whitespace();
        if !opens {
            return None;
        }
        if self.quote_stop[sign] <= self.at {
            let stop =
                (self.at + 1..bytes.len()).find(|at| bytes[*at] == b'\n' || closes(bytes, *at, self.at));
            self.quote_stop[sign] = stop.unwrap_or(bytes.len());
        }
        let stop = self.quote_stop[sign];
        let is_end = bytes.get(stop).is_some_and(|b| *b == bytes[self.at]);
        if self.space_stop <= self.at {
            let space = (self.at + 1..bytes.len()).find(|at| bytes[*at].is_ascii_whitespace());
            self.space_stop = space.unwrap_or(bytes.len());
        }
        let is_key = bytes.get(stop + 1) == Some(&b':') && stop < self.space_stop;
        let speaks = || {
            let inside = &self.text[self.at + 1..stop];
            is_state(inside) || is_request(inside)
        };
        (is_end && !is_key && !speaks()).then_some(stop + 1)
    }

    /// One run of characters without a boundary and without a placeholder.
    fn chunk(&mut self, end: usize) {
        if let Some((start, stop)) = url_span(self.bytes(), self.at, end) {
            self.copy(start);
            self.push(Kind::Url, stop);
            return;
        }
        let (start, stop) = core_span(self.bytes(), self.at, end);
        let core = &self.bytes()[start..stop];
        if is_email(core) {
            self.copy(start);
            self.push(Kind::Email, stop);
        } else if let Some(length) = path_length(&self.bytes()[self.at..stop]) {
            let path_end = self.at + length;
            self.push(Kind::Path, path_end);
        } else if let Some(kind) = whole(core) {
            let start =
                start - usize::from(start > self.at && matches!(self.bytes()[start - 1], b'-' | b'+'));
            self.copy(start);
            match self.spaced_unit(kind, stop, end) {
                Some(unit_end) => {
                    self.push(Kind::Quantity, unit_end);
                    return;
                }
                None => self.push(kind, stop),
            }
        } else if let Some(tail) = address_tail(core) {
            self.pieces(start + tail);
            self.push(Kind::Address, stop);
        }
        self.pieces(end);
    }

    /// The end of a unit one space behind a number (`5.2 KB`), so that a change of unit is no change of words.
    fn spaced_unit(&self, kind: Kind, stop: usize, end: usize) -> Option<usize> {
        let rest =
            self.bytes().get(stop..).filter(|_| kind == Kind::Number && stop == end)?.strip_prefix(b" ")?;
        let unit = rest.iter().take(16).take_while(|b| b.is_ascii_alphabetic()).count();
        let ends =
            !rest.get(unit).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/'));
        (ends && is_spaced_unit(&rest[..unit])).then_some(stop + 1 + unit)
    }

    fn pieces(&mut self, end: usize) {
        while self.at < end {
            self.piece(end);
        }
    }

    /// One piece of a chunk: a separator, or letters and digits up to the next separator.
    fn piece(&mut self, end: usize) {
        let bytes = self.bytes();
        let length = piece_length(&bytes[self.at..end]);
        if length == 0 {
            let signed = matches!(bytes[self.at], b'-' | b'+')
                && bytes.get(self.at + 1).filter(|_| self.at + 1 < end).is_some_and(u8::is_ascii_digit)
                && (self.at == 0 || !bytes[self.at - 1].is_ascii_alphanumeric());
            if signed {
                self.at += 1;
            } else {
                self.copy(self.at + 1);
            }
            return;
        }
        let stop = self.at + length;
        let piece = &bytes[self.at..stop];
        if is_name_with_digits(piece) {
            self.copy(stop);
        } else if is_hex(piece) {
            self.push(Kind::Hex, stop);
        } else if is_random_id(piece) && piece.iter().any(u8::is_ascii_digit) {
            self.push(Kind::Id, stop);
        } else {
            self.digit_runs(stop);
        }
    }

    fn digit_runs(&mut self, stop: usize) {
        while self.at < stop {
            let rest = &self.bytes()[self.at..stop];
            let number = number_length(rest);
            if number > 0 {
                self.push(Kind::Number, self.at + number);
            } else {
                let letters = rest.iter().take_while(|b| !b.is_ascii_digit()).count();
                self.copy(self.at + letters);
            }
        }
    }
}

fn closes(bytes: &[u8], at: usize, opened: usize) -> bool {
    bytes[at] == bytes[opened]
        && bytes[at - 1] != b'\\'
        && bytes.get(at + 1).is_none_or(|next| {
            next.is_ascii_whitespace()
                || matches!(next, b')' | b']' | b'}' | b',' | b';' | b':' | b'.' | b'!' | b'?' | b'|')
        })
}

/// Where an address begins that ends the core behind a separator (`eth0:fe80::1`). Long cores are not searched: the
/// search reads the rest once a separator.
fn address_tail(core: &[u8]) -> Option<usize> {
    let separators = (0..core.len()).filter(|at| matches!(core[*at], b':' | b'/' | b'@' | b'-' | b'='));
    separators.map(|at| at + 1).filter(|_| core.len() <= 96).find(|at| is_address(&core[*at..]))
}

struct Chunk {
    end: usize,
    has_placeholder: bool,
}

fn chunk_end(bytes: &[u8], start: usize) -> Chunk {
    let mut chunk = Chunk { end: start, has_placeholder: false };
    while chunk.end < bytes.len() {
        match placeholder_length(&bytes[chunk.end..]) {
            Some(length) => {
                chunk.has_placeholder = true;
                chunk.end += length;
            }
            None if is_boundary(bytes[chunk.end]) => break,
            None => chunk.end += 1,
        }
    }
    chunk
}

fn is_boundary(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(
            byte,
            b',' | b';'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'='
                | b'|'
                | b'"'
                | b'\''
                | b'`'
                | b'<'
                | b'>'
        )
}

/// The chunk without punctuation around it.
fn core_span(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let chunk = &bytes[start..end];
    let outer =
        |b: &&u8| matches!(b, b'.' | b':' | b'!' | b'?' | b'*' | b'#' | b'-' | b'+' | b'@' | b'/' | b'&');
    let before = chunk.iter().take_while(outer).count();
    // The unspecified IPv6 address and prefixes that end in `::` are rare; punctuation is not.
    let after = chunk[before..]
        .iter()
        .rev()
        .take_while(|b| matches!(b, b'.' | b':' | b'!' | b'?' | b'*' | b'\\'))
        .count();
    (start + before, end - after)
}

fn piece_length(bytes: &[u8]) -> usize {
    let inner = |at: usize| {
        bytes[at] == b'.'
            && at > 0
            && bytes[at - 1].is_ascii_digit()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    (0..bytes.len())
        .find(|at| !(bytes[*at].is_ascii_alphanumeric() || !bytes[*at].is_ascii() || inner(*at)))
        .unwrap_or(bytes.len())
}

/// `scheme://` and what follows up to a space, a quote or a closing bracket; may reach past the chunk.
fn url_span(bytes: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let colon = start + bytes[start..end].windows(3).position(|w| w == b"://")?;
    let scheme = bytes[start..colon]
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.'))
        .count();
    if scheme == 0 || !bytes[colon - scheme].is_ascii_alphabetic() {
        return None;
    }
    let body = bytes[colon..]
        .iter()
        .take_while(|b| {
            !(b.is_ascii_whitespace()
                || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b']' | b'}' | b'|'))
        })
        .count();
    let trailing = bytes[colon..colon + body]
        .iter()
        .rev()
        .take_while(|b| matches!(b, b'.' | b',' | b':' | b';' | b'!' | b'?' | b'\\'))
        .count();
    let stop = colon + body - trailing;
    (stop > colon + 3).then_some((colon - scheme, stop))
}

fn is_email(core: &[u8]) -> bool {
    let Some(at) = core.iter().position(|b| *b == b'@') else { return false };
    let (local, domain) = (&core[..at], &core[at + 1..]);
    let local_fits = !local.is_empty()
        && local.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-'));
    let last = domain.rsplit(|b| *b == b'.').next().unwrap_or_default();
    local_fits
        && domain.contains(&b'.')
        && domain.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        && last.len() >= 2
        && last.iter().all(u8::is_ascii_alphabetic)
}

/// A file path or route: rooted, relative to here or home, a drive, or with two separators inside.
fn path_length(chunk: &[u8]) -> Option<usize> {
    let rooted = chunk.len() > 1
        && chunk[0] == b'/'
        && (chunk[1].is_ascii_alphabetic() || matches!(chunk[1], b'.' | b'_' | b'~'));
    let relative = chunk.starts_with(b"./") || chunk.starts_with(b"../") || chunk.starts_with(b"~/");
    let drive = chunk.len() > 3
        && chunk[0].is_ascii_alphabetic()
        && chunk[1] == b':'
        && matches!(chunk[2], b'\\' | b'/');
    let inner = chunk
        .windows(2)
        .filter(|w| matches!(w[0], b'/' | b'\\') && (w[1].is_ascii_alphanumeric() || w[1] == b'.'))
        .count();
    let named = chunk.first().is_some_and(u8::is_ascii_alphabetic) && inner >= 2 && !chunk.contains(&b'@');
    if !(rooted || relative || drive || named) {
        return None;
    }
    // A line number behind the path is a value of its own.
    let tail = chunk.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b':').count();
    let line = chunk[chunk.len() - tail..].iter().position(|b| *b == b':').map(|at| chunk.len() - tail + at);
    Some(line.unwrap_or(chunk.len()))
}

//! The records of a file: each line, each item of one array, or all of it.
//!
//! Which of these is told from its beginning: a first line that is JSON by itself begins lines, a `[` that is none begins an
//! array, and anything else is one record. What an SDK sends (an envelope, a body) is one in any case. A line that cannot be
//! read is a record, too: what is wrong with it is for the house to say.

use std::io::Read;

use serde::de::IgnoredAny;

/// More of one record is passed over: the house quarantines it as too large.
const LONGEST: usize = (16 << 20) + 1;
/// So much of a file says what it is made of.
const BEGINNING: usize = 1 << 20;
/// Bodies of several lines, each of them one record.
const WHOLE: [&str; 2] = ["sentry_sdk", "posthog_sdk"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Lines,
    Items,
    Whole,
}

/// A file's records one after the other; no more of it than one record is ever held.
pub(super) struct Records<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    is_end: bool,
    bytes: u64,
    cut: Cut,
}

impl<R: Read> Records<R> {
    pub(super) fn new(reader: R, format: &str) -> std::io::Result<Self> {
        let mut this = Self { reader, buffer: Vec::new(), at: 0, is_end: false, bytes: 0, cut: Cut::Whole };
        while this.buffer.len() < BEGINNING && !this.is_end && !this.has_two_lines() {
            this.fill()?;
        }
        this.cut = if WHOLE.contains(&format) { Cut::Whole } else { this.told() };
        if this.cut == Cut::Items {
            this.skip_space()?;
            this.advance(1);
        }
        Ok(this)
    }

    /// How much of the file was read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn next_record(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        loop {
            let record = match self.cut {
                Cut::Whole => self.rest()?,
                Cut::Lines => self.line()?,
                Cut::Items => self.item()?,
            };
            match record {
                Some(record) if record.trim_ascii().is_empty() => {}
                other => return Ok(other),
            }
        }
    }

    fn has_two_lines(&self) -> bool {
        self.buffer.trim_ascii_start().iter().filter(|byte| **byte == b'\n').count() > 1
    }

    fn told(&self) -> Cut {
        let beginning = self.buffer.trim_ascii_start();
        let first = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let is_json = serde_json::from_slice::<IgnoredAny>(first).is_ok();
        match (beginning.first(), is_json) {
            (Some(b'['), _) if !self.is_lines_of_arrays(beginning, is_json) => Cut::Items,
            (_, true) => Cut::Lines,
            // The first line is broken, and the next one is not: lines all the same.
            _ if self.second_is_json(beginning) => Cut::Lines,
            _ => Cut::Whole,
        }
    }

    /// Several arrays, each on a line of its own.
    fn is_lines_of_arrays(&self, beginning: &[u8], is_json: bool) -> bool {
        is_json && self.second_is_json(beginning)
    }

    fn second_is_json(&self, beginning: &[u8]) -> bool {
        let second = beginning.split(|byte| *byte == b'\n').nth(1).unwrap_or_default().trim_ascii();
        // A line of a laid-out object is no JSON by itself, and neither is a bare word of it.
        second.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(second).is_ok()
    }

    fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        self.until(|byte, _| byte == b'\n')
    }

    /// One item of the array that was begun.
    fn item(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut nesting = Nesting::default();
        let item = self.until(move |byte, _| nesting.ends(byte))?;
        // What follows the array is not looked at.
        Ok(item)
    }

    fn rest(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        self.until(|_, _| false)
    }

    /// Up to a byte that ends the record, and that is passed over.
    fn until(&mut self, mut ends: impl FnMut(u8, usize) -> bool) -> std::io::Result<Option<Vec<u8>>> {
        let (mut record, mut length) = (Vec::new(), 0_usize);
        loop {
            let available = &self.buffer[self.at..];
            let end = available.iter().enumerate().position(|(place, byte)| ends(*byte, length + place));
            let taken = end.unwrap_or(available.len());
            let room = LONGEST.saturating_sub(record.len()).min(taken);
            record.extend_from_slice(&available[..room]);
            length += taken;
            self.advance(taken + usize::from(end.is_some()));
            if end.is_some() {
                return Ok(Some(record));
            }
            if self.is_end {
                return Ok((length > 0).then_some(record));
            }
            self.fill()?;
        }
    }

    fn skip_space(&mut self) -> std::io::Result<()> {
        while self.buffer[self.at..].first().is_some_and(u8::is_ascii_whitespace) {
            self.advance(1);
            if self.at == self.buffer.len() && !self.is_end {
                self.fill()?;
            }
        }
        Ok(())
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
        self.bytes += u64::try_from(bytes).unwrap_or(0);
    }

    fn fill(&mut self) -> std::io::Result<()> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let held = self.buffer.len();
        self.buffer.resize(held + (1 << 16), 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[held..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let read = read.inspect_err(|_| self.buffer.truncate(held))?;
        self.buffer.truncate(held + read);
        self.is_end = read == 0;
        Ok(())
    }
}

/// Where an item of an array ends: at a comma, or at the bracket that closes the array.
#[derive(Default)]
struct Nesting {
    depth: usize,
    in_text: bool,
    is_escaped: bool,
}

impl Nesting {
    fn ends(&mut self, byte: u8) -> bool {
        if self.in_text {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => self.depth -= 1,
            b']' | b',' => return self.depth == 0,
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, as a pipe does.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let many = self.1.min(to.len()).min(self.0.len());
            let (now, later) = self.0.split_at(many);
            to[..many].copy_from_slice(now);
            self.0 = later;
            Ok(many)
        }
    }

    fn records(text: &str, format: &str) -> Vec<String> {
        let read = |step| {
            let mut records = Records::new(Slowly(text.as_bytes(), step), format).unwrap();
            let mut all = Vec::new();
            while let Some(record) = records.next_record().unwrap() {
                all.push(String::from_utf8(record).unwrap().trim().to_owned());
            }
            assert_eq!(records.bytes(), text.len() as u64);
            all
        };
        let whole = read(1 << 16);
        assert_eq!(read(1), whole);
        assert_eq!(read(7), whole);
        whole
    }

    #[test]
    fn lines_items_and_whole_files_are_told_apart() {
        for (text, expect) in [
            ("{\"a\":1}\n\n{\"b\":\"x\\n\"}\n", vec!["{\"a\":1}", "{\"b\":\"x\\n\"}"]),
            ("{\"a\":1}\nnonsense\n{\"b\":2}", vec!["{\"a\":1}", "nonsense", "{\"b\":2}"]),
            ("nonsense\n{\"b\":2}", vec!["nonsense", "{\"b\":2}"]),
            (" [ {\"a\":\"],\\\"\"} ,\n [1,[2]], 3 ]\n", vec!["{\"a\":\"],\\\"\"}", "[1,[2]]", "3"]),
            ("[{\"a\":1},{\"b\":2}]", vec!["{\"a\":1}", "{\"b\":2}"]),
            ("{\n  \"a\": 1\n}\n", vec!["{\n  \"a\": 1\n}"]),
            ("{\"a\":1}", vec!["{\"a\":1}"]),
            ("plain", vec!["plain"]),
            ("", vec![]),
            (" \n ", vec![]),
            ("[]", vec![]),
        ] {
            assert_eq!(records(text, "signal"), expect, "{text:?}");
        }
        let envelope = "{}\n{\"type\":\"event\"}\n{}";
        assert_eq!(records(envelope, "sentry_sdk"), [envelope]);
    }

    #[test]
    fn a_record_without_end_is_cut_and_what_follows_is_read() {
        let mut text = vec![b'x'; LONGEST + 100];
        text.splice(0..0, *b"{\"a\":1}\n");
        text.extend_from_slice(b"\n{\"b\":2}");
        let mut records = Records::new(text.as_slice(), "signal").unwrap();
        let lengths: Vec<usize> =
            std::iter::from_fn(|| records.next_record().unwrap()).map(|record| record.len()).collect();
        assert_eq!(lengths, [7, LONGEST, 7]);
    }
}

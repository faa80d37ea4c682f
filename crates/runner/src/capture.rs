//! What a program printed: its beginning, its end, and how much lay between. Memory stays the same whatever comes.
//!
//! A secret may be cut in two where keeping ends, and half a secret is not recognised. So more is kept than is shown, and
//! what is shown ends well before the cut.

use std::collections::VecDeque;

use signalbox_domain::run::RunNote;
use signalbox_runtime::Redact;

/// Kept beyond what is shown: longer than any secret, keys in several lines included.
const MARGIN: usize = 8 << 10;

#[derive(Debug)]
pub(crate) struct Capture {
    shown: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: u64,
}

impl Capture {
    /// Shows at most `shown` bytes of the beginning and as many of the end.
    pub(crate) fn new(shown: usize) -> Self {
        Self { shown, head: Vec::new(), tail: VecDeque::new(), total: 0 }
    }

    pub(crate) fn take(&mut self, chunk: &[u8]) {
        self.total = self.total.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        let room = self.kept().saturating_sub(self.head.len());
        let (head, rest) = chunk.split_at(room.min(chunk.len()));
        self.head.extend_from_slice(head);
        let rest = rest.get(rest.len().saturating_sub(self.kept())..).unwrap_or_default();
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(self.kept());
        self.tail.drain(..over);
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The history of it: all, or beginning, what was left out, and end.
    pub(crate) fn notes(&self, redact: &Redact) -> Vec<RunNote> {
        let said = |text: String| (!text.trim().is_empty()).then_some(RunNote::Said { text });
        if self.left_out() == 0 {
            return said(self.all(redact)).into_iter().collect();
        }
        let bytes = self.left_out() + 2 * u64::try_from(MARGIN).unwrap_or(0);
        let parts = [said(self.beginning(redact)), Some(RunNote::Cut { bytes }), said(self.end(redact))];
        parts.into_iter().flatten().collect()
    }

    /// At most the last `bytes` of it, redacted.
    pub(crate) fn tail(&self, bytes: usize, redact: &Redact) -> String {
        let text = if self.left_out() == 0 { self.all(redact) } else { self.end(redact) };
        let text = text.trim();
        let from = (text.len().saturating_sub(bytes)..=text.len()).find(|at| text.is_char_boundary(*at));
        text.get(from.unwrap_or(0)..).unwrap_or_default().to_owned()
    }

    fn kept(&self) -> usize {
        self.shown + MARGIN
    }

    fn left_out(&self) -> u64 {
        let kept = self.head.len() + self.tail.len();
        self.total.saturating_sub(u64::try_from(kept).unwrap_or(u64::MAX))
    }

    fn all(&self, redact: &Redact) -> String {
        let bytes: Vec<u8> = self.head.iter().chain(&self.tail).copied().collect();
        redacted(&bytes, redact)
    }

    fn beginning(&self, redact: &Redact) -> String {
        let mut text = redacted(&self.head, redact);
        let end = (0..=text.len().saturating_sub(MARGIN)).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text
    }

    fn end(&self, redact: &Redact) -> String {
        let bytes: Vec<u8> = self.tail.iter().copied().collect();
        let text = redacted(&bytes, redact);
        let from = (MARGIN.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at));
        text.get(from.unwrap_or(text.len())..).unwrap_or_default().to_owned()
    }
}

/// As text that any store takes: no broken letters, no zero bytes.
fn redacted(bytes: &[u8], redact: &Redact) -> String {
    redact.apply(&String::from_utf8_lossy(bytes)).replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn redact() -> Redact {
        Redact::new(|text| Cow::Owned(text.replace("hunter22", "[gone]")))
    }

    fn captured(shown: usize, text: &[u8], chunk: usize) -> Capture {
        let mut capture = Capture::new(shown);
        text.chunks(chunk).for_each(|chunk| capture.take(chunk));
        capture
    }

    #[test]
    fn what_fits_is_kept_whole_and_redacted() {
        let capture = captured(100, b"key hunter22\0\xff\n", 3);
        let notes = [RunNote::Said { text: "key [gone]\u{fffd}\u{fffd}\n".to_owned() }];
        assert_eq!(capture.notes(&redact()), notes);
        assert_eq!(capture.tail(5, &redact()), "\u{fffd}", "five bytes would cut a letter in two");
        assert_eq!(captured(100, b" \n", 1).notes(&redact()), []);
    }

    #[test]
    fn a_flood_keeps_its_ends_and_says_how_much_is_gone() {
        let text = "x".repeat(999_000) + &"y".repeat(1_000);
        for chunk in [1, 1_000, 300_000] {
            let capture = captured(100, text.as_bytes(), chunk);
            assert!(capture.head.len() + capture.tail.len() <= 2 * (100 + MARGIN));
            let expect = [
                RunNote::Said { text: "x".repeat(100) },
                RunNote::Cut { bytes: 999_800 },
                RunNote::Said { text: "y".repeat(100) },
            ];
            assert_eq!(capture.notes(&redact()), expect);
            assert_eq!(capture.tail(10, &redact()), "y".repeat(10));
        }
    }

    #[test]
    fn no_half_of_a_secret_is_shown_wherever_it_lies() {
        // Around the end of what is shown, and around the end of what is kept.
        for before in (480..520).chain(500 + MARGIN - 20..500 + MARGIN + 20) {
            let text = format!("{}hunter22{}", " ".repeat(before), " ".repeat(60_000 - before));
            for text in [text.clone(), text.chars().rev().collect::<String>().replace("22retnuh", "hunter22")]
            {
                let notes = captured(500, text.as_bytes(), 4_096).notes(&redact());
                let shown = format!("{notes:?}");
                assert!(!shown.contains("hunt") && !shown.contains("er22"), "{before}");
            }
        }
    }
}

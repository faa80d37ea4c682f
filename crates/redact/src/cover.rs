//! Writes the text out with what was found covered: overlapping finds become one mark, named by the first and most
//! telling of them; tails and private keys are swallowed as they come.
//!
//! Works on what is final only and keeps its place, so that a stream writes what the whole text would. Each byte is
//! looked at once for each class of tail. Called by the engine.

use crate::compiled::Compiled;
use crate::rules::private_key::{Body, Reach, Rest};
use crate::span::{RuleId, Span, Tail};
use crate::value;

/// What is covered at the moment, in bytes of the buffer.
#[derive(Debug, Default)]
pub(crate) struct Cover {
    /// Output is written, or covered, up to here.
    written: usize,
    /// Covered at least up to here.
    until: usize,
    tails: Vec<OpenTail>,
    key: Option<Body>,
    /// Up to where the last key has swallowed: what opens before it was swallowed with it, and is not read again.
    keys_until: usize,
    counts: Vec<(RuleId, u64)>,
}

/// A run that is being swallowed, or was: then nothing of its kind before `at` needs another look.
#[derive(Debug, PartialEq, Eq)]
struct OpenTail {
    kind: Tail,
    at: usize,
    /// Backslashes just before `at`, in a string.
    slashes: usize,
    open: bool,
}

impl Cover {
    /// How often each rule found something so far.
    pub(crate) fn counts(&self) -> &[(RuleId, u64)] {
        &self.counts
    }

    /// A new one with the same counts.
    pub(crate) fn restarted(self) -> Cover {
        Cover { counts: self.counts, ..Cover::default() }
    }

    /// Writes the buffer up to `limit`, before which every find is in `spans`; takes those finds out of it.
    pub(crate) fn write(
        &mut self,
        rules: &Compiled,
        buffer: &[u8],
        limit: usize,
        rest: Rest,
        spans: &mut Vec<Span>,
        out: &mut Vec<u8>,
    ) {
        spans.sort_unstable_by_key(|span| (span.start, span.rank, span.rule));
        let shown = buffer.get(..limit).unwrap_or_default();
        let mut taken = 0;
        loop {
            let open = self.extend(shown, rest);
            // Beyond what is surely swallowed, a key may yet give the text back.
            let sure = if open { self.swallowed().min(limit) } else { limit };
            let Some(span) = spans.get(taken).filter(|span| span.start < sure) else { break };
            if open || span.start < self.until {
                self.add(span);
            } else {
                out.extend_from_slice(between(buffer, self.written.max(self.until), span.start));
                out.extend_from_slice(rules.mark(span.rule).as_bytes());
                self.count(span.rule);
                self.written = span.start;
                self.until = span.start;
                self.tails.clear();
                self.add(span);
            }
            taken += 1;
        }
        spans.drain(..taken);
        let plain = self.written.max(self.until);
        if self.is_open() {
            self.written = plain.max(self.swallowed().min(limit));
        } else {
            out.extend_from_slice(between(buffer, plain, limit));
            self.written = self.written.max(limit);
        }
    }

    /// Forgets the first `bytes` of the buffer.
    pub(crate) fn forget(&mut self, bytes: usize) {
        self.written = self.written.saturating_sub(bytes);
        self.until = self.until.saturating_sub(bytes);
        self.tails.retain(|tail| tail.open || tail.at > bytes);
        for tail in &mut self.tails {
            tail.at = tail.at.saturating_sub(bytes);
        }
        if let Some(key) = &mut self.key {
            key.at = key.at.saturating_sub(bytes);
        }
        self.keys_until = self.keys_until.saturating_sub(bytes);
    }

    /// The first byte that is still needed.
    pub(crate) fn needed_from(&self) -> usize {
        let key = self.key.as_ref().map(|key| key.at);
        let tails = self.tails.iter().filter(|tail| tail.open).map(|tail| tail.at);
        tails.chain(key).fold(self.written, usize::min)
    }

    /// Up to where every open tail and key has swallowed.
    fn swallowed(&self) -> usize {
        let tails = self.tails.iter().filter(|tail| tail.open).map(OpenTail::swallowed);
        let key = self.key.as_ref().map(|key| key.at);
        tails.chain(key).min().unwrap_or(self.written)
    }

    fn is_open(&self) -> bool {
        self.key.is_some() || self.tails.iter().any(|tail| tail.open)
    }

    fn add(&mut self, span: &Span) {
        self.until = self.until.max(span.end);
        match span.tail {
            Tail::Closed => {}
            Tail::While(_) | Tail::Quoted { .. } => self.open_tail(span.tail, span.end),
            Tail::PrivateKey if span.end <= self.keys_until => {}
            Tail::PrivateKey => {
                self.key.get_or_insert_with(|| Body::new(span.end));
            }
        }
    }

    /// A further tail of a kind that starts before the place a former one reached ends there too, or lies in what is
    /// covered already.
    fn open_tail(&mut self, kind: Tail, at: usize) {
        if !self.tails.iter().any(|tail| tail.kind == kind && at <= tail.at) {
            self.tails.retain(|tail| tail.kind != kind || tail.open);
            self.tails.push(OpenTail { kind, at, slashes: 0, open: true });
        }
    }

    /// Swallows what tails and keys reach in `shown`; says whether one of them goes on.
    fn extend(&mut self, shown: &[u8], rest: Rest) -> bool {
        for tail in self.tails.iter_mut().filter(|tail| tail.open) {
            tail.advance(shown);
            if rest == Rest::Nothing {
                tail.open = false;
            }
            if !tail.open {
                self.until = self.until.max(tail.at);
            }
        }
        // Tails that met go on as one.
        self.tails.dedup();
        if let Some(mut key) = self.key.take() {
            match key.advance(shown, rest) {
                Reach::Ends(end) => {
                    self.until = self.until.max(end);
                    self.keys_until = end;
                }
                Reach::Open => self.key = Some(key),
            }
        }
        self.is_open()
    }

    fn count(&mut self, rule: RuleId) {
        match self.counts.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((rule, 1)),
        }
    }
}

impl OpenTail {
    /// Goes on as far as `shown` reaches; closes where its kind ends.
    fn advance(&mut self, shown: &[u8]) {
        let (quote, level) = match self.kind {
            Tail::While(class) => {
                self.at = self.at.max(class.run(shown, self.at, shown.len()));
                self.open = self.at >= shown.len();
                return;
            }
            Tail::Quoted { quote, level } => (quote, usize::from(level)),
            Tail::Closed | Tail::PrivateKey => return self.open = false,
        };
        while let Some(byte) = shown.get(self.at) {
            let closing = *byte == quote && value::closes(self.slashes, level);
            if closing || matches!(byte, b'\n' | b'\r') {
                // The backslashes of the closing quote belong to it.
                self.at -= if closing { level.min(self.slashes) } else { 0 };
                self.open = false;
                return;
            }
            self.slashes = if *byte == b'\\' { self.slashes + 1 } else { 0 };
            self.at += 1;
        }
    }

    /// Up to where it is sure to reach.
    fn swallowed(&self) -> usize {
        match self.kind {
            Tail::Quoted { level, .. } => self.at - self.slashes.min(usize::from(level)).min(self.at),
            _ => self.at,
        }
    }
}

fn between(buffer: &[u8], start: usize, end: usize) -> &[u8] {
    buffer.get(start..end).unwrap_or_default()
}

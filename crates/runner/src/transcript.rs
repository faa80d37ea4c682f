//! What a program prints: redacted as it comes, told in batches while it still runs, bounded whatever it prints.
//!
//! ```text
//!   stdout ─▶ redactor ─┐                 ┌─▶ next batch: beginning, how much was left out, end ─▶ the port
//!   stderr ─▶ redactor ─┴─▶ whole lines ──┼─▶ the last lines, for failures
//!                                         └─▶ the answer (standard output alone)
//! ```
//!
//! A redactor holds an unfinished line back, so a secret is found whole wherever pieces and batches are cut, and lines of
//! the two outputs never mix. Taking a piece never waits: while nobody fetches a batch, its middle is left out. Filled by
//! `supervise`, told by an attempt.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use signalbox_domain::run::RunNote;
use signalbox_redact::{Redactor, StreamRedactor};
use signalbox_runtime::Clock;
use tokio::sync::Notify;

/// How long a batch grows before it is told.
const BATCH_GROWS: Duration = Duration::from_secs(2);
/// All batches but the last may tell so many histories together; after that each tells only `LEAST`.
const HISTORIES_TOLD: usize = 8;
const LEAST: usize = 512;
/// What of the end is kept for failures and answers of our own programs.
const LAST_WORDS: usize = 4 << 10;
/// How much of an agent's output is its answer.
const LONGEST_ANSWER: usize = 32 << 10;

/// Which output a piece came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Stdout,
    Stderr,
}

#[derive(Debug)]
pub(crate) struct Transcript {
    inner: Mutex<Inner>,
    /// Something came, or nothing will come any more. One reader waits.
    grown: Notify,
}

#[derive(Debug)]
struct Inner {
    stdout: StreamRedactor,
    stderr: StreamRedactor,
    /// Bytes as they came.
    total: u64,
    history_bytes: usize,
    batch: Batch,
    told: usize,
    last_words: Last,
    answer: Last,
    ended: bool,
}

impl Transcript {
    /// A batch shows at most `history_bytes` of its beginning and as many of its end.
    pub(crate) fn new(redact: &Redactor, history_bytes: usize) -> Self {
        let inner = Inner {
            stdout: redact.stream(),
            stderr: redact.stream(),
            total: 0,
            history_bytes,
            batch: Batch::default(),
            told: 0,
            last_words: Last::new(LAST_WORDS),
            answer: Last::new(LONGEST_ANSWER),
            ended: false,
        };
        Self { inner: Mutex::new(inner), grown: Notify::new() }
    }

    /// Takes a piece and says how many bytes came so far.
    pub(crate) fn take(&self, side: Side, piece: &[u8]) -> u64 {
        let mut inner = self.inner();
        inner.total = inner.total.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        let redacted = match side {
            Side::Stdout => inner.stdout.push(piece),
            Side::Stderr => inner.stderr.push(piece),
        };
        inner.keep(side, &redacted);
        let total = inner.total;
        drop(inner);
        self.grown.notify_one();
        total
    }

    /// Nothing will come any more: unfinished lines are told too.
    pub(crate) fn end(&self) {
        let mut inner = self.inner();
        let rest = inner.stdout.finish();
        inner.keep(Side::Stdout, &rest);
        let rest = inner.stderr.finish();
        inner.keep(Side::Stderr, &rest);
        inner.ended = true;
        drop(inner);
        self.grown.notify_one();
    }

    /// Waits until something is to be told. None: everything was.
    pub(crate) async fn next_batch(&self, clock: &Clock) -> Option<Vec<RunNote>> {
        self.until(|inner| inner.ended || inner.batch.total > 0).await;
        // The time limit is the usual way out of this wait, not a failure.
        let grown = clock.timeout(BATCH_GROWS, self.until(|inner| inner.ended || inner.is_full())).await;
        tracing::trace!(early = grown.is_ok(), "telling a batch");
        let mut inner = self.inner();
        let notes = inner.take_batch();
        (!notes.is_empty() || !inner.ended).then_some(notes)
    }

    /// The last words, at most `bytes` of them.
    pub(crate) fn tail(&self, bytes: usize) -> String {
        self.inner().last_words.text(bytes)
    }

    /// The end of the standard output.
    pub(crate) fn answer(&self) -> String {
        self.inner().answer.text(LONGEST_ANSWER)
    }

    async fn until(&self, holds: impl Fn(&Inner) -> bool) {
        while !holds(&self.inner()) {
            self.grown.notified().await;
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Bytes and counts: a panic elsewhere leaves valid ones.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(&mut self, side: Side, redacted: &[u8]) {
        self.batch.take(redacted, self.history_bytes);
        self.last_words.take(redacted);
        if side == Side::Stdout {
            self.answer.take(redacted);
        }
    }

    /// Worth telling before its time, while there is room for more.
    fn is_full(&self) -> bool {
        self.batch.head.len() >= self.history_bytes && self.allowance() >= self.history_bytes
    }

    /// How much of a batch's beginning, and of its end, is told.
    fn allowance(&self) -> usize {
        let left = self.history_bytes.saturating_mul(HISTORIES_TOLD).saturating_sub(self.told);
        if self.ended {
            self.history_bytes
        } else {
            (left / 4).clamp(LEAST.min(self.history_bytes), self.history_bytes)
        }
    }

    fn take_batch(&mut self) -> Vec<RunNote> {
        let shown = self.allowance();
        let batch = std::mem::take(&mut self.batch);
        let notes = batch.notes(shown);
        self.told = notes.iter().fold(self.told, |told, note| match note {
            RunNote::Said { text } => told.saturating_add(text.len()),
            _ => told,
        });
        notes
    }
}

/// What came since the last batch: its beginning and its end.
#[derive(Debug, Default)]
struct Batch {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: usize,
}

impl Batch {
    fn take(&mut self, bytes: &[u8], kept: usize) {
        self.total = self.total.saturating_add(bytes.len());
        let room = kept.saturating_sub(self.head.len());
        let (head, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        keep_last(&mut self.tail, rest, kept);
    }

    /// All of it, or `shown` bytes of its beginning, how much was left out, and `shown` bytes of its end.
    fn notes(mut self, shown: usize) -> Vec<RunNote> {
        let said = |text: String| (!text.trim().is_empty()).then_some(RunNote::Said { text });
        if self.total <= shown.saturating_mul(2) {
            let all: Vec<u8> = self.head.into_iter().chain(self.tail).collect();
            return said(text(&all)).into_iter().collect();
        }
        let all = self.head.len() + self.tail.len();
        // Where only a little of the batch was kept, its end may lie in `head` too.
        let end: Vec<u8> =
            self.head.iter().chain(&self.tail).skip(all.saturating_sub(shown)).copied().collect();
        self.head.truncate(shown);
        let (beginning, end) = (text(&self.head), text(&end));
        let left_out = self.total.saturating_sub(beginning.len() + end.len());
        let cut = RunNote::Cut { bytes: u64::try_from(left_out).unwrap_or(u64::MAX) };
        [said(beginning), Some(cut), said(end)].into_iter().flatten().collect()
    }
}

/// The end of a stream.
#[derive(Debug)]
struct Last {
    kept: usize,
    bytes: VecDeque<u8>,
}

impl Last {
    fn new(kept: usize) -> Self {
        Self { kept, bytes: VecDeque::new() }
    }

    fn take(&mut self, bytes: &[u8]) {
        keep_last(&mut self.bytes, bytes, self.kept);
    }

    fn text(&self, most: usize) -> String {
        let bytes: Vec<u8> = self.bytes.iter().copied().collect();
        let text = text(&bytes);
        let text = text.trim();
        let from = (text.len().saturating_sub(most)..=text.len()).find(|at| text.is_char_boundary(*at));
        text.get(from.unwrap_or(0)..).unwrap_or_default().to_owned()
    }
}

fn keep_last(kept: &mut VecDeque<u8>, bytes: &[u8], most: usize) {
    kept.extend(bytes.get(bytes.len().saturating_sub(most)..).unwrap_or_default());
    let over = kept.len().saturating_sub(most);
    kept.drain(..over);
}

/// As text that any store takes: no broken letters, no zero bytes; a letter that was cut at either end is left away.
fn text(bytes: &[u8]) -> String {
    let is_inside = |byte: &&u8| (**byte & 0b1100_0000) == 0b1000_0000;
    let from = bytes.iter().take(3).take_while(is_inside).count();
    let bytes = bytes.get(from..).unwrap_or_default();
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
        _ => bytes,
    };
    String::from_utf8_lossy(whole).replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests;

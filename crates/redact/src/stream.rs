//! Redaction of output that comes in pieces, cut anywhere: inside a character, a token, a private key.
//!
//! Holds back the line that is not complete yet, at most a few kilobytes of it; what it writes is, byte for byte, what
//! the whole text would have given. Bytes need not be UTF-8. Used by the runner for what agents print.

use std::sync::Arc;

use crate::compiled::Compiled;
use crate::engine::Engine;
use crate::rules::private_key::Rest;
use crate::{Finding, findings};

/// The window of the stream: a secret of up to so many bytes is found whole, wherever pieces and lines are cut. Longer
/// ones are removed to the end of their alphabet, their string or their key.
pub const STREAM_WINDOW: usize = crate::custom::STEP;

/// A piece is taken in slices of this size, so that a large one needs no more memory than a small one.
const SLICE: usize = 16 * 1024;
/// An incomplete line is looked at again after so many further bytes.
const STEP: usize = 4 * 1024;

/// Redacts one stream of bytes.
pub struct StreamRedactor {
    rules: Arc<Compiled>,
    engine: Engine,
    buffer: Vec<u8>,
    /// Bytes that came since the engine last looked.
    fresh: usize,
}

impl StreamRedactor {
    pub(crate) fn new(rules: Arc<Compiled>) -> StreamRedactor {
        StreamRedactor { rules, engine: Engine::default(), buffer: Vec::new(), fresh: 0 }
    }

    /// Takes a piece; returns what is ready of the output.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(piece.len());
        for slice in piece.chunks(SLICE) {
            self.buffer.extend_from_slice(slice);
            self.fresh += slice.len();
            if self.fresh >= STEP || memchr::memchr2(b'\n', b'\r', slice).is_some() {
                self.advance(Rest::Unknown, &mut out);
            }
        }
        out
    }

    /// Ends the stream; returns the rest of the output. What is pushed afterwards is a new stream.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.buffer.len());
        self.advance(Rest::Nothing, &mut out);
        out
    }

    /// What was removed so far, by rule.
    pub fn findings(&self) -> Vec<Finding> {
        findings(&self.rules, self.engine.counts())
    }

    /// How many bytes are held back.
    pub fn held(&self) -> usize {
        self.buffer.len()
    }

    fn advance(&mut self, rest: Rest, out: &mut Vec<u8>) {
        self.fresh = 0;
        self.engine.scan(&self.rules, &self.buffer, rest);
        self.engine.write(&self.rules, &self.buffer, rest, out);
        let free = match rest {
            Rest::Unknown => self.engine.release(&self.rules, &self.buffer),
            Rest::Nothing => self.engine.restart(&self.buffer),
        };
        self.buffer.drain(..free);
    }
}

impl std::fmt::Debug for StreamRedactor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("StreamRedactor").field("held", &self.buffer.len()).finish_non_exhaustive()
    }
}

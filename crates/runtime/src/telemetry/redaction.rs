//! Nothing is written before it was redacted: log lines here, exported spans in `otlp.rs`.
//!
//! The closure is handed in, so that this crate knows no rules. A JSON line is taken apart first: a secret whose quotes
//! or line ends are escaped would not be recognised, and a redaction across quotes would break the line.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use super::LogFormat;

type Rules = dyn Fn(&str) -> Cow<'_, str> + Send + Sync;

/// Takes secrets and personal data out of a text.
#[derive(Clone)]
pub struct Redact(Arc<Rules>);

impl Redact {
    pub fn new(redact: impl Fn(&str) -> Cow<'_, str> + Send + Sync + 'static) -> Self {
        Self(Arc::new(redact))
    }

    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        (self.0)(text)
    }

    /// Redacts every string in a JSON value; names of fields are ours and stay.
    fn apply_to_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(redacted) = self.apply(text) {
                    *text = redacted;
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|one| self.apply_to_json(one)),
            Value::Object(fields) => fields.values_mut().for_each(|one| self.apply_to_json(one)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl fmt::Debug for Redact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redact(…)")
    }
}

/// Redacts each log line before `out` sees it.
pub(super) struct RedactingWriter<W> {
    format: LogFormat,
    redact: Redact,
    out: W,
}

impl<W> RedactingWriter<W> {
    pub(super) const fn new(format: LogFormat, redact: Redact, out: W) -> Self {
        Self { format, redact, out }
    }

    fn redacted(&self, line: &str) -> String {
        if self.format == LogFormat::Json
            && let Ok(mut value) = serde_json::from_str(line)
        {
            self.redact.apply_to_json(&mut value);
            return format!("{value}\n");
        }
        self.redact.apply(line).into_owned()
    }
}

impl<'a, W: MakeWriter<'a> + 'a> MakeWriter<'a> for RedactingWriter<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { writer: self, bytes: Vec::new() }
    }
}

/// Gathers one event, which may come in pieces, and writes it redacted when it is complete.
pub(super) struct Line<'a, W: MakeWriter<'a>> {
    writer: &'a RedactingWriter<W>,
    bytes: Vec<u8>,
}

impl<'a, W: MakeWriter<'a>> Write for Line<'a, W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    /// A line is whole only when it is dropped.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a, W: MakeWriter<'a>> Drop for Line<'a, W> {
    fn drop(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let line = self.writer.redacted(&String::from_utf8_lossy(&self.bytes));
        // Where the log cannot be written there is no place left to say so.
        self.writer.out.make_writer().write_all(line.as_bytes()).ok();
    }
}

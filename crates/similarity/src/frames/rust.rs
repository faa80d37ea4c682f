//! Rust panics with the standard back-trace. Never reads the note lines around it.

use super::family::raw;
use super::{Frame, Language, RawTrace};

/// `12: path::to::f` or `12: 0x0012 - path::to::f`.
pub(super) fn is_frame(line: &str) -> bool {
    name(line).is_some()
}

fn name(line: &str) -> Option<&str> {
    let (number, rest) = line.trim_start().split_once(": ")?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let rest = rest.trim();
    let rest = match rest.strip_prefix("0x").and_then(|r| r.split_once(" - ")) {
        Some((_, name)) => name,
        None => rest,
    };
    let fits = rest.contains("::")
        || rest == "rust_begin_unwind"
        || rest == "main"
        || rest == "_start"
        || rest.starts_with("__");
    (fits && !rest.contains(' ') || rest.starts_with('<') && rest.contains(">::")).then_some(rest)
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let mut trace = raw(Language::Rust);
    for (at, line) in lines.iter().enumerate() {
        if let Some((_, rest)) = line.split_once(" panicked at ") {
            trace.kind = Some("panic".to_owned());
            trace.message = Some(message(rest, lines.get(at + 1).copied().unwrap_or("")).to_owned());
            trace.frames.clear();
        } else if let Some(function) = name(line) {
            let mut frame = Frame { function: function.to_owned(), ..Frame::default() };
            put_place(&mut frame, lines.get(at + 1).copied().unwrap_or(""));
            trace.frames.push(frame);
        }
    }
    (!trace.frames.is_empty()).then_some(trace)
}

/// `'words', src/a.rs:1:2` or, newer, the words on the next line.
fn message<'t>(rest: &'t str, next: &'t str) -> &'t str {
    match rest.strip_prefix('\'').and_then(|quoted| quoted.rsplit_once("', ")) {
        Some((words, _)) => words,
        None => next.trim(),
    }
}

fn put_place(frame: &mut Frame, below: &str) {
    let Some(place) = below.trim_start().strip_prefix("at ") else { return };
    let mut parts = place.rsplitn(3, ':');
    let (last, middle, file) = (parts.next(), parts.next(), parts.next());
    if let (Some(_), Some(line), Some(file)) = (last, middle, file) {
        frame.file = file.to_owned();
        frame.line = line.parse().unwrap_or(0);
    }
}

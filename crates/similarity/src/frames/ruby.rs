//! Ruby back-traces: the raising line with its message, then `from` lines. Never reads the source excerpt.

use super::family::{looks_like_exception, raw};
use super::{Frame, Language, RawTrace};

/// `from a.rb:3:in 'm'`.
pub(super) fn is_frame(line: &str) -> bool {
    line.strip_prefix("from ").is_some_and(|rest| call(rest).is_some())
}

/// `a.rb:3:in 'm': words (Type)`.
pub(super) fn is_top(line: &str) -> bool {
    line.contains(".rb:") && call(line).is_some()
}

/// `file:line:in 'Class#method'`, quoted by either kind of quote.
fn call(text: &str) -> Option<(Frame, &str)> {
    let (place, rest) = text.split_once(":in ")?;
    let (file, line) = place.rsplit_once(':')?;
    let line: u32 = line.parse().ok().filter(|_| !file.contains('"'))?;
    let quoted = rest.strip_prefix(['\'', '`'])?;
    let (function, rest) = quoted.split_once('\'')?;
    Some((Frame { function: function.to_owned(), file: file.to_owned(), line, ..Frame::default() }, rest))
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let mut trace = raw(Language::Ruby);
    for (at, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        let text = text.strip_prefix("from ").unwrap_or(text);
        let Some((frame, rest)) = call(text) else { continue };
        if let Some(words) = rest.strip_prefix(": ") {
            if !trace.frames.is_empty() {
                break;
            }
            if let Some((message, kind)) = words.trim_end_matches(')').rsplit_once(" (") {
                trace.kind = Some(kind.to_owned());
                trace.message = Some(message.to_owned());
            }
        } else if trace.frames.is_empty() && trace.kind.is_none() {
            logged_header(&mut trace, &lines[..at]);
        }
        trace.frames.push(frame);
    }
    (!trace.frames.is_empty()).then_some(trace)
}

/// Frameworks log `Type (words):` above the calls.
fn logged_header(trace: &mut RawTrace, above: &[&str]) {
    for line in above.iter().rev().take(8) {
        let text = line.trim().trim_end_matches(':');
        let (kind, message) = match text.split_once(" (") {
            Some((kind, message)) => (kind, message.trim_end_matches(')')),
            None => text.split_once(": ").unwrap_or((text, "")),
        };
        let typed = kind.contains("::") && kind.starts_with(char::is_uppercase);
        if !kind.contains(' ') && (typed || looks_like_exception(kind)) {
            trace.kind = Some(kind.to_owned());
            trace.message = Some(message.to_owned());
            return;
        }
    }
}

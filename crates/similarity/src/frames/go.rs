//! Go panics, fatal errors and goroutine dumps. The first goroutine is the one that failed.
//! Never reads the goroutines below it.

use super::family::raw;
use super::{Frame, Language, RawTrace};

/// Runtime panics by the words after `panic: runtime error: `, and their crash types.
const RUNTIME_ERRORS: [(&str, &str); 6] = [
    ("integer divide by zero", "Integer divide by zero"),
    ("index out of range", "Index out of range"),
    ("invalid memory address", "Invalid memory address"),
    ("makeslice: len out of range", "Makeslice: len out of range"),
    ("slice bounds out of range", "Slice bounds out of range"),
    ("hash of unhashable type", "Hash of unhashable type"),
];

/// `goroutine 1 [running]:`.
pub(super) fn is_header(line: &str) -> bool {
    line.strip_prefix("goroutine ").is_some_and(|rest| {
        rest.split(' ').next().is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())) && rest.contains('[')
    })
}

/// `panic: runtime error: …`.
pub(super) fn is_runtime_panic(line: &str) -> bool {
    line.starts_with("panic: runtime error: ") || line.starts_with("panic: ") && line.contains("goroutine ")
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let header = lines.iter().position(|l| is_header(l.trim_start()))?;
    let mut trace = said(&lines[..header])?;
    let mut at = header + 1;
    while at < lines.len() {
        let text = lines[at].trim_end();
        if text.is_empty() || is_header(text.trim_start()) {
            if !trace.frames.is_empty() {
                break;
            }
        } else if let Some(frame) = call(text, lines.get(at + 1).copied().unwrap_or("")) {
            at += usize::from(!frame.file.is_empty());
            trace.frames.push(frame);
        } else if text.starts_with("created by ") || text.contains("Sanitizer") || text.contains("==ERROR") {
            break;
        }
        at += 1;
    }
    Some(trace)
}

/// What the program said before it dumped its goroutines; `None` when nothing failed.
fn said(lines: &[&str]) -> Option<RawTrace> {
    let mut trace = raw(Language::Go);
    for line in lines {
        if let Some(words) = line.strip_prefix("panic: runtime error: ") {
            let kind = RUNTIME_ERRORS.iter().find(|(start, _)| words.starts_with(start));
            trace.kind = Some(kind.map_or_else(|| "Runtime error".to_owned(), |(_, k)| (*k).to_owned()));
            trace.message = Some(words.to_owned());
            trace.headline = None;
        } else if let Some(words) = served(line) {
            let words = words.strip_prefix("runtime error: ").unwrap_or(words);
            let kind = RUNTIME_ERRORS.iter().find(|(start, _)| words.starts_with(start));
            trace.kind = Some(kind.map_or("panic", |(_, kind)| kind).to_owned());
            trace.message = Some(words.to_owned());
            trace.headline = None;
        } else if let Some(words) = line.strip_prefix("panic: ") {
            trace.kind = Some("ASSERT".to_owned());
            trace.message = Some(words.to_owned());
            trace.headline = Some(words.to_owned());
        } else if let Some(words) = line.strip_prefix("fatal error: ") {
            let overflow = words.starts_with("stack overflow");
            trace.kind = Some(if overflow { "Stack overflow" } else { "Fatal error" }.to_owned());
            trace.message = Some(words.to_owned());
            trace.headline = (!overflow).then(|| words.to_owned());
        }
    }
    trace.kind.is_some().then_some(trace)
}

/// `http: panic serving 10.0.0.1:5555: words`: a server that goes on says so in its log.
fn served(line: &str) -> Option<&str> {
    line.split_once("panic serving ")?.1.split_once(": ").map(|(_, words)| words)
}

/// `a.com/b/pkg.(*T).m(0x1, …)` and, below it, its place.
fn call(text: &str, below: &str) -> Option<Frame> {
    if text.starts_with([' ', '\t']) {
        return None;
    }
    let name = text.strip_suffix(')')?;
    let open = name.rfind('(').filter(|at| *at > 0)?;
    let mut name = &name[..open];
    if name.ends_with('{') || name.contains(' ') {
        name = text.split("({").next()?.split("(0x").next()?;
    }
    if name.contains(' ') || name.is_empty() {
        return None;
    }
    let mut frame = Frame::default();
    let (folder, rest) = name.rsplit_once('/').map_or(("", name), |(folder, rest)| (folder, rest));
    frame.function = rest.to_owned();
    frame.module = folder.to_owned();
    let place = below.trim();
    if let Some((file, line)) = place.split(" +0x").next().and_then(|p| p.rsplit_once(':'))
        && below.starts_with([' ', '\t'])
        && let Ok(line) = line.trim().parse()
    {
        frame.file = file.to_owned();
        frame.line = line;
    }
    Some(frame)
}

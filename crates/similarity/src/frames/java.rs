//! Java and Kotlin traces: exceptions, `Caused by` chains with `... n more`, Android log prefixes.
//! The root cause leads; what wrapped it is kept by type and message. Never reads a suppressed exception.

use super::family::{looks_like_exception, raw, split_header};
use super::{Frame, Language, RawTrace, Wrapper};

/// How far above the first call the exception's name may stand: messages run over lines.
const HEADER_REACH: usize = 60;
/// Chains deeper than this repeat themselves.
const MAX_CHAIN: usize = 64;

/// `a.b.C.m(C.java:12)`, after the `at `.
pub(super) fn is_call(call: &str) -> bool {
    let Some(place) = call.strip_suffix(')').and_then(|c| c.rsplit_once('(')) else {
        return call.contains(".java:") || call.contains(".kt:");
    };
    let (name, file) = place;
    if !name.contains('.') || name.contains(' ') {
        return false;
    }
    file == "Native Method"
        || file == "Unknown Source"
        || file.starts_with("Unknown Source")
        || file == "SourceFile"
        || [".java", ".kt", ".scala", ".groovy", ".clj", ".aj"].iter().any(|e| file.contains(e))
        || file.starts_with("SourceFile:")
        || file == "<generated>"
}

/// Whether a line says that an exception ended its thread or program.
pub(super) fn is_fatal(line: &str) -> bool {
    line.contains("FATAL EXCEPTION")
        || line.contains("Exception in thread \"")
        || line.contains("== Java Exception: ")
}

/// The same below a logcat prefix.
pub(super) fn is_logged_call(line: &str) -> bool {
    line.find(": \tat ")
        .or_else(|| line.find(": at "))
        .is_some_and(|at| is_call(line[at + 1..].trim_start().strip_prefix("at ").unwrap_or("")))
}

/// A line without the prefix that Android's log puts before it.
fn unlogged(line: &str) -> &str {
    for mark in ["AndroidRuntime: ", "System.err: "] {
        if let Some((_, rest)) = line.split_once(mark) {
            return rest;
        }
    }
    if let Some((head, rest)) = line.split_once("): ")
        && head.get(1..2) == Some("/")
    {
        return rest;
    }
    line
}

#[derive(Default)]
struct Exception {
    kind: String,
    message: String,
    frames: Vec<Frame>,
    shared: usize,
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let first = lines.iter().position(|l| call(unlogged(l)).is_some())?;
    let mut chain = vec![header(lines, first)];
    let (mut skipping, mut suppressed) = (false, false);
    for line in &lines[first..] {
        let text = unlogged(line).trim_start();
        if let Some(frame) = call(text) {
            if !skipping && let Some(last) = chain.last_mut() {
                last.frames.push(frame);
            }
        } else if let Some(cause) = text.strip_prefix("Caused by: ") {
            if suppressed && unlogged(line).starts_with([' ', '\t']) {
                continue;
            }
            suppressed = false;
            skipping = chain.len() >= MAX_CHAIN;
            if !skipping {
                chain.push(named(cause));
            }
        } else if text.starts_with("Suppressed: ") {
            skipping = true;
            suppressed = true;
        } else if let Some(count) = text.strip_prefix("... ").and_then(|t| t.split(' ').next()) {
            if !skipping && let Some(last) = chain.last_mut() {
                last.shared = count.parse().unwrap_or(0);
            }
        } else if !text.is_empty() && is_next_trace(text, chain.last()) {
            break;
        }
    }
    let above = || lines[..first].iter().rev().take(HEADER_REACH);
    if let Some(found) = above().find_map(|l| l.trim().strip_prefix("== Java Exception: ")) {
        return Some(as_found(found, chain));
    }
    let mut trace = root_first(chain);
    trace.headline = above().take(2).find_map(|l| listed_test(l)).map(str::to_owned);
    Some(trace)
}

/// `3) testName(a.b.CTest)`: a test runner's list names the failed test above its exception.
fn listed_test(line: &str) -> Option<&str> {
    let (number, name) = line.trim().split_once(") ")?;
    let inside = name.strip_suffix(')')?.split_once('(')?.1;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (numbered && inside.contains('.') && !name.contains(' ')).then_some(name)
}

/// A fuzzing engine's finding is the outermost exception: its causes only explain it.
fn as_found(found: &str, chain: Vec<Exception>) -> RawTrace {
    let security = found.split(':').next().is_some_and(|kind| kind.contains("FuzzerSecurityIssue"));
    RawTrace {
        kind: Some(if security { "Security exception" } else { "Uncaught exception" }.to_owned()),
        message: Some(found.to_owned()),
        frames: chain.into_iter().flat_map(|e| e.frames).collect(),
        ..raw(Language::Java)
    }
}

/// A second, unrelated exception ends the first one's trace.
fn is_next_trace(text: &str, last: Option<&Exception>) -> bool {
    let has_frames = last.is_some_and(|e| !e.frames.is_empty());
    has_frames
        && (text.starts_with("Exception in thread")
            || split_header(text).is_some_and(|(k, _)| looks_like_exception(k)))
}

/// The exception above the first call.
fn header(lines: &[&str], first: usize) -> Exception {
    for line in lines[..first].iter().rev().take(HEADER_REACH) {
        let text = strip_lead(unlogged(line));
        if let Some((kind, _)) = split_header(text)
            && (looks_like_exception(kind) || kind.matches('.').count() > 1)
        {
            return named(text);
        }
    }
    Exception::default()
}

fn strip_lead(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("== Java Exception: ").unwrap_or(text);
    match text.strip_prefix("Exception in thread \"").and_then(|t| t.split_once("\" ")) {
        Some((_, rest)) => rest,
        None => text,
    }
}

fn named(text: &str) -> Exception {
    let (kind, message) = split_header(text.trim()).unwrap_or((text, ""));
    Exception { kind: kind.to_owned(), message: message.to_owned(), ..Exception::default() }
}

/// One call: `at a.b.C.m(C.java:12)`, with module (`java.base/`) or loader (`app//`) prefixes.
fn call(text: &str) -> Option<Frame> {
    let call = text.trim_start().strip_prefix("at ")?.trim();
    if !is_call(call) {
        return None;
    }
    let (name, place) = call.split_once('(')?;
    // A hidden class has its address behind its name: `a.b.C$$Lambda$14/0x0800.accept`.
    let (name, method) = match name.split_once("/0x").map(|(class, rest)| (class, rest.rsplit_once('.'))) {
        Some((class, Some((_, method)))) => (class, Some(method)),
        _ => (name, None),
    };
    let name = name.rsplit('/').next().unwrap_or(name);
    let (module, function) = method.map(|method| (name, method)).or_else(|| name.rsplit_once('.'))?;
    let place = place.split(')').next().unwrap_or("");
    let (file, line) = place.split_once(':').unwrap_or((place, ""));
    Some(Frame {
        function: function.to_owned(),
        module: module.to_owned(),
        file: if file.contains('.') { file.to_owned() } else { String::new() },
        line: line.parse().unwrap_or(0),
        ..Frame::default()
    })
}

/// The innermost cause with the calls it shares with what wrapped it; the wrappers, nearest first.
fn root_first(chain: Vec<Exception>) -> RawTrace {
    let mut whole: Vec<Frame> = Vec::new();
    let mut wrappers: Vec<Wrapper> = Vec::new();
    let mut root = Exception::default();
    for (depth, exception) in chain.into_iter().enumerate() {
        let shared = if depth == 0 { 0 } else { exception.shared.min(whole.len()) };
        let tail =
            if exception.shared == 0 && exception.frames.is_empty() { 0 } else { whole.len() - shared };
        let mut frames = exception.frames.clone();
        frames.extend(whole.drain(tail..));
        whole = frames;
        if depth > 0 {
            wrappers.insert(0, Wrapper { kind: root.kind, message: root.message });
        }
        root = exception;
    }
    RawTrace {
        kind: Some(root.kind),
        message: Some(root.message),
        frames: whole,
        wrappers,
        ..raw(Language::Java)
    }
}

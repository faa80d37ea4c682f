//! Swift: fatal errors and the back-traces of its runtime and of Apple's crash reports.

use super::family::raw;
use super::native::line;
use super::{Frame, Language, RawTrace};

/// `3 0x0012 f(x:) + 4 in app at /a.swift:3:4`, or Apple's `3   App   0x0012 f + 4`.
pub(super) fn is_frame(text: &str) -> bool {
    runtime_call(text).is_some() || apple_call(text).is_some()
}

/// `Fatal error: words` with a Swift file, or `Exception Type:  EXC_…`.
pub(super) fn is_header(text: &str) -> bool {
    text.contains(".swift:") && text.contains("Fatal error: ") || text.starts_with("Exception Type:  EXC_")
}

fn runtime_call(text: &str) -> Option<Frame> {
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..)?.trim_start().trim_start_matches("[ra] ").trim_start_matches("[inlined] ");
    let (_, body) = rest.strip_prefix("0x")?.split_once(' ')?;
    let (function, place) = body.rsplit_once(" in ")?;
    let (module, place) = place.split_once(" at ").unwrap_or((place, ""));
    let mut parts = place.rsplitn(3, ':');
    let (_, line, file) = (parts.next(), parts.next(), parts.next());
    let function = function.rsplit_once(" + ").map_or(function, |(name, _)| name);
    if digits == 0 || module.contains(' ') {
        return None;
    }
    Some(Frame {
        function: line::clean_function(function),
        module: module.to_owned(),
        file: file.unwrap_or("").to_owned(),
        line: line.and_then(|l| l.parse().ok()).unwrap_or(0),
        ..Frame::default()
    })
}

fn apple_call(text: &str) -> Option<Frame> {
    let found = line::frame(text, &[])?;
    found.index.is_some().then_some(found.frame).filter(|f| !f.module.is_empty() && !text.starts_with('#'))
}

/// `Thread 2 Crashed:`, of Apple's crash reports.
fn is_crashed_thread(text: &str) -> bool {
    text.strip_prefix("Thread ").and_then(|t| t.split_once(' ')).is_some_and(|(number, rest)| {
        number.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with("Crashed:")
    })
}

/// Where the stack of the fault begins in a report of all threads: the thread that crashed has only caught what was thrown.
fn beginning(lines: &[&str]) -> Option<usize> {
    let thrown =
        lines.windows(2).position(|pair| pair[0] == "Last Exception Backtrace:" && is_frame(pair[1]));
    thrown.or_else(|| lines.iter().position(|text| is_crashed_thread(text)))
}

/// `reason: 'words'` of an Objective-C exception, and its name.
fn raised(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("due to uncaught exception '")?;
    let (name, rest) = rest.split_once('\'')?;
    Some((name, rest.split_once("reason: '").map_or("", |(_, words)| words.trim_end_matches('\''))))
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let mut trace = raw(Language::Swift);
    let crashed = beginning(lines);
    for (at, text) in lines.iter().enumerate() {
        if let Some((_, words)) = text.split_once("Fatal error: ") {
            trace.kind = Some("Fatal error".to_owned());
            trace.message = Some(words.trim().to_owned());
        } else if let Some((name, words)) = raised(text) {
            trace.kind = Some(name.to_owned());
            trace.message = Some(words.to_owned());
        } else if let Some(kind) = text.strip_prefix("Exception Type:  ") {
            trace.kind = Some(kind.split(' ').next().unwrap_or(kind).to_owned());
        } else if crashed.is_some_and(|from| at < from) {
            continue;
        } else if let Some(frame) = runtime_call(text).or_else(|| apple_call(text)) {
            trace.frames.push(frame);
        } else if !trace.frames.is_empty() && (text.is_empty() || text.starts_with("Thread ")) {
            break;
        }
    }
    (!trace.frames.is_empty()).then_some(trace)
}

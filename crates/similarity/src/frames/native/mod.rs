//! Crash reports of native code: sanitizers, debuggers, failed checks, kernels, Android and Windows.
//!
//! One pass over the lines. A line can announce a failure (`headers`, `checks`, `kernel`), name a frame
//! (`line`) or end the part that counts. Frames before the first announcement are not part of it: they are
//! kept only for texts without any announcement (a bare debugger trace). Never guesses a failure.

mod checks;
mod headers;
mod kernel;
pub(crate) mod line;
mod report;
mod systems;
mod undefined;

use super::{Frame, Language, RawTrace, StackMeaning};
use report::Report;

/// Lines after which further stacks explain, but do not crash.
const END_MARKERS: [&str; 6] = [
    "Direct leak of",
    "Uninitialized value was stored to memory at",
    "allocated by thread",
    "created by main thread at",
    "located in stack of thread",
    "previously allocated by",
];

/// Whether a line announces a native failure beyond doubt. Used to choose between families.
pub(super) fn announces(text: &str) -> bool {
    headers::announces(text) || kernel::announces(text) || checks::announces(text)
}

/// Reads the report; `None` when the lines hold neither an announcement nor a native frame.
pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let mut report = Report::default();
    let mut bare: Vec<Frame> = Vec::new();
    let mut bare_done = false;
    for (at, text) in lines.iter().enumerate() {
        let text = headers::before_signal_marker(text);
        if headers::is_commentary(text) {
            continue;
        }
        if !report.is_over() {
            checks::feed(&mut report, text, lines.get(at + 1).copied().unwrap_or(""));
            headers::feed(&mut report, text);
            undefined::feed(&mut report, text);
            kernel::feed(&mut report, text);
            if report.has_state() && END_MARKERS.iter().any(|m| text.contains(m)) {
                report.fill();
                continue;
            }
        }
        // A debugger lists every thread of a core, and calls the one that died the first.
        if text.starts_with("Thread 1 (") {
            bare.clear();
            bare_done = false;
        }
        let Some(found) = line::frame(text, &lines[at + 1..]) else { continue };
        if report.is_announced() {
            report.push(found);
        } else if !bare_done {
            bare_done = found.index == Some(0) && !bare.is_empty();
            if !bare_done {
                bare.push(found.frame);
            }
        }
    }
    report.finish().or_else(|| bare_trace(bare))
}

/// A trace without a word of failure, as a debugger prints it.
fn bare_trace(frames: Vec<Frame>) -> Option<RawTrace> {
    if frames.is_empty() {
        return None;
    }
    Some(RawTrace {
        language: Language::Native,
        frames,
        stack: StackMeaning::NoFailure,
        ..RawTrace::default()
    })
}

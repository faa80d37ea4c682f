//! PHP stack traces: `#0 file(12): Class->method()`. The first (innermost) of a `Next` chain leads.

use super::family::{raw, split_header};
use super::{Frame, Language, RawTrace, Wrapper};

/// `#0 /a.php(12): f()`, `#1 [internal function]: f()`, `#2 {main}`.
pub(super) fn is_frame(line: &str) -> bool {
    let Some((number, rest)) = line.strip_prefix('#').and_then(|r| r.split_once(' ')) else { return false };
    number.bytes().all(|b| b.is_ascii_digit())
        && (rest == "{main}" || rest.starts_with("[internal function]: ") || numbered_file(rest).is_some())
}

/// `/a.php(12): rest`.
fn numbered_file(text: &str) -> Option<(&str, u32, &str)> {
    let (place, rest) = text.split_once("): ")?;
    let (file, line) = place.rsplit_once('(')?;
    Some((file, line.parse().ok()?, rest))
}

fn call(line: &str) -> Option<Frame> {
    let (_, rest) = line.trim_start().strip_prefix('#')?.split_once(' ')?;
    let (file, line, name) = match rest.strip_prefix("[internal function]: ") {
        Some(name) => ("", 0, name),
        None => numbered_file(rest)?,
    };
    let name = name.split('(').next().unwrap_or(name);
    let (module, function) = name.rsplit_once("->").or_else(|| name.rsplit_once("::")).unwrap_or(("", name));
    Some(Frame {
        function: plain(function),
        module: plain(module),
        file: file.to_owned(),
        line,
        ..Frame::default()
    })
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let mut trace = raw(Language::Php);
    let mut thrown_in: Option<Frame> = None;
    for line in lines {
        let text = line.trim_start();
        if let Some(words) = text.split("Uncaught ").nth(1).or_else(|| text.strip_prefix("Next ")) {
            let (kind, message) = split_header(words).unwrap_or(("Error", words));
            let message = message.rsplit_once(" in ").map_or(message, |(m, _)| m);
            if trace.frames.is_empty() {
                trace.kind = Some(kind.to_owned());
                trace.message = Some(message.to_owned());
                thrown_in = words.rsplit_once(" in ").and_then(|(_, place)| thrown_place(place));
            } else {
                trace.wrappers.push(Wrapper { kind: kind.to_owned(), message: message.to_owned() });
            }
        } else if let Some((kind, message)) = logged(text).filter(|_| trace.frames.is_empty()) {
            trace.kind = Some(plain(kind));
            trace.message = Some(message.to_owned());
        } else if trace.wrappers.is_empty() && is_frame(text) {
            trace.frames.extend(call(text));
        }
    }
    if let Some(place) = thrown_in {
        shift_places(&mut trace.frames, place);
    }
    (!trace.frames.is_empty()).then_some(trace)
}

/// A log of JSON doubles the backslashes of namespaces.
fn plain(name: &str) -> String {
    name.replace("\\\\", "\\")
}

/// `[object] (Type(code: 0): words at /a.php:3)`, as Monolog writes an exception into a line.
fn logged(text: &str) -> Option<(&str, &str)> {
    let (kind, rest) = text.split_once("[object] (")?.1.split_once("(code: ")?;
    let (message, _) = rest.split_once("): ")?.1.rsplit_once(" at ")?;
    Some((kind, message))
}

fn thrown_place(place: &str) -> Option<Frame> {
    let (file, line) = place.trim().rsplit_once(':')?;
    Some(Frame { file: file.to_owned(), line: line.parse().ok()?, ..Frame::default() })
}

/// PHP prints where a function was called from; a frame is where it was.
fn shift_places(frames: &mut [Frame], thrown: Frame) {
    let (mut file, mut line) = (thrown.file, thrown.line);
    for frame in frames {
        std::mem::swap(&mut frame.file, &mut file);
        std::mem::swap(&mut frame.line, &mut line);
    }
}

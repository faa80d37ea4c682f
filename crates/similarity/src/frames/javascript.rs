//! JavaScript and TypeScript stacks: V8, SpiderMonkey, JavaScriptCore, Hermes. Already innermost first.
//! The innermost `cause` leads. Never trusts column numbers.

use super::family::{looks_like_exception, raw, split_header};
use super::{Frame, Language, RawTrace, Wrapper};

/// How far above the first call the error's name may stand.
const HEADER_REACH: usize = 20;

/// `f (file.js:1:2)` or `file.js:1:2`, after the `at `.
pub(super) fn is_call(call: &str) -> bool {
    let place = place_of(call).1;
    place == "native" || place == "<anonymous>" && call.contains('(') || position(place).is_some()
}

/// `f@https://host/a.js:1:2`, `@a.js:1:2`, `f@[native code]`.
pub(super) fn is_at_sign_frame(line: &str) -> bool {
    at_sign(line).is_some()
}

fn place_of(call: &str) -> (&str, &str) {
    let call = call.trim();
    // Code that was made from a text stands where the text was evaluated: `eval (eval at f (a.js:1:2), <anonymous>:1:7)`.
    if let Some((name, made)) = call.split_once(" (eval at ") {
        let from = made.split_once(" (").map_or(made, |(_, from)| from.trim_start_matches('('));
        return (name, from.split([')', ',']).next().unwrap_or(from));
    }
    match call.strip_suffix(')').and_then(|c| c.rfind(" (").map(|at| (&c[..at], &c[at + 2..]))) {
        Some((name, place)) => (name, place.strip_prefix("address at ").unwrap_or(place)),
        None => ("", call.strip_prefix("async ").unwrap_or(call)),
    }
}

/// `file:line:column`; the file may hold colons of its own.
fn position(place: &str) -> Option<(&str, u32)> {
    let (head, column) = place.rsplit_once(':')?;
    let (file, line) = head.rsplit_once(':')?;
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(column) || !digits(line) || file.is_empty() {
        return None;
    }
    Some((file, line.parse().unwrap_or(0)))
}

fn at_sign(line: &str) -> Option<Frame> {
    let (name, place) = line.split_once('@')?;
    // `promise callback*run` was scheduled by what stands above it.
    let name = name.rsplit_once('*').filter(|(_, own)| !own.is_empty()).map_or(name, |(_, own)| own);
    if name.contains([' ', '"', '\'']) && !matches!(name, "global code" | "module code" | "eval code") {
        return None;
    }
    if place == "[native code]" {
        return Some(Frame { function: name.to_owned(), file: place.to_owned(), ..Frame::default() });
    }
    let (file, number) = position(place)?;
    (file.contains(['/', '.']) || file == "debugger eval code").then(|| Frame {
        function: name.to_owned(),
        file: file.to_owned(),
        line: number,
        ..Frame::default()
    })
}

/// JavaScriptCore prints of a nameless function its place alone: `https://host/a.js:1:2`.
fn bare_place(text: &str) -> Option<Frame> {
    let (file, line) = position(text).filter(|(file, _)| file.contains("://") && !file.contains(' '))?;
    Some(Frame { file: file.to_owned(), line, ..Frame::default() })
}

fn call(text: &str) -> Option<Frame> {
    let text = text.trim();
    let Some(call) = text.strip_prefix("at ") else { return at_sign(text).or_else(|| bare_place(text)) };
    if !is_call(call) {
        return None;
    }
    let (name, place) = place_of(call);
    let (file, line) = position(place).unwrap_or((place, 0));
    Some(Frame { function: name.to_owned(), file: file.to_owned(), line, ..Frame::default() })
}

#[derive(Default)]
struct Thrown {
    kind: String,
    message: String,
    frames: Vec<Frame>,
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let first = lines.iter().position(|l| call(l).is_some())?;
    let mut chain = vec![above(lines, first)];
    for line in &lines[first..] {
        if let Some(frame) = call(line) {
            if let Some(last) = chain.last_mut() {
                last.frames.push(frame);
            }
            continue;
        }
        let text = line.trim_start();
        let cause = text.strip_prefix("[cause]: ").or_else(|| text.strip_prefix("Caused by: "));
        if let Some(cause) = cause {
            chain.push(named(cause.trim_end_matches(" {")));
        } else if split_header(unled(text)).is_some_and(|(k, _)| looks_like_exception(k)) {
            break;
        }
    }
    let root = chain.pop()?;
    let wrappers = chain.into_iter().rev().map(|t| Wrapper { kind: t.kind, message: t.message }).collect();
    Some(RawTrace {
        kind: Some(root.kind),
        message: Some(root.message),
        frames: root.frames,
        wrappers,
        ..raw(Language::JavaScript)
    })
}

fn unled(text: &str) -> &str {
    let text = text.trim().trim_end_matches(" {");
    let text = text.strip_prefix("Uncaught ").unwrap_or(text);
    let text = text.strip_prefix("(in promise) ").unwrap_or(text);
    text.strip_prefix("[Error: ").map_or(text, |t| t.trim_end_matches(']'))
}

/// Node puts its own code behind the type: `TypeError [ERR_X]: words`.
fn header(text: &str) -> Option<(&str, &str)> {
    if let Some((kind, rest)) = text.split_once(" [")
        && let Some((_, words)) = rest.split_once("]: ")
        && !kind.contains(' ')
    {
        return Some((kind, words));
    }
    split_header(text)
}

fn above(lines: &[&str], first: usize) -> Thrown {
    for line in lines[..first].iter().rev().take(HEADER_REACH) {
        let text = unled(line);
        if let Some((kind, _)) = header(text)
            && looks_like_exception(kind)
        {
            return named(text);
        }
        if let Some(at) = text.find("Error: ")
            && let Some(start) = text[..at].rfind(|c: char| !c.is_alphanumeric() && c != '_').map(|s| s + 1)
        {
            return named(&text[start..]);
        }
    }
    Thrown::default()
}

fn named(text: &str) -> Thrown {
    let text = text.strip_suffix(", js engine: hermes").unwrap_or(text);
    let (kind, message) = header(unled(text)).unwrap_or(("Error", text));
    Thrown { kind: kind.to_owned(), message: message.to_owned(), ..Thrown::default() }
}

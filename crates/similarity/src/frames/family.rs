//! Which family's trace a text holds: each line votes once, announcements break the tie.
//! A managed trace that begins before the first native announcement is the cause of it (the runtime aborts
//! after its own report); one that stands after it is only log noise around a native crash.

use super::{Language, RawTrace, dotnet, go, java, javascript, native, php, python, ruby, rust, swift};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Python,
    JavaScript,
    Java,
    Go,
    Rust,
    Ruby,
    Php,
    DotNet,
    Swift,
    Native,
}

const FAMILIES: [Family; 10] = [
    Family::Python,
    Family::JavaScript,
    Family::Java,
    Family::Go,
    Family::Rust,
    Family::Ruby,
    Family::Php,
    Family::DotNet,
    Family::Swift,
    Family::Native,
];

#[derive(Default)]
struct Votes {
    frames: [usize; FAMILIES.len()],
    first: [Option<usize>; FAMILIES.len()],
    announced: Option<usize>,
    java_died: bool,
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let votes = count(lines);
    for family in ranked(&votes) {
        let raw = match family {
            Family::Python => python::parse(lines),
            Family::JavaScript => javascript::parse(lines),
            Family::Java => java::parse(lines),
            Family::Go => go::parse(lines),
            Family::Rust => rust::parse(lines),
            Family::Ruby => ruby::parse(lines),
            Family::Php => php::parse(lines),
            Family::DotNet => dotnet::parse(lines),
            Family::Swift => swift::parse(lines),
            Family::Native => native::parse(lines),
        };
        if raw.is_some() {
            return raw;
        }
    }
    None
}

fn count(lines: &[&str]) -> Votes {
    let mut votes = Votes::default();
    for (at, line) in lines.iter().enumerate() {
        if line.is_empty() {
            continue;
        }
        votes.java_died |= java::is_fatal(line);
        if let Some(family) = vote(line) {
            let slot = family as usize;
            votes.frames[slot] += 1;
            votes.first[slot].get_or_insert(at);
        } else if votes.announced.is_none() && native::announces(line) {
            votes.announced = Some(at);
        }
    }
    votes
}

/// The family whose frame (or unmistakable header) a line is.
fn vote(line: &str) -> Option<Family> {
    let start = line.trim_start();
    if let Some(call) = start.strip_prefix("at ") {
        return if javascript::is_call(call) {
            Some(Family::JavaScript)
        } else if java::is_call(call) {
            Some(Family::Java)
        } else if dotnet::is_call(call) {
            Some(Family::DotNet)
        } else {
            None
        };
    }
    match start.as_bytes().first()? {
        b'F' if python::is_frame(start) => Some(Family::Python),
        b'|' if python::is_frame(python::ungrouped(start)) => Some(Family::Python),
        b'#' if php::is_frame(start) => Some(Family::Php),
        b'#' if native::line::frame(start, &[]).is_some() => Some(Family::Native),
        b'g' | b'p' | b'f' if go::is_header(start) || go::is_runtime_panic(line) => Some(Family::Go),
        b'0'..=b'9' if rust::is_frame(start) => Some(Family::Rust),
        b'0'..=b'9' if swift::is_frame(start) => Some(Family::Swift),
        _ if javascript::is_at_sign_frame(start) => Some(Family::JavaScript),
        _ if java::is_logged_call(start) => Some(Family::Java),
        _ if ruby::is_frame(start) || ruby::is_top(start) => Some(Family::Ruby),
        _ if swift::is_header(start) => Some(Family::Swift),
        _ => None,
    }
}

/// Most frames first; a native announcement goes before every family that begins after it.
fn ranked(votes: &Votes) -> Vec<Family> {
    let mut order: Vec<Family> = FAMILIES.into_iter().filter(|f| votes.frames[*f as usize] > 0).collect();
    let outranked =
        |f: Family| f != Family::Native && votes.announced.is_some_and(|at| !precedes(votes, f, at));
    order.sort_by_key(|f| {
        let native_last = *f == Family::Native && votes.announced.is_none_or(|at| before(votes, at));
        (outranked(*f), native_last, usize::MAX - votes.frames[*f as usize], *f as usize)
    });
    if !order.contains(&Family::Native) {
        let place = if order.iter().any(|f| !outranked(*f)) { order.len() } else { 0 };
        order.insert(place, Family::Native);
    } else if votes.announced.is_some_and(|at| !before(votes, at)) {
        order.retain(|f| *f != Family::Native);
        order.insert(0, Family::Native);
    }
    order
}

/// Whether a managed trace begins before the native announcement.
fn before(votes: &Votes, announced: usize) -> bool {
    FAMILIES.into_iter().filter(|f| *f != Family::Native).any(|f| precedes(votes, f, announced))
}

/// Java logs exceptions that kill nothing: only one that ended its thread can explain a crash after it.
fn precedes(votes: &Votes, family: Family, announced: usize) -> bool {
    let fatal = family != Family::Java || votes.java_died;
    fatal && votes.first[family as usize].is_some_and(|first| first < announced)
}

/// An exception's `Type: message` header: the type must look like one.
pub(super) fn split_header(text: &str) -> Option<(&str, &str)> {
    let (kind, message) = match text.split_once(": ") {
        Some((kind, message)) => (kind, message),
        None => (text.trim_end_matches(':'), ""),
    };
    let word = kind.rsplit(['.', '\\', ':']).next().unwrap_or(kind);
    let is_name =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '\\' | '/' | ':' | '`' | '@');
    let fits = !kind.is_empty()
        && kind.len() <= 200
        && kind.chars().all(is_name)
        && word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    fits.then_some((kind, message.trim()))
}

/// Whether a name ends like the name of an exception: the guard where lines of any kind stand around.
pub(super) fn looks_like_exception(kind: &str) -> bool {
    const ENDINGS: [&str; 9] =
        ["Error", "Exception", "Throwable", "Warning", "Failure", "Fault", "Interrupt", "Exit", "Issue"];
    let word = kind.rsplit(['.', '$', '\\', ':']).next().unwrap_or(kind);
    ENDINGS.iter().any(|e| word.contains(e)) && word.chars().next().is_some_and(char::is_uppercase)
}

/// A raw trace of one language with nothing but what every family finds.
pub(super) fn raw(language: Language) -> RawTrace {
    RawTrace { language, ..RawTrace::default() }
}

//! What log collectors put around a program's lines: a name or a time before each line, or a whole trace as one line of
//! JSON. Taken away before any family reads, because indentation is part of what a trace is.
//!
//! A gutter must stand before several lines: one line that looks like it proves nothing. Linear in the text.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Lines that must share a gutter before it counts as one.
const ENOUGH: usize = 3;
/// What follows an escaped line break within a trace that was written as one line.
const INDENTS: [&str; 4] = ["\\n  ", "\\n\\t", "\\n#", "\\ngoroutine "];

/// The text with the line breaks that a log of JSON escaped; untouched lines stay as they are.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !is_escaped(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if is_escaped(line) { unescape(line, &mut out) } else { out.push_str(line) }
    }
    Cow::Owned(out)
}

fn is_escaped(text: &str) -> bool {
    INDENTS.iter().any(|indent| text.contains(indent))
}

/// Between the strings of an object a bare quote ends a line, too.
fn unescape(line: &str, out: &mut String) {
    let object = line.contains("\":\"") || line.contains("\": \"");
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(if object && letter == '"' { '\n' } else { letter });
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('r') => {}
            Some('t') => out.push('\t'),
            Some(kept @ ('"' | '\\' | '/')) => out.push(kept),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
}

/// The lines without the gutter that most of them have.
pub(super) fn strip(lines: &mut [&str]) {
    for cut in [container, stream, syslog] {
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, _) in lines.iter().filter_map(|line| cut(line)) {
            *named.entry(name).or_default() += 1;
        }
        let filled = lines.iter().filter(|line| !line.is_empty()).count();
        let most = named.into_iter().max_by_key(|(_, count)| *count);
        let Some((name, _)) = most.filter(|(_, count)| *count >= ENOUGH && 2 * count >= filled) else {
            continue;
        };
        for line in lines.iter_mut() {
            *line = cut(line).filter(|(own, _)| *own == name).map_or(*line, |(_, rest)| rest);
        }
        return;
    }
}

/// `web-1  | rest`, of a container's log: the name and what follows the bar.
fn container(line: &str) -> Option<(&str, &str)> {
    let (head, rest) = line.split_once('|')?;
    let name = head.trim_end();
    let fits = name.len() < head.len() && !name.is_empty() && !name.contains(char::is_whitespace);
    fits.then_some((name, rest.strip_prefix(' ').unwrap_or(rest)))
}

/// `2026-03-01T12:00:00.1Z stderr F rest`, of a container runtime.
fn stream(line: &str) -> Option<(&str, &str)> {
    let (time, rest) = line.split_once(' ')?;
    let (name, rest) = rest.split_once(' ')?;
    let rest = rest.strip_prefix("F ").or_else(|| rest.strip_prefix("P ")).or((rest == "F").then_some(""))?;
    let fits = time.starts_with(|c: char| c.is_ascii_digit()) && time.contains('T');
    (fits && matches!(name, "stdout" | "stderr")).then_some((name, rest))
}

/// `Mar  1 12:00:00 host app[71]: rest`, of the system's log: one program's lines belong together.
fn syslog(line: &str) -> Option<(&str, &str)> {
    let at = line.get(..96.min(line.len())).unwrap_or(line).find("]: ")?;
    let (head, rest) = (&line[..at], &line[at + "]: ".len()..]);
    let name = head.rsplit(' ').next()?;
    let (program, number) = name.split_once('[')?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (numbered && !program.is_empty() && head.len() > name.len()).then_some((name, rest))
}

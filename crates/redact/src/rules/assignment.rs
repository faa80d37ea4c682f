//! Secrets under a name: `password=…`, `"api_key": "…"`, `--token …`, `<secret>…</secret>`, `user[password]=…`.
//!
//! The key is judged by `keys`, the value is read by `value`; here is what stands between them, and whether the two
//! together are a secret or a line of code, a type, a message. When in doubt a password goes and a token stays, since
//! parsers and language models have tokens too. Headers are handed to `authorization`.

use crate::bytes::{Class, after_escape, starts_folded};
use crate::keys::{KeyKind, LONGEST_KEY};
use crate::rules::{Anchor, Family, Rule, authorization};
use crate::span::Tail;
use crate::value::{self, BareStyle, Form, Value};
use crate::window::{Sink, Window};

mod judge;

pub(crate) const SECRET_VALUE: &str = "secret-value";
pub(crate) const HIGH_ENTROPY: &str = "high-entropy";

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::generic(SECRET_VALUE, "the value of a key that names a secret, in text and in JSON"),
        Rule::generic(HIGH_ENTROPY, "a random value under a key that may name a secret"),
    ],
    anchors: &[
        Anchor::folded("pass", find),
        Anchor::folded("pwd", find),
        Anchor::folded("secret", find),
        Anchor::folded("token", find),
        Anchor::folded("cred", find),
        Anchor::folded("key", find),
        Anchor::folded("auth", find),
        Anchor::folded("cookie", find),
        Anchor::folded("jwt", find),
        Anchor::folded("signature", find),
        Anchor::folded("hmac", find),
        Anchor::folded("salt", find),
        Anchor::folded("sessid", find),
        Anchor::folded("connectionstring", find),
        Anchor::folded("cvv", find),
        Anchor::folded("cvc", find),
        Anchor::folded("ssn", find),
        Anchor::folded("card", find),
        Anchor::folded("ccnumber", find),
        Anchor::folded("cc_number", find),
    ],
};

/// What stands between a key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Equals {
        spaced: bool,
    },
    Colon,
    /// `%3D` or `%3A`.
    Encoded,
    /// `=>`
    Arrow,
    /// `==`
    Comparison,
    /// `--key value`
    Flag,
    /// `<key>value<`
    Markup,
    /// `"key", "value"`
    Pair,
    /// `PASSWORD 'value'`
    Quote,
}

/// A key and what follows it, in places of the window.
struct Assignment {
    start: usize,
    /// The key's end, without closing quotes.
    end: usize,
    kind: KeyKind,
    separator: Separator,
    /// Whether the key itself stands in quotes or brackets.
    closed: bool,
    /// Where the value starts.
    value: usize,
    style: BareStyle,
}

/// Wakes at a word that keys of secrets contain.
pub(crate) fn find(window: &Window<'_>, sink: &mut Sink<'_>) {
    if sink.base + window.start < sink.memory.assignment {
        return;
    }
    let end = window.run(Class::IDENTIFIER, window.end, LONGEST_KEY + 1);
    sink.memory.assignment = sink.base + end;
    let Some(assignment) = assignment(window, end) else { return };
    match assignment.kind {
        KeyKind::Authorization | KeyKind::Cookie => {
            let enclosing = window.before(assignment.start).filter(|_| !assignment.closed);
            authorization::header(window, sink, assignment.kind, assignment.value, enclosing);
        }
        _ => {
            let Some(value) = read_value(window, &assignment) else { return };
            let Some(rule) = verdict(window, &assignment, &value) else { return };
            sink.take(window, rule, value.start, value.end, value.tail);
            sink.memory.assignment = sink.base + next_key(window, &value);
        }
    }
}

/// Where the next key may start: behind the value, or with its last word, if a sign follows that makes it a key.
fn next_key(window: &Window<'_>, value: &Value) -> usize {
    let signs = window.slice(value.start, value.end).iter().rev();
    let inside = signs.take_while(|byte| matches!(byte, b':' | b'=')).count();
    let closing = usize::from(value.form == Form::Quoted);
    let after = window.run(Class::BLANK, value.end + closing, 4);
    if window.byte(value.start) == Some(b'-') {
        return value.start;
    }
    if inside == 0 && !matches!(window.byte(after), Some(b':' | b'=')) {
        return value.end;
    }
    window.run_back(Class::IDENTIFIER, value.end - inside, LONGEST_KEY).max(value.start)
}

fn assignment(window: &Window<'_>, end: usize) -> Option<Assignment> {
    let (closed, after_key) = closers(window, end)?;
    let blanks = window.run(Class::BLANK, after_key, 8);
    let spaced = blanks > after_key;
    // Most words of ordinary text end here.
    let next = window.byte(blanks)?;
    if !spaced && !matches!(next, b'=' | b':' | b'%' | b',' | b'>') {
        return None;
    }
    let start = window.run_back(Class::IDENTIFIER, window.start, LONGEST_KEY + 1);
    // A key that touches a mark was longer before.
    let glued = window.rules.marks.start_of_mark_before(window.text, start).is_some();
    let start = after_escape(window.text, start, window.end);
    if end - start > LONGEST_KEY || glued || window.names_a_mark(start) {
        return None;
    }
    let (separator, at) = separator(window, start, blanks, spaced, closed)?;
    let kind = kind_of(window, start, end)?;
    let value = after_blanks(window, at, separator);
    let style = bare_style(window, start, end, separator, closed);
    Some(Assignment { start, end, kind, separator, closed, value, style })
}

fn kind_of(window: &Window<'_>, start: usize, end: usize) -> Option<KeyKind> {
    let key = window.slice(start, end);
    let kind = window.rules.keys.kind_of(key)?;
    // "API key: …" in prose: the word before says which key it is.
    if kind == KeyKind::Weak && key.eq_ignore_ascii_case(b"key") && window.before(start) == Some(b' ') {
        let wider = window.run_back(Class::IDENTIFIER, start - 1, 24);
        if window.rules.marks.start_of_mark_before(window.text, wider).is_some() {
            return None;
        }
        return window.rules.keys.kind_of(window.slice(wider, end));
    }
    Some(kind)
}

/// Past the quotes, brackets and signs that may close a key. None at `!=`.
fn closers(window: &Window<'_>, end: usize) -> Option<(bool, usize)> {
    let mut at = past_colour(window, end);
    let mut closed = false;
    for _ in 0..3 {
        let slashes = window.slice(at, at + 16).iter().take_while(|byte| **byte == b'\\').count();
        match window.byte(at + slashes) {
            Some(b'"' | b'\'' | b'`') => at += slashes + 1,
            Some(b']') if slashes == 0 => at += 1,
            Some(b'%') if encoded_closer(window, at) => at += 3,
            Some(b'?') if slashes == 0 && window.byte(at + 1) == Some(b':') => return Some((closed, at + 1)),
            Some(b'!') if slashes == 0 && window.byte(at + 1) == Some(b'=') => return None,
            Some(b'!') if slashes == 0 && window.byte(at + 1) == Some(b':') => return Some((closed, at + 1)),
            _ => break,
        }
        closed = true;
    }
    Some((closed, at))
}

fn encoded_closer(window: &Window<'_>, at: usize) -> bool {
    [b"%22".as_slice(), b"%27", b"%5d"].iter().any(|code| starts_folded(window.text, at, code))
}

fn separator(
    window: &Window<'_>,
    start: usize,
    at: usize,
    spaced: bool,
    closed: bool,
) -> Option<(Separator, usize)> {
    match (window.byte(at)?, window.byte(at + 1)) {
        (b':', Some(b':')) => None,
        (b':', Some(b'=')) => Some((Separator::Equals { spaced }, at + 2)),
        (b':', _) => Some((Separator::Colon, at + 1)),
        (b'=', Some(b'>')) => Some((Separator::Arrow, at + 2)),
        (b'=', Some(b'=')) => {
            let signs = window.slice(at, at + 3).iter().take_while(|byte| **byte == b'=').count();
            Some((Separator::Comparison, at + signs))
        }
        (b'=', Some(b'~')) => None,
        (b'=', next) => Some((Separator::Equals { spaced: spaced || next == Some(b' ') }, at + 1)),
        (b'%', _) => encoded_separator(window, at),
        (b',', _) if closed => Some((Separator::Pair, at + 1)),
        (b'>', _) if !spaced && !closed && window.before(start) == Some(b'<') => {
            Some((Separator::Markup, at + 1))
        }
        (b'\'' | b'"', _) if spaced && !closed => Some((Separator::Quote, at)),
        (_, _) if spaced && !closed && window.byte(start) == Some(b'-') => Some((Separator::Flag, at)),
        _ => None,
    }
}

fn encoded_separator(window: &Window<'_>, at: usize) -> Option<(Separator, usize)> {
    let codes = [b"%3d".as_slice(), b"%3a", b"%253d", b"%253a"];
    let code = codes.iter().find(|code| starts_folded(window.text, at, code))?;
    Some((Separator::Encoded, at + code.len()))
}

fn after_blanks(window: &Window<'_>, at: usize, separator: Separator) -> usize {
    if separator == Separator::Encoded {
        let escaped = starts_folded(window.text, at, b"%20") || starts_folded(window.text, at, b"%2b");
        return if escaped { at + 3 } else { at };
    }
    let at = past_colour(window, at);
    past_colour(window, window.run(Class::BLANK, at, 8))
}

/// Past a terminal colour, `ESC [ 1 ; 32 m`.
fn past_colour(window: &Window<'_>, at: usize) -> usize {
    let escapes = [b"\x1b[".as_slice(), b"\\u001b[", b"\\x1b["];
    let Some(escape) = escapes.iter().find(|escape| starts_folded(window.text, at, escape)) else {
        return at;
    };
    let start = at + escape.len();
    let numbers =
        window.slice(start, start + 12).iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b';'));
    let end = start + numbers.count();
    if window.byte(end) == Some(b'm') { end + 1 } else { at }
}

fn read_value(window: &Window<'_>, assignment: &Assignment) -> Option<Value> {
    if assignment.separator == Separator::Markup {
        let start = assignment.value;
        let line = window.run(Class::LINE, start, value::LONGEST_VALUE);
        let end = start + memchr::memmem::find(window.slice(start, line), b"</")?;
        return Some(Value { start, end, form: Form::Quoted, tail: Tail::Closed, marked: false });
    }
    let most = if assignment.kind == KeyKind::Weak { value::TELLING_VALUE } else { value::LONGEST_VALUE };
    Some(value::read(window, assignment.value, assignment.style, most))
}

/// How an unquoted value ends. In a line `NAME=value` or `export NAME=value` only blanks and quotes end it.
fn bare_style(
    window: &Window<'_>,
    start: usize,
    end: usize,
    separator: Separator,
    closed: bool,
) -> BareStyle {
    let lead = window.slice(0, start);
    let begins = lead.is_empty() || lead.ends_with(b"export ");
    let capitals = !Class::LOWER.any(window.slice(start, end));
    match separator {
        Separator::Encoded => BareStyle::Encoded,
        Separator::Equals { spaced: false } if begins && capitals && !closed => BareStyle::Environment,
        _ => BareStyle::Ordinary,
    }
}

/// The rule by which a value goes.
fn verdict(window: &Window<'_>, assignment: &Assignment, value: &Value) -> Option<&'static str> {
    let text = window.slice(value.start, value.end);
    if text.is_empty() || value.marked || window.is_marks(value.start, value.end) {
        return None;
    }
    if assignment.kind == KeyKind::Custom {
        return Some(SECRET_VALUE);
    }
    if value::is_placeholder(text) || value::is_public(text) {
        return None;
    }
    if assignment.kind != KeyKind::Weak && judge::is_secret(window, assignment, value) {
        return Some(SECRET_VALUE);
    }
    value::is_random(text).then_some(HIGH_ENTROPY)
}

#[cfg(test)]
mod tests;

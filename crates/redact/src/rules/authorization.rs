//! Credentials of headers: `Authorization: Bearer …`, `Basic …`, `Cookie: …`, in dumps, commands and JSON. The scheme
//! stays, since it says how a request was signed.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::bytes::{Class, starts_folded};
use crate::keys::KeyKind;
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::value::{self, BareStyle, Form};
use crate::window::{Sink, Window};

pub(crate) const AUTHORIZATION: &str = "authorization-header";
pub(crate) const COOKIE: &str = "cookie-header";

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::generic(AUTHORIZATION, "credentials of Authorization headers, and Bearer and Basic anywhere"),
        Rule::generic(COOKIE, "the values of Cookie and Set-Cookie headers"),
    ],
    anchors: &[Anchor::folded("bearer", bearer), Anchor::folded("basic", basic)],
};

/// Schemes that one word follows.
const ONE_WORD: &[&str] = &[
    "bearer",
    "basic",
    "token",
    "apikey",
    "api-key",
    "jwt",
    "bot",
    "key",
    "pat",
    "ssws",
    "negotiate",
    "ntlm",
];

/// Schemes that parameters follow: all of the line goes.
const PARAMETERS: &[&str] = &[
    "digest",
    "oauth",
    "hawk",
    "signature",
    "sharedkey",
    "sharedkeylite",
    "sharedaccesssignature",
    "aws",
    "mac",
    "aws4-hmac-sha256",
    "aws4-ecdsa-p256-sha256",
    "googlelogin",
    "scram-sha-256",
];

/// A header's value that starts at `at`; `enclosing` is the byte before the key, which may be a quote around both.
pub(crate) fn header(
    window: &Window<'_>,
    sink: &mut Sink<'_>,
    kind: KeyKind,
    at: usize,
    enclosing: Option<u8>,
) {
    let read = value::read(window, at, BareStyle::Ordinary, value::LONGEST_VALUE);
    let (start, end, tail) = match read.form {
        Form::Quoted => (read.start, read.end, read.tail),
        Form::Bare if kind == KeyKind::Cookie && !is_pair(window, at) => return,
        Form::Bare => header_value(window, at, enclosing.filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))),
    };
    match kind {
        KeyKind::Cookie => cookie(window, sink, start, end, tail),
        _ => authorization(window, sink, start, end, tail),
    }
}

/// The rest of the line, up to an escaped line break or the quote around the whole header.
fn header_value(window: &Window<'_>, start: usize, enclosing: Option<u8>) -> (usize, usize, Tail) {
    let class = match enclosing {
        Some(b'"') => Class::NOT_DOUBLE_QUOTE,
        Some(b'\'') => Class::NOT_SINGLE_QUOTE,
        Some(_) => Class::NOT_BACKTICK,
        None => Class::LINE,
    };
    let line = window.run(class, start, value::LONGEST_VALUE);
    let mut escapes = memchr::memchr_iter(b'\\', window.slice(start, line));
    let escape = escapes.find(|place| {
        matches!(window.byte(start + place + 1), Some(b'n' | b'r' | b'"' | b'\'' | b'\\') | None)
    });
    if let Some(place) = escape {
        return (start, start + place, Tail::Closed);
    }
    if line - start >= value::LONGEST_VALUE {
        let rest = if enclosing.is_some() { class } else { Class::HEADER };
        return (start, line, Tail::While(rest));
    }
    let blanks = window.slice(start, line).iter().rev().take_while(|byte| Class::BLANK.has(**byte)).count();
    (start, line - blanks, Tail::Closed)
}

/// A cookie has a name and a value; `cookie: not set` has none.
fn cookie(window: &Window<'_>, sink: &mut Sink<'_>, start: usize, end: usize, tail: Tail) {
    let text = window.slice(start, end);
    if window.is_marks(start, end) || value::is_placeholder(text) {
        return;
    }
    if is_pair(window, start) {
        sink.take(window, COOKIE, start, end, tail);
        sink.memory.assignment = sink.memory.assignment.max(sink.base + end);
    }
}

/// `name=value`; signs of base64 may stand in the name.
fn is_pair(window: &Window<'_>, start: usize) -> bool {
    let name = window.run(Class::CREDENTIAL, start, 256);
    window.slice(start, name).iter().skip(1).any(|byte| *byte == b'=')
}

fn authorization(window: &Window<'_>, sink: &mut Sink<'_>, start: usize, end: usize, tail: Tail) {
    let scheme_end = window.run(Class::SLUG, start, 32).min(end);
    let scheme = window.slice(start, scheme_end);
    let credential = after_blank(window, scheme_end).filter(|at| *at < end);
    if let Some(at) = credential {
        if is_one_of(scheme, ONE_WORD) {
            one_word(window, sink, at, end, tail);
            return;
        }
        if is_one_of(scheme, PARAMETERS) {
            take(window, sink, at, end, tail);
            return;
        }
    }
    // No scheme: a key of its own making, if it looks like one.
    let word_end = window.run(Class::ENVIRONMENT, start, end - start);
    let word = window.slice(start, word_end);
    let marks = window.rules.marks.overlap(window.text, start, word_end);
    if word.len() >= 8 && Class::DIGIT.any(word) && !marks && !value::is_public(word) {
        let closed = if word_end == end { tail } else { Tail::Closed };
        take(window, sink, start, word_end, closed);
    }
}

fn one_word(window: &Window<'_>, sink: &mut Sink<'_>, start: usize, end: usize, tail: Tail) {
    let word_end = window.run(Class::BARE, start, end - start);
    if window.rules.marks.end_of_mark_at(window.text, word_end).is_some() {
        return;
    }
    let text = window.slice(start, word_end);
    let plain = text.len() < 12 && text.iter().all(u8::is_ascii_lowercase);
    if !plain && !value::is_public(text) {
        let closed = if word_end == end { tail } else { Tail::Closed };
        take(window, sink, start, word_end, closed);
    }
}

fn take(window: &Window<'_>, sink: &mut Sink<'_>, start: usize, end: usize, tail: Tail) {
    if !window.is_marks(start, end) && !value::is_placeholder(window.slice(start, end)) {
        sink.take(window, AUTHORIZATION, start, end, tail);
        sink.memory.assignment = sink.memory.assignment.max(sink.base + end);
    }
}

/// `Bearer` and what looks like a token, wherever it stands.
fn bearer(window: &Window<'_>, sink: &mut Sink<'_>) {
    if !window.word_starts(window.start) {
        return;
    }
    let Some(start) = after_blank(window, window.end) else { return };
    let run = window.run(Class::CREDENTIAL, start, value::LONGEST_VALUE);
    let cut = value::first_separator(window.slice(start, run)).map_or(run, |place| start + place);
    let text = window.slice(start, cut);
    let trimmed = text.iter().rev().take_while(|byte| matches!(byte, b'.' | b':')).count();
    let text = text.get(..text.len() - trimmed).unwrap_or_default();
    let letters = Class::LETTER.any(text);
    let digits = Class::DIGIT.any(text) && letters && text.len() >= 8;
    let mixed = Class::UPPER.any(text) && Class::LOWER.any(text) && text.len() >= 20;
    if digits || mixed {
        let open = run - start >= value::LONGEST_VALUE && cut == run;
        let tail = if open { Tail::While(Class::CREDENTIAL) } else { Tail::Closed };
        let end = if open { run } else { start + text.len() };
        take(window, sink, start, end, tail);
    }
}

/// `Basic` and base64 of `user:password`.
fn basic(window: &Window<'_>, sink: &mut Sink<'_>) {
    if !window.word_starts(window.start) {
        return;
    }
    let Some(start) = after_blank(window, window.end) else { return };
    let end = window.run(Class::BASE64, start, value::LONGEST_VALUE);
    if window.rules.marks.end_of_mark_at(window.text, end).is_some() {
        return;
    }
    let whole = (end - start) / 4 * 4;
    if end - start < 6 || !holds_a_pair(window.slice(start, start + whole)) {
        return;
    }
    let open = end - start >= value::LONGEST_VALUE;
    take(window, sink, start, end, if open { Tail::While(Class::BASE64) } else { Tail::Closed });
}

fn holds_a_pair(text: &[u8]) -> bool {
    const DECODER: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    DECODER.decode(text).is_ok_and(|pair| {
        pair.contains(&b':')
            && std::str::from_utf8(&pair).is_ok_and(|pair| !pair.chars().any(char::is_control))
    })
}

/// Past the blank between a scheme and its credential.
fn after_blank(window: &Window<'_>, at: usize) -> Option<usize> {
    if starts_folded(window.text, at, b"%20") {
        return Some(at + 3);
    }
    let end = window.run(Class::BLANK, at, 8);
    (end > at).then_some(end)
}

fn is_one_of(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn credentials_go_and_schemes_stay() {
        goes(
            "authorization-header",
            &[
                ("Authorization: Bearer abc123", "Authorization: Bearer [redacted:authorization-header]"),
                (
                    "authorization: token abcdefghijklm",
                    "authorization: token [redacted:authorization-header]",
                ),
                (r#"{"Authorization":"Bearer abc123","a":1}"#, {
                    r#"{"Authorization":"Bearer [redacted:authorization-header]","a":1}"#
                }),
                ("curl -H 'Authorization: Bearer abc123' https://h/", {
                    "curl -H 'Authorization: Bearer [redacted:authorization-header]' https://h/"
                }),
                (r"GET /\r\nAuthorization: Basic dXNlcjpwYXNz\r\nHost: h", {
                    r"GET /\r\nAuthorization: Basic [redacted:authorization-header]\r\nHost: h"
                }),
                ("Authorization: Digest username=\"u\", response=\"abc\"", {
                    "Authorization: Digest [redacted:authorization-header]"
                }),
                ("Authorization: 4f9d8a7b6c5e", "Authorization: [redacted:authorization-header]"),
                ("(\"authorization\", \"Bearer abc123\")", {
                    "(\"authorization\", \"Bearer [redacted:authorization-header]\")"
                }),
                ("sent Bearer 4f9d8a7b6c5e4f9d.", "sent Bearer [redacted:authorization-header]."),
                ("h=Bearer%204f9d8a7b6c5e%22%7D", "h=Bearer%20[redacted:authorization-header]%22%7D"),
                ("with Basic dXNlcjpwYXNzd29yZA== ok", "with Basic [redacted:authorization-header] ok"),
            ],
        );
    }

    #[test]
    fn cookies_go() {
        goes(
            "cookie-header",
            &[
                ("Cookie: sid=abc; theme=dark", "Cookie: [redacted:cookie-header]"),
                (
                    "Set-Cookie: sid=abc; Path=/; HttpOnly\nHost: h",
                    "Set-Cookie: [redacted:cookie-header]\nHost: h",
                ),
                (r#"{"cookie":"sid=abc; a=\"b\"","x":1}"#, r#"{"cookie":"[redacted:cookie-header]","x":1}"#),
                ("-H 'Cookie: sid=abc' https://h/", "-H 'Cookie: [redacted:cookie-header]' https://h/"),
                (r"a\r\nCookie: sid=abc\r\nHost: h", r"a\r\nCookie: [redacted:cookie-header]\r\nHost: h"),
            ],
        );
        let long = format!("Cookie: sid={}\nnext", "Ab3d; x=".repeat(900));
        goes("cookie-header", &[(&long, "Cookie: [redacted:cookie-header]\nnext")]);
    }

    #[test]
    fn prose_and_placeholders_stay() {
        stays(&[
            "Authorization: required for this endpoint",
            "Authorization: Bearer <token>",
            "Authorization: Bearer ${TOKEN}",
            "Authorization: Bearer $TOKEN",
            "the bearer of bad news arrived",
            "Basic authentication failed",
            "basic usage of the tool",
            "Bearer token missing",
            "Cookie: not set",
            "cookie: true",
            "Bearer authentication_scheme_is_required",
        ]);
    }
}

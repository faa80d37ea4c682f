//! Reads the value behind a key, and tells secrets from what merely stands there: placeholders, variables, types, code.
//!
//! Values may be quoted, quoted inside JSON inside JSON (`\"…\"`), percent-encoded or bare. Called by the rules for
//! assignments, headers, URLs, and by the JSON walk.

use crate::bytes::{Class, starts_folded};
use crate::span::Tail;
use crate::window::Window;

/// The longest value that is looked at; a longer one goes to its end.
pub(crate) const LONGEST_VALUE: usize = 512;
/// So much of a value tells whether it is random.
pub(crate) const TELLING_VALUE: usize = 128;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Quoted,
    Bare,
}

/// How an unquoted value ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BareStyle {
    /// At blanks, quotes, brackets, separators.
    Ordinary,
    /// At blanks and quotes: a line of a file of `NAME=value`.
    Environment,
    /// At escaped separators too: the key stood in a percent-encoded text.
    Encoded,
}

/// A value's place in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) form: Form,
    pub(crate) tail: Tail,
    /// No quote ends it, and there are redaction marks in it: they may have joined what was parted before.
    pub(crate) marked: bool,
}

/// Reads the value that starts at `at`, looking at `most` bytes.
pub(crate) fn read(window: &Window<'_>, at: usize, style: BareStyle, most: usize) -> Value {
    let at = inside_wrapper(window, at);
    if let Some(value) = quoted(window, at, most) {
        return value;
    }
    if starts_folded(window.text, at, b"%22") {
        let start = at + 3;
        let end = bare_end(window, start, BareStyle::Encoded, most);
        return Value {
            start,
            end,
            form: Form::Quoted,
            tail: Tail::Closed,
            marked: has_marks(window, start, end),
        };
    }
    let end = bare_end(window, at, style, most);
    let open = end - at >= most;
    let class = if style == BareStyle::Environment { Class::ENVIRONMENT } else { Class::BARE };
    let tail = if open { Tail::While(class) } else { Tail::Closed };
    Value { start: at, end, form: Form::Bare, tail, marked: has_marks(window, at, end) }
}

fn has_marks(window: &Window<'_>, start: usize, end: usize) -> bool {
    let text = window.slice(start, end);
    text.contains(&b'[') && window.rules.marks.next(text, 0).is_some()
}

/// Past what may stand around a string: a bracket, `Some(`, and the letters of `b"…"`.
fn inside_wrapper(window: &Window<'_>, mut at: usize) -> usize {
    for wrapper in [b"Some(".as_slice(), b"Ok(", b"Just(", b"[", b"("] {
        let inner = at + wrapper.len();
        if window.slice(at, inner) == wrapper && quote_at(window, inner).is_some() {
            at = inner;
        }
    }
    let prefix = window
        .slice(at, at + 2)
        .iter()
        .take_while(|byte| {
            matches!(byte, b'b' | b'r' | b'u' | b'f' | b'B' | b'R' | b'U' | b'F' | b'@' | b'$')
        })
        .count();
    let quoted = matches!(window.byte(at + prefix), Some(b'"' | b'\''));
    if prefix > 0 && quoted { at + prefix } else { at }
}

/// The quote at `at`, and how many backslashes escape it.
fn quote_at(window: &Window<'_>, at: usize) -> Option<(u8, usize)> {
    let slashes = window.slice(at, at + 16).iter().take_while(|byte| **byte == b'\\').count();
    let quote = window.byte(at + slashes).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    Some((quote, slashes))
}

fn quoted(window: &Window<'_>, at: usize, most: usize) -> Option<Value> {
    let (quote, level) = quote_at(window, at)?;
    let mut start = at + level + 1;
    if level == 0 && window.slice(start, start + 2) == [quote, quote] {
        start += 2;
    }
    let class = match quote {
        b'"' => Class::NOT_DOUBLE_QUOTE,
        b'\'' => Class::NOT_SINGLE_QUOTE,
        _ => Class::NOT_BACKTICK,
    };
    let limit = start + most;
    let mut place = start;
    loop {
        place = window.run(class, place, limit.saturating_sub(place));
        let slashes = window.slice(start, place).iter().rev().take_while(|byte| **byte == b'\\').count();
        if place >= limit {
            // The tail starts with whole escapes.
            let end = if slashes < most { limit - slashes } else { limit };
            let tail = Tail::Quoted { quote, level: u8::try_from(level).unwrap_or(u8::MAX) };
            return Some(Value { start, end, form: Form::Quoted, tail, marked: false });
        }
        if window.byte(place) != Some(quote) {
            // The line ends inside the string.
            let marked = has_marks(window, start, place);
            return Some(Value { start, end: place, form: Form::Quoted, tail: Tail::Closed, marked });
        }
        if closes(slashes, level) {
            return Some(Value {
                start,
                end: place - level,
                form: Form::Quoted,
                tail: Tail::Closed,
                marked: false,
            });
        }
        place += 1;
    }
}

/// Whether a quote behind so many backslashes ends a string of this level. At each level of nesting the escapes of a
/// quote double: `level`, then `level + 2 * (level + 1)`, and so on.
pub(crate) fn closes(slashes: usize, level: usize) -> bool {
    slashes % (2 * (level + 1)) == level
}

/// The end of an unquoted value; redaction marks in it are stepped over whole.
fn bare_end(window: &Window<'_>, start: usize, style: BareStyle, most: usize) -> usize {
    let class = if style == BareStyle::Environment { Class::ENVIRONMENT } else { Class::BARE };
    let limit = start + most;
    let mut at = start;
    while at < limit {
        let run = window.run(class, at, limit - at);
        let escape = if style == BareStyle::Encoded { first_separator(window.slice(at, run)) } else { None };
        if let Some(place) = escape {
            return at + place;
        }
        at = run;
        match window.rules.marks.end_of_mark_at(window.text, at) {
            Some(end) => at = end,
            None if window.byte(at) == Some(b'[') && style != BareStyle::Environment && at > start => at += 1,
            None => return at,
        }
    }
    at
}

/// Where an escaped separator stands: a quote, `&`, a blank, `,`, `;`, a closing bracket, a line break.
pub(crate) fn first_separator(text: &[u8]) -> Option<usize> {
    const CODES: &[&[u8]] =
        &[b"22", b"26", b"20", b"27", b"2c", b"3b", b"7d", b"5d", b"0a", b"0d", b"2522", b"2526"];
    memchr::memchr_iter(b'%', text)
        .find(|place| CODES.iter().any(|code| starts_folded(text, place + 1, code)))
}

/// Words that stand where a value is missing.
#[rustfmt::skip]
const EMPTY_WORDS: &[&str] = &[
    "null", "none", "nil", "undefined", "true", "false", "redacted", "filtered", "masked", "hidden",
    "removed", "<nil>", "[filtered]", "(redacted)", "(hidden)", "n/a", "empty", "\"\"", "''", "nan",
    "optional", "required",
];

/// Whether a value stands for one: a variable, a template, stars, `null`.
pub(crate) fn is_placeholder(text: &[u8]) -> bool {
    text.is_empty()
        || EMPTY_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
        || is_masked(text)
        || is_template(text)
}

/// One sign over and over: `*****`, `xxxx`, `...`, `••••`.
fn is_masked(text: &[u8]) -> bool {
    let Some(first) = text.first() else { return false };
    let same = text.iter().all(|byte| byte.eq_ignore_ascii_case(first));
    let dots = text.len().is_multiple_of(3) && text.chunks(3).all(|sign| sign == "\u{2022}".as_bytes());
    dots || (same
        && (matches!(first, b'*' | b'?' | b'.' | b'-' | b'_' | b'#')
            || (text.len() > 2 && matches!(first, b'x' | b'X'))))
}

fn is_template(text: &[u8]) -> bool {
    let name = |text: &[u8]| !text.is_empty() && Class::IDENTIFIER.all(text);
    match text {
        [b'$', b'{' | b'(', ..] | [b'{', b'{', ..] | [b'%', b'(' | b'{', ..] => true,
        [b'$', rest @ ..] => name(rest) && !rest.contains(&b'$'),
        [b'{', inner @ .., b'}'] => inner.is_empty() || name(inner),
        [b'<', .., b'>'] => true,
        [b'%', b's' | b'd' | b'v' | b'r' | b'@'] => true,
        [b'%', inner @ .., b'%'] => name(inner),
        [b':' | b'@', rest @ ..] => {
            Class::LOWER.any(rest) && rest.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_')
        }
        _ => false,
    }
}

/// Keys that are public by nature: PostHog project keys, Stripe publishable keys.
pub(crate) fn is_public(text: &[u8]) -> bool {
    let known = [b"phc_".as_slice(), b"pk_live_", b"pk_test_", b"sb_publishable_"];
    known.iter().any(|prefix| text.starts_with(prefix)) && Class::WORD.all(text)
}

/// Whether a value looks drawn at random: long, of one word, of mixed alphabets that change often. Hexadecimal digits
/// (hashes, ids), names in camel case and paths do not.
pub(crate) fn is_random(text: &[u8]) -> bool {
    const SHORTEST: usize = 20;
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    if text.len() < SHORTEST || !Class::BASE64_BODY.all_or_slug(body) || hexadecimal(body) || is_public(text)
    {
        return false;
    }
    let slashes = body.iter().filter(|byte| **byte == b'/').count();
    let separators = body.iter().filter(|byte| matches!(byte, b'-' | b'_')).count();
    if slashes * 16 > body.len() || separators * 8 > body.len() || body.starts_with(b"sha") {
        return false;
    }
    let kinds = [Class::UPPER, Class::LOWER, Class::DIGIT].iter().filter(|class| class.any(body)).count();
    let changes =
        body.windows(2).filter(|pair| matches!(pair, [a, b] if alphabet(*a) != alphabet(*b))).count();
    let enough =
        kinds == 3 || (kinds == 2 && Class::DIGIT.any(body) && Class::LOWER.any(body) && body.len() >= 32);
    enough && changes * if kinds == 3 { 3 } else { 4 } >= body.len()
}

fn hexadecimal(text: &[u8]) -> bool {
    text.iter().all(|byte| Class::HEX.has(*byte) || *byte == b'-')
}

fn alphabet(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    }
}

impl Class {
    fn all_or_slug(self, text: &[u8]) -> bool {
        text.iter().all(|byte| self.has(*byte) || Class::SLUG.has(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::{is_placeholder, is_public, is_random};

    #[test]
    fn placeholders() {
        for text in [
            "",
            "null",
            "None",
            "***",
            "xxxx",
            "XXXX",
            "...",
            "••••",
            "$PASSWORD",
            "${DB}",
            "$(cat x)",
            "{{ x }}",
            "<token>",
            "%s",
            "%(x)s",
            "{}",
            "{name}",
            "?",
            ":password",
            "@password",
            "[Filtered]",
            "$1",
            "%PASS%",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
        for text in ["hunter2", "$2b$10$abcdefghijk", "x", "xy", "$6$salt$hash", "@Home1", "a*b"] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn random_and_not() {
        for text in ["Ab3dEf6hIj9kLmOpRsTuVw", "kX2p9vQ7zR4mN8sT1wY5uJ3h", "q8Zr/Yk3+Wm7Xc1Vb5Nd9Gf2=="] {
            assert!(is_random(text.as_bytes()), "{text}");
        }
        for text in [
            "0123456789abcdef0123456789abcdef",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "XMLHttpRequestEventTarget2",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "uploads/2026/01/picture_of_me_1.png",
            "checkout-page-button-primary-2",
            "sha512-Ab3dEf6hIj9kLmOpRsTuVwXyZ0",
            "phc_Ab3dEf6hIj9kLmOpRsTuVwXyZ0",
            "short1A",
        ] {
            assert!(!is_random(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn public_keys() {
        assert!(is_public(b"phc_Ab3d") && is_public(b"pk_live_Ab3d"));
        assert!(!is_public(b"phx_Ab3d") && !is_public(b"phc_a b"));
    }
}

//! Whether a value under a secret's key is the secret, or code, a type, a message, a count.
//!
//! Stack traces quote lines of source, so `password = getPassword()` must stay readable, while `password = hunter2` in
//! a settings file must go. Called by the assignment rule after placeholders are out.

use super::{Assignment, Separator};
use crate::bytes::Class;
use crate::keys::KeyKind;
use crate::value::{BareStyle, Form, Value};
use crate::window::Window;

/// Words of source and of types.
#[rustfmt::skip]
const CODE_WORDS: &[&str] = &[
    "new", "await", "async", "yield", "return", "function", "lambda", "not", "if", "else", "typeof", "void",
    "delete", "this", "self", "string", "str", "int", "integer", "bool", "boolean", "number", "any",
    "unknown", "object", "bytes", "byte", "char", "text", "varchar", "option", "vec", "list", "dict", "map",
    "array", "static", "const", "let", "var", "final", "private", "public", "protected", "readonly", "never",
    "uuid", "buffer", "func", "fn",
];

/// Words that a message goes on with.
#[rustfmt::skip]
const PROSE_WORDS: &[&str] = &[
    "must", "is", "are", "was", "were", "be", "cannot", "can't", "should", "has", "have", "too", "invalid",
    "missing", "incorrect", "wrong", "expired", "the", "a", "an", "for", "and", "or", "field", "please",
    "with", "mismatch", "does", "do", "did", "will", "expected", "got", "failed", "error", "length",
    "contains", "at", "minimum", "may", "need", "needs", "use", "using", "from", "to", "of", "in", "on", "by",
    "when", "no", "blank", "given", "provided", "found", "set", "unset", "option", "flag", "argument",
    "parameter", "value", "ok", "yes", "as", "it", "your", "include", "omit", "same-origin", "identifier",
    "eof", "operation", "authentication",
];

pub(super) fn is_secret(window: &Window<'_>, assignment: &Assignment, value: &Value) -> bool {
    let text = window.slice(value.start, value.end);
    let setter = is_ruby_setter(window, assignment);
    if setter
        || is_one_of(text, &["include", "omit", "same-origin"])
        || !separator_allows(assignment, value, text)
    {
        return false;
    }
    match value.form {
        Form::Quoted => quoted(assignment.kind, text),
        Form::Bare if assignment.style == BareStyle::Environment => true,
        Form::Bare => !is_code(window, assignment, value) && bare(window, assignment, value, text),
    }
}

fn separator_allows(assignment: &Assignment, value: &Value, text: &[u8]) -> bool {
    let quoted = value.form == Form::Quoted;
    match assignment.separator {
        Separator::Comparison => quoted,
        Separator::Arrow => quoted || assignment.closed,
        Separator::Quote => quoted && assignment.kind == KeyKind::Password,
        Separator::Flag => !text.starts_with(b"-") && !text.starts_with(b"id="),
        Separator::Pair => false,
        Separator::Colon => !text.starts_with(b"//"),
        Separator::Equals { spaced } => !(spaced && is_next_assignment(text)),
        Separator::Encoded | Separator::Markup => true,
    }
}

/// The name of a method in a frame of Ruby: "in `password='", "in 'User#password='".
fn is_ruby_setter(window: &Window<'_>, assignment: &Assignment) -> bool {
    let opens = matches!(window.before(assignment.start), Some(b'`' | b'#'));
    opens && !assignment.closed && window.slice(assignment.end, assignment.end + 2) == b"='"
}

/// `A= B=…`: the value of `A` is empty.
fn is_next_assignment(text: &[u8]) -> bool {
    memchr::memchr(b'=', text).is_some_and(|equals| is_path(text.get(..equals).unwrap_or_default()))
}

fn quoted(kind: KeyKind, text: &[u8]) -> bool {
    match kind {
        KeyKind::Password => true,
        KeyKind::Token => text.len() >= 4 && (Class::DIGIT.any(text) || !text.contains(&b' ')),
        _ => text.len() >= 4,
    }
}

fn bare(window: &Window<'_>, assignment: &Assignment, value: &Value, text: &[u8]) -> bool {
    if is_one_of(text, CODE_WORDS) {
        return false;
    }
    let digits = Class::DIGIT.all(text);
    let varied = Class::DIGIT.any(text) || (Class::UPPER.any(text) && Class::LOWER.any(text));
    let prose = matches!(assignment.separator, Separator::Colon | Separator::Flag);
    if prose && names_a_class(text) {
        return false;
    }
    match assignment.kind {
        KeyKind::Password => !(prose && (is_one_of(text, PROSE_WORDS) || (digits && text.len() < 4))),
        KeyKind::Token if prose => text.len() >= 8 && varied,
        KeyKind::Token if digits => text.len() >= 6,
        KeyKind::Token => text.len() >= 4 && !is_constant(text) && !is_variable(assignment, text),
        _ if digits => text.len() >= 6,
        _ if prose => {
            text.len() >= 6 && !is_one_of(text, PROSE_WORDS) && (varied || ends_line(window, value.end))
        }
        _ => text.len() >= 4 && !is_variable(assignment, text),
    }
}

/// `com.example.Proxy@2bd79ce`, `org.example.jobs/45`: the name of a class or package and what stands behind it.
fn names_a_class(text: &[u8]) -> bool {
    let name = text.split(|byte| matches!(byte, b'@' | b'/' | b':')).next().unwrap_or_default();
    name.iter().filter(|byte| **byte == b'.').count() >= 2
        && name.split(|byte| *byte == b'.').all(|word| word.len() > 1 && Class::LETTER.all(word))
}

/// `IDENTIFIER`, as parsers name their tokens.
fn is_constant(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
}

/// With blanks around the `=`, a name without digits is a variable more often than a secret.
fn is_variable(assignment: &Assignment, text: &[u8]) -> bool {
    let name = text.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.'));
    assignment.separator == Separator::Equals { spaced: true } && name && text.len() < 24
}

fn ends_line(window: &Window<'_>, at: usize) -> bool {
    let next = window.run(Class::BLANK, at, 16);
    matches!(window.byte(next), None | Some(b'#' | b'\\' | b','))
}

/// A call, an index, a member, a variable named like the key.
fn is_code(window: &Window<'_>, assignment: &Assignment, value: &Value) -> bool {
    let text = window.slice(value.start, value.end);
    if let Some(bracket) = text.iter().position(|byte| matches!(byte, b'(' | b'[' | b'{'))
        && is_path(text.get(..bracket).unwrap_or_default())
    {
        return true;
    }
    let next = window.byte(value.end);
    if is_path(text) && matches!(next, Some(b'<')) {
        return true;
    }
    if text.starts_with(b"$") && text.ends_with(b"-") && next == Some(b'>') {
        return true;
    }
    if Class::DIGIT.any(text) || !is_path(text) {
        return false;
    }
    let key = window.slice(assignment.start, assignment.end);
    let name = key.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    text.eq_ignore_ascii_case(name)
        || has_known_root(text)
        || (is_compound(text) && names_a_secret(window, text))
}

fn names_a_secret(window: &Window<'_>, text: &[u8]) -> bool {
    window.rules.keys.kind_of(text).is_some_and(|kind| kind != KeyKind::Weak)
}

/// Names joined by `.`, `::` or `_`.
fn is_path(text: &[u8]) -> bool {
    let starts = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'));
    starts && text.iter().all(|byte| Class::WORD.has(*byte) || matches!(byte, b'.' | b':' | b'$'))
}

/// More than one word: `user_password`, `userPassword`, `user.password`.
fn is_compound(text: &[u8]) -> bool {
    let hump = text
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    hump || text.iter().any(|byte| matches!(byte, b'.' | b'_' | b':'))
}

/// Names that source reads settings and input from.
fn has_known_root(text: &[u8]) -> bool {
    #[rustfmt::skip]
    const ROOTS: &[&str] = &[
        "self", "this", "process", "os", "config", "settings", "env", "req", "request", "res", "response",
        "ctx", "context", "params", "options", "opts", "args", "props", "state", "import", "System", "Deno",
        "Rails", "app", "window", "document", "event", "body", "data", "user", "kwargs", "session", "secrets",
        "vars", "local", "module", "var",
    ];
    let root = text.split(|byte| matches!(byte, b'.' | b':')).next().unwrap_or_default();
    root.len() < text.len() && is_one_of(root, ROOTS)
}

fn is_one_of(text: &[u8], list: &[&str]) -> bool {
    list.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

//! Signed links and other secrets in the query of a URL: signatures, SAS tokens, codes, tickets.
//!
//! A parameter counts only behind `?`, `&` or `#` (also escaped), so that `code=500` in a message stays.

use crate::bytes::{Class, starts_folded};
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::value;
use crate::window::{Sink, Window};

const SIGNED_LINK: &str = "signed-link";
/// The longest value that is looked at; a longer one goes to its end.
const LONGEST_VALUE: usize = 1024;
/// How far around a shared access signature its expiry and rights are looked for.
const SAS_REACH: usize = 400;

pub(crate) const FAMILY: Family = Family {
    rules: &[Rule::exact(SIGNED_LINK, "signatures, credentials, codes and tokens in the query of a URL")],
    anchors: &[
        Anchor::folded("x-amz-", vendor),
        Anchor::folded("x-goog-", vendor),
        Anchor::folded("sig=", signature),
        Anchor::folded("sig%3d", signature),
        Anchor::folded("signature=", signature),
        Anchor::folded("signature%3d", signature),
        Anchor::folded("token=", token),
        Anchor::folded("token%3d", token),
        Anchor::folded("code=", code),
        Anchor::folded("code%3d", code),
        Anchor::folded("ticket=", token),
        Anchor::folded("samlresponse=", token),
        Anchor::folded("hdnts=", signature),
        Anchor::folded("hdnea=", signature),
    ],
};

/// `X-Amz-Signature`, `X-Amz-Credential`, `X-Amz-Security-Token`, `X-Goog-Signature`, `X-Goog-Credential`.
fn vendor(window: &Window<'_>, sink: &mut Sink<'_>) {
    if is_taken(window, sink) || !in_query(window, window.start) {
        return;
    }
    for name in [b"signature".as_slice(), b"credential", b"security-token"] {
        if starts_folded(window.text, window.end, name)
            && let Some(start) = after_equals(window, window.end + name.len())
        {
            take(window, sink, start, 1);
            return;
        }
    }
}

fn signature(window: &Window<'_>, sink: &mut Sink<'_>) {
    let begins = !is_taken(window, sink) && in_query(window, window.start);
    if begins && take(window, sink, window.end, 16) >= 30 {
        shared_access(window, sink);
    }
}

/// `token=`, also as the end of `access_token=` and its kin.
fn token(window: &Window<'_>, sink: &mut Sink<'_>) {
    let start = window.run_back(Class::SLUG, window.start, 24);
    let start = crate::bytes::after_escape(window.text, start, window.start);
    if !is_taken(window, sink) && in_query(window, start) {
        take(window, sink, window.end, 8);
    }
}

/// The code of an authorisation; words such as `ERR_NOT_FOUND` or numbers are no such code.
fn code(window: &Window<'_>, sink: &mut Sink<'_>) {
    if is_taken(window, sink) || !in_query(window, window.start) {
        return;
    }
    let value = window.slice(window.end, value_end(window, window.end));
    let letters = Class::LETTER.any(value);
    let mixed = Class::DIGIT.any(value) || (Class::UPPER.any(value) && Class::LOWER.any(value));
    if letters && mixed {
        take(window, sink, window.end, 8);
    }
}

/// In a query with a long `sig`, the expiry and the rights that it signs.
fn shared_access(window: &Window<'_>, sink: &mut Sink<'_>) {
    let start = window.run_back(Class::ENVIRONMENT, window.start, SAS_REACH);
    let end = window.run(Class::ENVIRONMENT, window.end, SAS_REACH);
    let query = window.slice(start, end);
    if memchr::memmem::find(query, b"sv=").is_none() {
        return;
    }
    for name in [b"se=".as_slice(), b"sp="] {
        for place in memchr::memmem::find_iter(query, name) {
            if in_query(window, start + place) {
                take(window, sink, start + place + name.len(), 1);
            }
        }
    }
}

/// Whether the anchor lies in a value that was already taken.
fn is_taken(window: &Window<'_>, sink: &Sink<'_>) -> bool {
    sink.base + window.start < sink.memory.link
}

/// Whether a parameter starts at `at`.
fn in_query(window: &Window<'_>, at: usize) -> bool {
    match window.before(at) {
        Some(b'?' | b'&' | b'#') => true,
        Some(b';') => window.slice(0, at).ends_with(b"&amp;"),
        Some(_) => [b"%3f".as_slice(), b"%26", b"%23", b"\\u0026"].iter().any(|escape| {
            at.checked_sub(escape.len()).is_some_and(|start| starts_folded(window.text, start, escape))
        }),
        None => false,
    }
}

fn after_equals(window: &Window<'_>, at: usize) -> Option<usize> {
    if window.byte(at) == Some(b'=') {
        return Some(at + 1);
    }
    starts_folded(window.text, at, b"%3d").then_some(at + 3)
}

/// Where a parameter's value ends: percent escapes belong to it, but for an escaped `&` and quotes.
fn value_end(window: &Window<'_>, start: usize) -> usize {
    let limit = start + LONGEST_VALUE;
    let mut at = start;
    while at < limit {
        at = window.run(Class::QUERY, at, limit - at);
        let ends = [b"%26".as_slice(), b"%22", b"%27", b"%20"];
        let escape = window.byte(at) == Some(b'%') && at < limit;
        if !escape || ends.iter().any(|code| starts_folded(window.text, at, code)) {
            return at;
        }
        at += 1;
    }
    limit
}

/// Takes a value of at least this length; returns its length.
fn take(window: &Window<'_>, sink: &mut Sink<'_>, start: usize, least: usize) -> usize {
    let end = value_end(window, start);
    let text = window.slice(start, end);
    if text.len() < least || value::is_placeholder(text) || value::is_public(text) {
        return 0;
    }
    let tail = if end - start >= LONGEST_VALUE { Tail::While(Class::CREDENTIAL) } else { Tail::Closed };
    sink.take(window, SIGNED_LINK, start, end, tail);
    sink.memory.link = sink.memory.link.max(sink.base + end);
    end - start
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn secrets_in_queries_go() {
        goes(
            "signed-link",
            &[
                (
                    "https://b.s3.amazonaws.com/k?X-Amz-Credential=A%2F2026%2Fs3&X-Amz-Date=20260101T000000Z&X-Amz-Signature=0123456789abcdef",
                    "https://b.s3.amazonaws.com/k?X-Amz-Credential=[redacted:signed-link]&X-Amz-Date=20260101T000000Z&X-Amz-Signature=[redacted:signed-link]",
                ),
                (
                    "https://storage.googleapis.com/b/k?x-goog-signature=0123456789abcdef#top",
                    "https://storage.googleapis.com/b/k?x-goog-signature=[redacted:signed-link]#top",
                ),
                (
                    "https://a.blob.core.windows.net/c?sv=2024-01-01&se=2026-01-01T00%3A00Z&sp=rl&sig=Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789%2Bab%3D",
                    "https://a.blob.core.windows.net/c?sv=2024-01-01&se=[redacted:signed-link]&sp=[redacted:signed-link]&sig=[redacted:signed-link]",
                ),
                ("/cb?code=Ab3dEf6hIj9k&state=x", "/cb?code=[redacted:signed-link]&state=x"),
                ("/x?a=1&access_token=Ab3dEf6hIj9k'", "/x?a=1&access_token=[redacted:signed-link]'"),
                ("/x#access_token=Ab3dEf6hIj9k", "/x#access_token=[redacted:signed-link]"),
                (
                    "u=https%3A%2F%2Fh%2Fp%3Fa%3D1%26sig%3DAb3dEf6hIj9kLmOp%26b%3D2",
                    "u=https%3A%2F%2Fh%2Fp%3Fa%3D1%26sig%3D[redacted:signed-link]%26b%3D2",
                ),
                (
                    r"/x?a=1\u0026token=Ab3dEf6hIj9k\u0026b=2",
                    r"/x?a=1\u0026token=[redacted:signed-link]\u0026b=2",
                ),
                ("/x?a=1&amp;token=Ab3dEf6hIj9k&amp;b=2", "/x?a=1&amp;token=[redacted:signed-link]&amp;b=2"),
            ],
        );
    }

    #[test]
    fn other_parameters_stay() {
        stays(&[
            "exited with code=500",
            "/x?code=404",
            "/x?error=1&code=ERR_NOT_FOUND",
            "/x?code=invalid_request",
            "?v=0123456789abcdef&t=1700000000000",
            "/x?page_token=&next=2",
            "design=sig=abc",
            "?sv=1&se=2&sp=3",
        ]);
    }
}

//! Passwords in the user part of URLs and connection strings. User and host stay: they say which database it was.
//!
//! Plain, JSON-escaped (`:\/\/`) and percent-encoded (`%3A%2F%2F`) forms are read.

use std::ops::Range;

use crate::bytes::{Class, starts_folded};
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::value;
use crate::window::{Sink, Window};

const PASSWORD: &str = "url-password";
const SENTRY_DSN: &str = "sentry-dsn";

/// The longest user part.
const LONGEST: usize = 1024;
/// How far past the first `/` a password of a database URL may go on.
const LONGEST_UNESCAPED: usize = 256;

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact(SENTRY_DSN, "the secret half of a Sentry DSN; the public half stays"),
        Rule::generic(PASSWORD, "passwords and tokens in the user part of URLs and connection strings"),
    ],
    anchors: &[
        Anchor::exact("://", plain),
        Anchor::exact(r":\/\/", plain),
        Anchor::folded("%3a%2f%2f", encoded),
    ],
};

fn plain(window: &Window<'_>, sink: &mut Sink<'_>) {
    let start = window.end;
    let end = window.run(Class::AUTHORITY, start, LONGEST);
    let authority = window.slice(start, end);
    match memchr::memrchr(b'@', authority) {
        Some(at) => judge(window, sink, start..start + at, end, b":"),
        None => unescaped(window, sink, start, end),
    }
}

/// Database passwords are often written without escaping `/`, `?` and `#`: the last `@` of the word ends the user part
/// then, if what came before it cannot be a host and a port.
fn unescaped(window: &Window<'_>, sink: &mut Sink<'_>, start: usize, end: usize) {
    let Some(colon) = memchr::memchr(b':', window.slice(start, end)) else { return };
    let port = window.slice(start + colon + 1, end);
    if Class::DIGIT.all(port) || is_web(window) {
        return;
    }
    let word = window.run(Class::ENVIRONMENT, end, LONGEST_UNESCAPED);
    if let Some(at) = memchr::memrchr(b'@', window.slice(end, word)) {
        judge(window, sink, start..end + at, word, b":");
    }
}

fn is_web(window: &Window<'_>) -> bool {
    let start = window.run_back(Class::SCHEME, window.start, 16);
    let scheme = window.slice(start, window.start);
    [b"http".as_slice(), b"https", b"ws", b"wss", b"file", b"webpack", b"webpack-internal", b"app"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web))
}

fn encoded(window: &Window<'_>, sink: &mut Sink<'_>) {
    let start = window.end;
    let mut at = start;
    let mut stop = None;
    while at < start + LONGEST {
        at = window.run(Class::HOST, at, LONGEST);
        match window.byte(at) {
            Some(b'%') if starts_folded(window.text, at, b"%40") => {
                stop = Some(at);
                at += 3;
            }
            Some(b'%') if ends_authority(window, at) => break,
            Some(b'_' | b'~' | b'!' | b'*' | b'%') => at += 1,
            _ => break,
        }
    }
    if let Some(stop) = stop {
        judge(window, sink, start..stop, at, b"%3A");
    }
}

fn ends_authority(window: &Window<'_>, at: usize) -> bool {
    [b"%2F".as_slice(), b"%3F", b"%23", b"%20", b"%22", b"%26"]
        .iter()
        .any(|code| starts_folded(window.text, at, code))
}

/// The user part without its `@`, in an authority that ends at `authority_end`.
fn judge(
    window: &Window<'_>,
    sink: &mut Sink<'_>,
    user_part: Range<usize>,
    authority_end: usize,
    colon: &[u8],
) {
    let Range { start, end } = user_part;
    // A mark may have joined what blanks parted before.
    if window.rules.marks.overlap(window.text, start, authority_end) {
        return;
    }
    let split = (start..end).find(|at| starts_folded(window.text, *at, colon));
    let user_end = split.unwrap_or(end);
    if value::is_random(window.slice(start, user_end)) && !is_public_key(window.slice(start, user_end)) {
        sink.take(window, PASSWORD, start, user_end, Tail::Closed);
    }
    let Some(place) = split else { return };
    let password = place + colon.len();
    if value::is_placeholder(window.slice(password, end)) {
        return;
    }
    let dsn = is_public_key(window.slice(start, user_end)) && is_public_key(window.slice(password, end));
    sink.take(window, if dsn { SENTRY_DSN } else { PASSWORD }, password, end, Tail::Closed);
}

/// The halves of a Sentry DSN are 32 hexadecimal digits.
fn is_public_key(user: &[u8]) -> bool {
    user.len() == 32 && Class::LOWER_HEX.all(user)
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn passwords_go_user_and_host_stay() {
        goes(
            "url-password",
            &[
                (
                    "postgres://app:hunter2@db.internal:5432/prod",
                    "postgres://app:[redacted:url-password]@db.internal:5432/prod",
                ),
                ("redis://:hunter2@cache:6379/0", "redis://:[redacted:url-password]@cache:6379/0"),
                (
                    "mongodb+srv://u:p%40ss@c0.mongodb.net/x",
                    "mongodb+srv://u:[redacted:url-password]@c0.mongodb.net/x",
                ),
                (
                    "mongodb://u:pw@h1:27017,h2:27017/x",
                    "mongodb://u:[redacted:url-password]@h1:27017,h2:27017/x",
                ),
                ("postgres://u:p/s?s#w@host/db", "postgres://u:[redacted:url-password]@host/db"),
                ("https://u:p@ss@host/", "https://u:[redacted:url-password]@host/"),
                (r#""https:\/\/u:pw@host\/a""#, r#""https:\/\/u:[redacted:url-password]@host\/a""#),
                (
                    "u=https%3A%2F%2Fme%3Apw%40host%2Fa",
                    "u=https%3A%2F%2Fme%3A[redacted:url-password]%40host%2Fa",
                ),
                (
                    "https://oauth2:tok123@gitlab.com/a/b.git",
                    "https://oauth2:[redacted:url-password]@gitlab.com/a/b.git",
                ),
                ("https://Ab3dEf6hIj9kLmOpRsTuVw@host/a", "https://[redacted:url-password]@host/a"),
            ],
        );
        goes(
            "sentry-dsn",
            &[(
                "https://0123456789abcdef0123456789abcdef:fedcba9876543210fedcba9876543210@sentry.example/1",
                "https://0123456789abcdef0123456789abcdef:[redacted:sentry-dsn]@sentry.example/1",
            )],
        );
    }

    #[test]
    fn urls_without_a_password_stay() {
        stays(&[
            "http://localhost:3000/@vite/client",
            "https://example.com:8080/a/@scope/pkg?x=1",
            "ssh://git@github.com/org/repo.git",
            "postgres://app@db.internal/prod",
            "redis://localhost:6379/0",
            "https://0123456789abcdef0123456789abcdef@o1.ingest.example.io/42",
            "postgres://user:$PASSWORD@host/db",
            "postgres://user:${DB_PASSWORD}@host/db",
            "https://user:<password>@host/",
            "https://user:****@host/",
            "onClick@http://localhost:3000/static/app.js:10:5",
            "http://[::1]:3000/",
            "see http://a.b/c and http://d.e/f",
        ]);
    }
}

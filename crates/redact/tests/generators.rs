//! Texts and secrets drawn at random.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use signalbox_redact::{Config, Redactor};

/// The redactor of the default configuration, made once.
pub(crate) fn redactor() -> Redactor {
    static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| Redactor::new(&Config::default()).unwrap());
    REDACTOR.clone()
}

/// A secret, and the part of it that must not be seen.
#[derive(Clone, Debug)]
pub(crate) struct Planted {
    pub(crate) text: String,
    pub(crate) core: String,
}

/// Pieces that wake rules, end values, nest quotes, or break lines: put together they make hard texts.
#[rustfmt::skip]
const FRAGMENTS: &[&str] = &[
    "password", "Password=", "secret", "token", "=", ":", ": ", " = ", "\"", "'", "\\\"", "\\\\\"", "\\",
    "\\n", "\n", "\r\n", " ", ",", ";", "&", "?", "#", "/", "//", "://", "https://", "postgres://", "user",
    "@", "host.example.com", "%40", "%3A%2F%2F", "%3D", "%22", "%26", "hunter2", "abc",
    "Ab3dEf6hIj9kLmOpRsTuVwXyZ0", "0123456789abcdef0123456789abcdef", "Bearer ", "Basic ", "Authorization: ",
    "Cookie: ", "a=b", "sid=1; x=2", "ghp_", "sk-", "sk-ant-", "AKIA", "IOSFODNN7EXAMPLE", "eyJ",
    "eyJhbGciOiJIUzI1NiJ9", ".", "eyJzdWIiOiIx", "[redacted:email]", "[redacted:secret-value]",
    "[redacted:nothing]", "[redacted:", "]", "[", "(", ")", "{", "}", "<", ">", "</", "4111111111111111",
    "4111 1111 1111 1111", "4111", "-", "+", "+1 (415) 555-2671", "+4915112345678", "ada@example.com",
    "git@github.com:org/repo", "react@18.2.0", "?code=", "&sig=", "X-Amz-Signature=", "?token=", "key",
    "api_key", "--token ", "sbx_run_", "-----BEGIN ", "PRIVATE KEY", "RSA PRIVATE KEY-----", "-----END ",
    "-----", "MIIEpAIBAAKCAQEA7bq8Zx9kQ2mT7vB4nR8sL1wpYq5cDfE0Hj3uKt6yGa", "é", "密", "\u{1b}[31m",
    "\u{1b}[0m", "\\u0022", "%20", "%2520", "$VAR", "${X}", "null", "****", "http", "Some(", "==", "=>", "!=",
];

/// A text of dangerous pieces.
pub(crate) fn hard_text(most: usize) -> impl Strategy<Value = String> {
    vec(
        prop_oneof![8 => select(FRAGMENTS).prop_map(str::to_owned), 1 => "[ -~]{1,6}", 1 => "[a-z]{1,9}"],
        0..most,
    )
    .prop_map(|pieces| pieces.concat())
}

/// Ordinary text, without anything that a rule might take.
pub(crate) fn plain_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[a-z]{1,9}",
        1 => "[A-Z][a-z]{2,8}",
        1 => "[0-9]{1,5}",
        1 => select(&["at", "TypeError:", "(app.js:10:5)", "/srv/app/main.rs", "v1.2.3", "—", "naïve", "完了", "<div>", "{}", "a/b"][..])
            .prop_map(str::to_owned),
    ];
    vec((word, select(&[" ", " ", " ", "\n", ", ", "\t"][..])), 0..40)
        .prop_map(|words| words.into_iter().map(|(word, gap)| word + gap).collect())
        .prop_filter("words that rules read", |text: &String| {
            !["pass", "pwd", "secret", "token", "key", "cred", "auth", "cookie"]
                .iter()
                .any(|word| text.contains(word))
        })
}

fn drawn(alphabet: &'static str, length: usize) -> impl Strategy<Value = String> {
    vec(select(alphabet.chars().collect::<Vec<char>>()), length)
        .prop_map(|letters| letters.into_iter().collect::<String>())
        .prop_filter("varied enough to be a secret", |body: &String| {
            let mut different: Vec<char> = body.chars().collect();
            different.sort_unstable();
            different.dedup();
            different.len() >= 6.min(body.len())
                && body.contains(|sign: char| sign.is_ascii_digit())
                && body.contains(char::is_alphabetic)
        })
}

const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";

fn prefixed() -> impl Strategy<Value = Planted> {
    let kinds: Vec<(&'static str, &'static str, usize)> = vec![
        ("ghp_", BASE62, 36),
        ("ghs_", BASE62, 36),
        ("github_pat_", BASE62, 82),
        ("glpat-", BASE62, 20),
        ("xoxb-1234-", BASE62, 24),
        ("sk_live_", BASE62, 24),
        ("sk-ant-api03-", BASE62, 80),
        ("sk-proj-", BASE62, 60),
        ("AIza", BASE62, 35),
        ("npm_", BASE62, 36),
        ("phx_", BASE62, 43),
        ("sntryu_", HEX, 64),
        ("sbx_runner_", BASE62, 32),
        ("hvs.", BASE62, 24),
        ("SG.", BASE62, 60),
        ("dapi", HEX, 32),
    ];
    select(kinds).prop_flat_map(|(prefix, alphabet, length)| {
        drawn(alphabet, length).prop_map(move |core| Planted { text: format!("{prefix}{core}"), core })
    })
}

fn named() -> impl Strategy<Value = Planted> {
    let shapes: Vec<(&'static str, &'static str)> = vec![
        ("password=", " "),
        ("DB_PASSWORD=", "\n"),
        ("\"api_key\": \"", "\""),
        ("{\\\"clientSecret\\\":\\\"", "\\\"}"),
        ("x-auth-token: ", "\r\n"),
        ("--password ", " "),
        ("postgres://app:", "@db.internal/prod"),
        ("Authorization: Bearer ", "\n"),
        ("Cookie: sid=", "; a=b\n"),
        ("https://h.example/p?a=1&X-Amz-Signature=", "&b=2"),
        ("<password>", "</password>"),
        ("user%5Bpassword%5D=", "&x=1"),
    ];
    (select(shapes), drawn(BASE62, 20))
        .prop_map(|((before, after), core)| Planted { text: format!("{before}{core}{after}"), core })
}

fn personal() -> impl Strategy<Value = Planted> {
    let mail = ("[a-z]{3,9}\\.[a-z]{3,9}", "[a-z]{4,9}\\.(com|org|de|co\\.uk)").prop_map(|(name, host)| {
        let core = format!("{name}@{host}");
        Planted { text: core.clone(), core }
    });
    let card = (vec(0u32..10, 14), any::<bool>()).prop_map(|(digits, grouped)| {
        let mut number: Vec<u32> = [4].into_iter().chain(digits).collect();
        let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
        let sum: u32 = number
            .iter()
            .enumerate()
            .map(|(place, digit)| if place % 2 == 0 { doubled(*digit) } else { *digit })
            .sum();
        number.push((10 - sum % 10) % 10);
        let text: Vec<String> = number.iter().map(u32::to_string).collect();
        let core = if grouped {
            text.chunks(4).map(<[String]>::concat).collect::<Vec<_>>().join(" ")
        } else {
            text.concat()
        };
        Planted { text: core.clone(), core }
    });
    prop_oneof![mail, card]
}

fn key_block() -> impl Strategy<Value = Planted> {
    (
        vec(drawn(BASE62, 64), 4..30),
        select(&["\n", "\\n", "\r\n"][..]),
        select(&["", "RSA ", "EC ", "OPENSSH "][..]),
    )
        .prop_map(|(lines, gap, label)| {
            let core = lines.get(1).cloned().unwrap_or_default();
            let body = lines.join(gap);
            Planted {
                text: format!(
                    "-----BEGIN {label}PRIVATE KEY-----{gap}{body}{gap}-----END {label}PRIVATE KEY-----"
                ),
                core,
            }
        })
}

/// Any secret of the built-in rules.
pub(crate) fn secret() -> impl Strategy<Value = Planted> {
    prop_oneof![4 => prefixed(), 4 => named(), 2 => personal(), 1 => key_block()]
}

/// What may stand beside a secret.
pub(crate) fn glue() -> impl Strategy<Value = &'static str> {
    select(&[" ", "\n", "\"", "(", ")", "\\n", " | ", "\t", "\u{1b}[32m", "<", "密 "][..])
}

/// Lengths of pieces to cut a text into.
pub(crate) fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![vec(1usize..4, 1..8), vec(1usize..40, 1..8), vec(1usize..5000, 1..4)]
}

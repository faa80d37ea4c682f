//! Whether a key names a secret: `DB_PASSWORD`, `apiKey`, `x-auth-token` do; `token_count`, `author`, `max_tokens` do not.
//!
//! A key is split into words at `_`, `-`, `.`, spaces and humps of camel case; what counts is its head, the last word
//! that is no mere addition (`_hash`, `_value`, `_2`, `_prod`). Called for `key=value` in text and for keys of JSON.

use std::collections::BTreeSet;

use words::{
    ADDITIONS, FEW_ADDITIONS, HARMLESS_TOKENS, KEY_QUALIFIERS, PASS_QUALIFIERS, PASSWORDS, QUESTIONS,
    SECRETS, TOKENS,
};

#[rustfmt::skip] // lists read better as lists
mod words;

/// What a key says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// `Authorization` and its kin: a scheme and a credential.
    Authorization,
    /// `Cookie`, `Set-Cookie`.
    Cookie,
    /// A secret that a person chose: anything may be one.
    Password,
    /// A token: also a word of parsers and of language models, so its value is looked at.
    Token,
    /// Another generated secret.
    Secret,
    /// A key that may hold a secret: its value goes if it looks random.
    Weak,
    /// A key that the configuration lists.
    Custom,
}

/// The keys of one's own, and the question.
#[derive(Debug, Default)]
pub(crate) struct KeyNames {
    custom: BTreeSet<String>,
}

/// The longest key that is looked at.
pub(crate) const LONGEST_KEY: usize = 128;
const MOST_WORDS: usize = 12;

impl KeyNames {
    pub(crate) fn new<'k>(custom: impl IntoIterator<Item = &'k str>) -> KeyNames {
        KeyNames { custom: custom.into_iter().map(|key| folded(key.as_bytes())).collect() }
    }

    pub(crate) fn kind_of(&self, key: &[u8]) -> Option<KeyKind> {
        if key.is_empty() || key.len() > LONGEST_KEY || !is_name(key) {
            return None;
        }
        if !self.custom.is_empty() && self.custom.contains(&folded(key)) {
            return Some(KeyKind::Custom);
        }
        kind_of_words(Words::of(key).as_slice())
    }
}

/// Whether a key of JSON is a name, and no sentence.
fn is_name(key: &[u8]) -> bool {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.$ :/@[]".contains(byte);
    key.iter().all(belongs) && key.iter().filter(|byte| **byte == b' ').count() <= 3
}

/// A key without case and separators.
pub(crate) fn folded(key: &[u8]) -> String {
    key.iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// The words of a key.
struct Words<'k> {
    list: [&'k [u8]; MOST_WORDS],
    count: usize,
}

impl<'k> Words<'k> {
    /// Keys of more words keep their last ones.
    fn of(key: &'k [u8]) -> Words<'k> {
        let mut words = Words { list: [&[]; MOST_WORDS], count: 0 };
        for part in key.split(|byte| !byte.is_ascii_alphanumeric()) {
            let mut start = 0;
            for at in 1..part.len() {
                if is_hump(part, at) {
                    words.push(part.get(start..at).unwrap_or_default());
                    start = at;
                }
            }
            words.push(part.get(start..).unwrap_or_default());
        }
        words
    }

    fn push(&mut self, word: &'k [u8]) {
        if word.is_empty() {
            return;
        }
        if self.count == MOST_WORDS {
            self.list.rotate_left(1);
            self.count -= 1;
        }
        self.list[self.count] = word;
        self.count += 1;
    }

    fn as_slice(&self) -> &[&'k [u8]] {
        self.list.get(..self.count).unwrap_or_default()
    }
}

/// Whether a word of camel case starts at `at`: `apiKey`, `APIKey`.
fn is_hump(part: &[u8], at: usize) -> bool {
    let (Some(before), Some(here)) = (part.get(at - 1), part.get(at)) else { return false };
    let ends_capitals = before.is_ascii_uppercase() && part.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    here.is_ascii_uppercase() && (!before.is_ascii_uppercase() || ends_capitals)
}

fn kind_of_words(words: &[&[u8]]) -> Option<KeyKind> {
    let (first, _) = words.split_first()?;
    if words.len() > 1 && is_one_of(first, QUESTIONS) {
        return None;
    }
    let mut rest = words;
    let mut additions = 0;
    while let Some((head, before)) = rest.split_last() {
        if let Some(kind) = kind_of_head(head, before) {
            let strict =
                matches!(kind, KeyKind::Token | KeyKind::Cookie | KeyKind::Weak | KeyKind::Authorization);
            let dropped = rest.len()..words.len();
            let few = words.get(dropped).unwrap_or_default().iter().all(|word| is_few_addition(word));
            return (!strict || additions == 0 || few).then_some(kind);
        }
        let addition = is_one_of(head, ADDITIONS) || is_few_addition(head);
        if !addition || before.is_empty() {
            return None;
        }
        additions += 1;
        rest = before;
    }
    None
}

fn is_few_addition(word: &[u8]) -> bool {
    is_one_of(word, FEW_ADDITIONS) || word.iter().all(u8::is_ascii_digit)
}

fn kind_of_head(head: &[u8], before: &[&[u8]]) -> Option<KeyKind> {
    let qualifier = before.last().copied().unwrap_or_default();
    let head = without_number(head);
    if is_one_of(head, &["authorization"]) {
        return Some(KeyKind::Authorization);
    }
    if is_one_of(head, &["cookie", "cookies", "setcookie"]) {
        return Some(KeyKind::Cookie);
    }
    if is_one_of(head, PASSWORDS) || ends_with(head, &["password", "passwd", "passphrase"]) {
        return Some(KeyKind::Password);
    }
    if is_one_of(head, &["pass"]) {
        return is_one_of(qualifier, PASS_QUALIFIERS).then_some(KeyKind::Password);
    }
    if is_card(head, before) {
        return Some(KeyKind::Password);
    }
    if is_one_of(head, SECRETS)
        || ends_with(head, &["secret", "apikey", "privatekey", "secretkey", "accesskey"])
    {
        return Some(KeyKind::Secret);
    }
    if is_one_of(head, TOKENS) || ends_with(head, &["authtoken", "accesstoken", "apitoken", "refreshtoken"]) {
        return (!is_one_of(qualifier, HARMLESS_TOKENS)).then_some(KeyKind::Token);
    }
    if is_one_of(head, &["tokens"]) {
        let secret =
            is_one_of(qualifier, &["access", "refresh", "auth", "api", "bearer", "session", "device"]);
        return secret.then_some(KeyKind::Token);
    }
    if is_one_of(head, &["key", "keys"]) {
        return key_kind(qualifier);
    }
    is_one_of(head, &["auth", "signature", "sig", "hmac", "salt", "bearer"]).then_some(KeyKind::Weak)
}

/// `password2` is a `password`.
fn without_number(head: &[u8]) -> &[u8] {
    let digits = head.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    head.get(..head.len() - digits).unwrap_or_default()
}

fn key_kind(qualifier: &[u8]) -> Option<KeyKind> {
    if is_one_of(qualifier, KEY_QUALIFIERS) {
        return Some(KeyKind::Secret);
    }
    let public = &[
        "public",
        "publishable",
        "primary",
        "foreign",
        "partition",
        "sort",
        "cache",
        "idempotency",
        "row",
        "object",
        "message",
        "group",
        "react",
        "storage",
        "query",
        "dedup",
        "dedupe",
        "routing",
        "translation",
        "site",
    ];
    (!is_one_of(qualifier, public)).then_some(KeyKind::Weak)
}

fn is_card(head: &[u8], before: &[&[u8]]) -> bool {
    let qualifier = before.last().copied().unwrap_or_default();
    is_one_of(head, &["cardnumber", "ccnumber"])
        || (is_one_of(head, &["number"]) && is_one_of(qualifier, &["card", "cc", "security"]))
}

fn is_one_of(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// Words run together: `dbpassword`, `stripesecret`.
fn ends_with(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| {
        word.len()
            .checked_sub(known.len())
            .and_then(|start| word.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(known.as_bytes()))
    })
}

#[cfg(test)]
mod tests;

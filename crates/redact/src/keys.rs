//! Whether a key names a secret: `DB_PASSWORD`, `apiKey`, `x-auth-token` do; `token_count`, `author`, `max_tokens` do not.
//!
//! A key is split into words at `_`, `-`, `.`, spaces and humps of camel case; what counts is its head, the last word
//! that is no mere addition (`_hash`, `_value`, `_2`, `_prod`). Called for `key=value` in text and for keys of JSON.

use std::collections::BTreeSet;

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

/// Additions that leave the meaning of what stands before them.
const ADDITIONS: &[&str] = &[
    "hash",
    "hashed",
    "digest",
    "value",
    "val",
    "raw",
    "plain",
    "plaintext",
    "string",
    "confirmation",
    "confirm",
    "repeat",
    "again",
    "old",
    "new",
    "current",
    "encrypted",
    "enc",
    "b64",
    "base64",
    "header",
    "data",
    "env",
    "prod",
    "production",
    "dev",
    "development",
    "staging",
    "stage",
    "local",
    "live",
    "default",
    "primary",
    "secondary",
    "backup",
    "input",
    "field",
    "param",
];

/// The additions that also leave the meaning of `token` and `cookie`, which have many other uses.
const FEW_ADDITIONS: &[&str] =
    &["hash", "value", "header", "env", "prod", "production", "dev", "staging", "secret", "encrypted"];

const PASSWORDS: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "userpass",
    "dbpass",
    "cvv",
    "cvc",
    "ssn",
];

const SECRETS: &[&str] = &[
    "secret",
    "secrets",
    "credential",
    "credentials",
    "creds",
    "apikey",
    "apikeys",
    "privatekey",
    "secretkey",
    "accesskey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "accountkey",
    "sharedaccesskey",
    "sharedkey",
    "servicekey",
    "sessionkey",
    "licensekey",
    "apisecret",
    "appsecret",
    "clientsecret",
    "webhooksecret",
    "sharedsecret",
    "jwtsecret",
    "connectionstring",
    "phpsessid",
    "jsessionid",
];

const TOKENS: &[&str] = &[
    "token",
    "authtoken",
    "accesstoken",
    "refreshtoken",
    "apitoken",
    "sessiontoken",
    "idtoken",
    "csrftoken",
    "xsrftoken",
    "bearertoken",
    "usertoken",
    "bottoken",
    "jwt",
    "xoxb",
    "csrfmiddlewaretoken",
];

/// What makes a `key` a secret one.
const KEY_QUALIFIERS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "signing",
    "sign",
    "encryption",
    "encrypt",
    "decryption",
    "auth",
    "authentication",
    "master",
    "session",
    "service",
    "account",
    "shared",
    "license",
    "webhook",
    "hmac",
    "aes",
    "rsa",
    "jwt",
    "root",
    "admin",
    "subscription",
    "ssh",
    "deploy",
    "app",
    "application",
    "integration",
    "secretaccess",
];

/// What makes a `pass` a password.
const PASS_QUALIFIERS: &[&str] = &[
    "db",
    "database",
    "user",
    "smtp",
    "mysql",
    "pg",
    "postgres",
    "redis",
    "admin",
    "root",
    "mail",
    "email",
    "ftp",
    "ssh",
    "http",
    "auth",
    "login",
    "proxy",
    "sudo",
    "rabbitmq",
    "mongo",
    "account",
    "keystore",
    "truststore",
    "key",
    "store",
    "rds",
];

/// Tokens that are no secrets: of parsers, of language models, of pages.
const HARMLESS_TOKENS: &[&str] = &[
    "next",
    "page",
    "continuation",
    "continue",
    "sync",
    "cancel",
    "cancellation",
    "unexpected",
    "current",
    "last",
    "prev",
    "previous",
    "start",
    "end",
    "first",
    "parse",
    "parser",
    "lexer",
    "syntax",
    "eof",
    "bad",
    "reserved",
    "css",
    "peek",
    "lookahead",
    "unknown",
    "illegal",
    "expected",
    "missing",
    "skip",
    "cursor",
    "pagination",
    "unk",
    "pad",
    "bos",
    "eos",
    "mask",
    "sep",
    "cls",
    "special",
    "max",
    "min",
    "per",
    "stop",
    "input",
    "output",
];

/// First words of questions and settings about a secret, whose values are no secrets.
const QUESTIONS: &[&str] = &[
    "is",
    "has",
    "show",
    "hide",
    "require",
    "requires",
    "required",
    "enable",
    "enabled",
    "disable",
    "allow",
    "allows",
    "needs",
    "no",
    "toggle",
    "can",
    "should",
    "must",
    "public",
    "publishable",
    "num",
    "count",
    "min",
    "max",
    "total",
];

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
mod tests {
    use super::{KeyKind, KeyNames};

    fn check(kind: Option<KeyKind>, keys: &[&str]) {
        let names = KeyNames::new(["internal_number"]);
        for key in keys {
            assert_eq!(names.kind_of(key.as_bytes()), kind, "{key}");
        }
    }

    #[test]
    fn passwords() {
        check(
            Some(KeyKind::Password),
            &[
                "password",
                "Password",
                "DB_PASSWORD",
                "db.password",
                "userPassword",
                "password2",
                "password_hash",
                "passwd",
                "pwd",
                "smtp_pass",
                "dbpassword",
                "PGPASSWORD",
                "DB_PASSWORD_PROD",
                "card_number",
                "cvv",
                "passwordConfirmation",
                "spring.datasource.password",
                "--password",
                "SSH_PASSPHRASE",
                "reset_password",
            ],
        );
    }

    #[test]
    fn secrets_and_tokens() {
        check(
            Some(KeyKind::Secret),
            &[
                "secret",
                "client_secret",
                "clientSecret",
                "CLIENT-SECRET",
                "api_key",
                "apiKey",
                "apikey",
                "X-Api-Key",
                "APIKey",
                "private_key",
                "privateKey",
                "secret_access_key",
                "aws_secret_access_key",
                "stripeSecretKey",
                "credentials",
                "SecretString",
                "AccountKey",
                "secret_key_base64",
                "JWT_SECRET_KEY",
            ],
        );
        check(
            Some(KeyKind::Token),
            &[
                "token",
                "access_token",
                "accessToken",
                "authToken",
                "_authToken",
                "csrf_token",
                "x-auth-token",
                "GITHUB_TOKEN",
                "refresh_tokens",
                "__RequestVerificationToken",
                "TOKEN_PROD",
                "id_token",
                "jwt",
            ],
        );
    }

    #[test]
    fn headers_weak_and_custom() {
        check(Some(KeyKind::Authorization), &["Authorization", "proxy-authorization", "HTTP_AUTHORIZATION"]);
        check(Some(KeyKind::Cookie), &["cookie", "Set-Cookie", "HTTP_COOKIE", "setCookie", "cookies"]);
        check(Some(KeyKind::Weak), &["key", "auth", "signature", "fooKey", "_auth", "salt"]);
        check(
            Some(KeyKind::Custom),
            &["internal_number", "InternalNumber", "internal-number", "INTERNALNUMBER"],
        );
    }

    #[test]
    fn other_keys() {
        check(
            None,
            &[
                "token_count",
                "max_tokens",
                "maxTokens",
                "tokens",
                "prompt_tokens",
                "author",
                "authority",
                "oauth_state",
                "tokenizer",
                "secretary",
                "passwordless",
                "password_reset_url",
                "has_password",
                "isSecret",
                "token_type",
                "next_page_token",
                "pageToken",
                "eos_token",
                "public_key",
                "publicKey",
                "primary_key",
                "groupKey",
                "keyboard",
                "monkey",
                "cookie_consent",
                "secret_name",
                "password_length",
                "token.length",
                "TokenService.java",
                "password.rb",
                "session_id",
                "$session_id",
                "distinct_id",
                "bypass",
                "tests_pass",
                "compass",
                "hash",
                "value",
                "idempotency_key",
                "secrets_manager",
                "authored_by",
                "credentials_count",
                "client_secret_expires_at",
                "token_endpoint",
                "passenger",
                "key_id",
                "keys_total",
            ],
        );
    }
}

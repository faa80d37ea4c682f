//! The words that keys are made of: which name secrets, which merely go along, which mean something else.
//!
//! Read by `keys` only. Small letters; compared whatever the case.

/// Additions that leave the meaning of what stands before them.
pub(super) const ADDITIONS: &[&str] = &[
    "hash", "hashed", "digest", "value", "val", "raw", "plain", "plaintext", "string", "confirmation",
    "confirm", "repeat", "again", "old", "new", "current", "encrypted", "enc", "b64", "base64", "header",
    "data", "env", "prod", "production", "dev", "development", "staging", "stage", "local", "live", "default",
    "primary", "secondary", "backup", "input", "field", "param",
];

/// The additions that also leave the meaning of `token` and `cookie`, which have many other uses.
pub(super) const FEW_ADDITIONS: &[&str] = &[
    "hash", "value", "header", "env", "prod", "production", "dev", "staging", "secret", "encrypted",
];

pub(super) const PASSWORDS: &[&str] = &[
    "password", "passwords", "passwd", "pwd", "passphrase", "passcode", "userpass", "dbpass", "cvv", "cvc",
    "ssn",
];

pub(super) const SECRETS: &[&str] = &[
    "secret", "secrets", "credential", "credentials", "creds", "apikey", "apikeys", "privatekey", "secretkey",
    "accesskey", "authkey", "signingkey", "encryptionkey", "masterkey", "accountkey", "sharedaccesskey",
    "sharedkey", "servicekey", "sessionkey", "licensekey", "apisecret", "appsecret", "clientsecret",
    "webhooksecret", "sharedsecret", "jwtsecret", "connectionstring", "phpsessid", "jsessionid",
];

pub(super) const TOKENS: &[&str] = &[
    "token", "authtoken", "accesstoken", "refreshtoken", "apitoken", "sessiontoken", "idtoken", "csrftoken",
    "xsrftoken", "bearertoken", "usertoken", "bottoken", "jwt", "xoxb", "csrfmiddlewaretoken",
];

/// What makes a `key` a secret one.
pub(super) const KEY_QUALIFIERS: &[&str] = &[
    "api", "access", "secret", "private", "signing", "sign", "encryption", "encrypt", "decryption", "auth",
    "authentication", "master", "session", "service", "account", "shared", "license", "webhook", "hmac",
    "aes", "rsa", "jwt", "root", "admin", "subscription", "ssh", "deploy", "app", "application",
    "integration", "secretaccess",
];

/// What makes a `pass` a password.
pub(super) const PASS_QUALIFIERS: &[&str] = &[
    "db", "database", "user", "smtp", "mysql", "pg", "postgres", "redis", "admin", "root", "mail", "email",
    "ftp", "ssh", "http", "auth", "login", "proxy", "sudo", "rabbitmq", "mongo", "account", "keystore",
    "truststore", "key", "store", "rds",
];

/// Tokens that are no secrets: of parsers, of language models, of pages.
pub(super) const HARMLESS_TOKENS: &[&str] = &[
    "next", "page", "continuation", "continue", "sync", "cancel", "cancellation", "unexpected", "current",
    "last", "prev", "previous", "start", "end", "first", "parse", "parser", "lexer", "syntax", "eof", "bad",
    "reserved", "css", "peek", "lookahead", "unknown", "illegal", "expected", "missing", "skip", "cursor",
    "pagination", "unk", "pad", "dedup", "bos", "eos", "mask", "sep", "cls", "special", "max", "min", "per",
    "stop", "input", "output",
];

/// First words of questions and settings about a secret, whose values are no secrets.
pub(super) const QUESTIONS: &[&str] = &[
    "is", "has", "show", "hide", "require", "requires", "required", "enable", "enabled", "disable", "allow",
    "allows", "needs", "no", "toggle", "can", "should", "must", "public", "publishable", "num", "count",
    "min", "max", "total",
];

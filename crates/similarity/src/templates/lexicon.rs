//! The few words whose meaning matters to templates: states, empty values, names that contain a digit.
//!
//! General vocabulary only: nothing here may come from one product, library or data set. Masking depends on it, so a
//! change needs a new `MASK_VERSION`.

const STATES: [&str; 58] = [
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "up",
    "down",
    "in",
    "out",
    "enable",
    "disable",
    "enabled",
    "disabled",
    "enabling",
    "disabling",
    "start",
    "stop",
    "started",
    "stopped",
    "starting",
    "stopping",
    "begin",
    "end",
    "began",
    "ended",
    "beginning",
    "ending",
    "open",
    "close",
    "opened",
    "closed",
    "opening",
    "closing",
    "active",
    "inactive",
    "success",
    "failure",
    "succeeded",
    "failed",
    "online",
    "offline",
    "connected",
    "disconnected",
    "valid",
    "invalid",
    "available",
    "unavailable",
    "allow",
    "deny",
    "allowed",
    "denied",
    "read",
    "write",
    "locked",
    "unlocked",
    "local",
    "remote",
];

const NOTHING: [&str; 9] = ["-", "null", "(null)", "nil", "none", "undefined", "n/a", "nan", "<none>"];

const NAMED_NOUNS: [&str; 6] = ["user", "username", "account", "login", "host", "hostname"];

const NAMES_WITH_DIGITS: [&str; 22] = [
    "ipv4", "ipv6", "ip4", "ip6", "utf8", "utf16", "utf32", "sha1", "sha256", "sha384", "sha512", "md5",
    "http2", "http3", "base64", "base32", "x86", "x64", "amd64", "arm64", "oauth2", "s3",
];

const METHODS: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"];

/// A quoted request (`"GET /cart HTTP/1.1"`) is a sentence with a verb, not a value.
pub(super) fn is_request(quoted: &str) -> bool {
    METHODS.iter().any(|verb| quoted.strip_prefix(verb).is_some_and(|rest| rest.starts_with(' ')))
}

/// A word that says which way things went. Two lines that differ in one are two events.
pub(super) fn is_state(word: &str) -> bool {
    word.len() <= 12 && STATES.iter().any(|state| state.eq_ignore_ascii_case(word))
}

/// A word that stands where a value is missing.
pub(super) fn is_nothing(word: &str) -> bool {
    word.len() <= 9 && NOTHING.iter().any(|nothing| nothing.eq_ignore_ascii_case(word))
}

/// A noun whose next word is the name of one person or machine: `user ada`, `host web`.
pub(super) fn introduces_name(word: &str) -> bool {
    NAMED_NOUNS.iter().any(|noun| noun.eq_ignore_ascii_case(word))
}

/// Names of standards whose digits say what they are.
pub(super) fn is_name_with_digits(piece: &[u8]) -> bool {
    piece.len() <= 6 && NAMES_WITH_DIGITS.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(piece))
}

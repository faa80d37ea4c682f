//! Recognises one variable value at the start of a byte string: numbers, times, addresses, ids.
//!
//! Every recogniser looks at ASCII only, reads each byte a bounded number of times, and answers the length it
//! covers. They must never depend on what stands before the value: the scanner in `mask` owns context.
//! Called by `mask` only.

use super::dates::is_time;

/// What a masked part was. The placeholder is the only trace of it in the masked text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Quantity,
    Time,
    Address,
    Hex,
    Uuid,
    Id,
    Path,
    Url,
    Email,
    Quoted,
}

/// All placeholders, in the order of `Kind`; the mining treats them as variable words.
pub const PLACEHOLDERS: [&str; 11] =
    ["<num>", "<qty>", "<time>", "<addr>", "<hex>", "<uuid>", "<id>", "<path>", "<url>", "<email>", "<str>"];

impl Kind {
    pub(super) fn placeholder(self) -> &'static str {
        PLACEHOLDERS[self as usize]
    }
}

/// The length of a placeholder at the start of `bytes`, if one stands there.
pub(super) fn placeholder_length(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'<') {
        return None;
    }
    PLACEHOLDERS.iter().find(|known| bytes.starts_with(known.as_bytes())).map(|known| known.len())
}

/// A value that fills the whole of `core`, most specific kind first.
pub(super) fn whole(core: &[u8]) -> Option<Kind> {
    if !core.iter().any(u8::is_ascii_digit) {
        return None;
    }
    if is_uuid(core) {
        return Some(Kind::Uuid);
    }
    if is_time(core) {
        return Some(Kind::Time);
    }
    if is_address(core) {
        return Some(Kind::Address);
    }
    if is_hex(core) {
        return Some(Kind::Hex);
    }
    if number_length(core) == core.len() {
        return Some(Kind::Number);
    }
    if is_quantity(core) {
        return Some(Kind::Quantity);
    }
    is_random_id(core).then_some(Kind::Id)
}

/// The length of a number at the start: digits with inner dots or commas, or an exponent. No sign.
pub(super) fn number_length(bytes: &[u8]) -> usize {
    let mut at = digits(bytes);
    if at == 0 {
        return 0;
    }
    while at < bytes.len() && matches!(bytes[at], b'.' | b',' | b'_') {
        let more = digits(&bytes[at + 1..]);
        if more == 0 {
            break;
        }
        at += 1 + more;
    }
    if at < bytes.len() && matches!(bytes[at], b'e' | b'E') {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
        let power = digits(bytes.get(at + 1 + sign..).unwrap_or_default());
        if power > 0 {
            at += 1 + sign + power;
        }
    }
    at
}

/// `0x` and hexadecimal digits; at least six of them with letters and digits mixed in one case; or at least eight
/// letters that are all hexadecimal, which no common word is.
pub(super) fn is_hex(core: &[u8]) -> bool {
    if let Some(rest) = core.strip_prefix(b"0x").or_else(|| core.strip_prefix(b"0X")) {
        return !rest.is_empty() && rest.iter().all(u8::is_ascii_hexdigit);
    }
    let long = core.len() >= 6 && core.iter().all(u8::is_ascii_hexdigit);
    let lower = core.iter().any(u8::is_ascii_lowercase);
    let upper = core.iter().any(u8::is_ascii_uppercase);
    long && lower != upper && (core.len() >= 8 || core.iter().any(u8::is_ascii_digit))
}

/// A token of 16 or more letters and digits that changes between letter and digit too often for a word.
pub(super) fn is_random_id(core: &[u8]) -> bool {
    let plain =
        core.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-'));
    if core.len() < 16 || !plain {
        return false;
    }
    let class = |b: &u8| if b.is_ascii_digit() { 0 } else { 1 + u8::from(b.is_ascii_uppercase()) };
    let changes = core.windows(2).filter(|pair| class(&pair[0]) != class(&pair[1])).count();
    let separators = core.iter().filter(|b| matches!(b, b'_' | b'-' | b'/')).count();
    // Random base64 changes class at about two of three steps; words joined by separators at far fewer.
    changes * 3 >= core.len() && separators * 8 <= core.len()
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn is_uuid(core: &[u8]) -> bool {
    core.len() == 36
        && core.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// IPv4 or IPv6, each with an optional port or prefix length, and hardware addresses.
pub(super) fn is_address(core: &[u8]) -> bool {
    let host = &core[..ipv4_length(core)];
    if !host.is_empty() {
        return match &core[host.len()..] {
            [] => true,
            [b':' | b'/', port @ ..] => !port.is_empty() && port.iter().all(u8::is_ascii_digit),
            _ => false,
        };
    }
    is_hardware_address(core) || is_ipv6(core)
}

fn ipv4_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    for part in 0..4 {
        if part > 0 {
            if bytes.get(at) != Some(&b'.') {
                return 0;
            }
            at += 1;
        }
        let length = digits(&bytes[at..]);
        if !(1..=3).contains(&length) {
            return 0;
        }
        at += length;
    }
    at
}

fn is_ipv6(core: &[u8]) -> bool {
    let colons = core.iter().filter(|b| **b == b':').count();
    let shape = core.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'%'));
    let groups = core.split(|b| *b == b':').all(|group| group.len() <= 4 || group.contains(&b'.'));
    shape && groups && (colons == 7 || ((2..=7).contains(&colons) && core.windows(2).any(|w| w == b"::")))
}

fn is_hardware_address(core: &[u8]) -> bool {
    let separator = if core.contains(&b':') { b':' } else { b'-' };
    let pairs = core.split(|b| *b == separator);
    let all_pairs = pairs.clone().all(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit));
    all_pairs && matches!(pairs.count(), 6 | 8)
}

/// A unit of time or size that may stand a space behind its number.
pub(super) fn is_spaced_unit(word: &[u8]) -> bool {
    const UNITS: [&str; 30] = [
        "ns",
        "us",
        "ms",
        "msec",
        "msecs",
        "s",
        "sec",
        "secs",
        "second",
        "seconds",
        "milliseconds",
        "min",
        "mins",
        "minute",
        "minutes",
        "hour",
        "hours",
        "day",
        "days",
        "b",
        "byte",
        "bytes",
        "kb",
        "kib",
        "mb",
        "mib",
        "gb",
        "gib",
        "tb",
        "tib",
    ];
    word.len() <= 12 && UNITS.iter().any(|unit| unit.as_bytes().eq_ignore_ascii_case(word))
}

/// A number with a unit of time, size, rate or share directly behind it; several may be chained (`1s20ms`).
fn is_quantity(core: &[u8]) -> bool {
    const UNITS: [&str; 36] = [
        "ns", "us", "ms", "s", "sec", "secs", "seconds", "m", "min", "mins", "h", "hr", "hrs", "d", "b", "k",
        "kb", "kib", "mb", "mib", "g", "gb", "gib", "tb", "tib", "bytes", "hz", "khz", "mhz", "ghz", "kbps",
        "mbps", "gbps", "px", "x", "pct",
    ];
    let mut rest = core;
    while !rest.is_empty() {
        let number = number_length(rest);
        if number == 0 {
            return false;
        }
        let unit = rest[number..].iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'%').count();
        let name = &rest[number..number + unit];
        let known = name == b"%" || UNITS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
        if !known {
            return false;
        }
        rest = &rest[number + unit..];
    }
    true
}

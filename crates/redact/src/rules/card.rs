//! Numbers of payment cards: the digits of a known issuer, in one run or in groups, that pass the Luhn check.
//!
//! Must never take ids, time stamps or fractions: the whole run of digits counts, groups must be those printed on
//! cards, and what stands next to them decides. Woken by runs of digits instead of an anchor.

use crate::bytes::Class;
use crate::rules::{Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

pub(crate) const CARD: &str = "card-number";

pub(crate) const FAMILY: Family =
    Family { rules: &[Rule::generic(CARD, "payment card numbers that pass the Luhn check")], anchors: &[] };

/// Digits in a row that are worth a look: the first group of any card.
pub(crate) const SHORTEST_RUN: usize = 4;
/// A longer run is no card.
pub(crate) const LONGEST_RUN: usize = 19;

/// The groups printed on cards.
const LAYOUTS: &[&[usize]] = &[&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];

/// A run of digits starts and ends where the window says.
pub(crate) fn find(window: &Window<'_>, sink: &mut Sink<'_>) {
    if !starts_alone(window) {
        return;
    }
    let run = window.end - window.start;
    if (13..=LONGEST_RUN).contains(&run) {
        if ends_alone(window, window.end, None) && is_card(window.slice(window.start, window.end)) {
            sink.take(window, CARD, window.start, window.end, Tail::Closed);
        }
        return;
    }
    let Some(separator @ (b' ' | b'-' | b'+')) = window.byte(window.end) else { return };
    if separator == b' ' && follows_hexadecimal(window) {
        return;
    }
    for layout in LAYOUTS {
        let Some(end) = layout_end(window, layout, separator) else { continue };
        let digits: Vec<u8> =
            window.slice(window.start, end).iter().copied().filter(u8::is_ascii_digit).collect();
        if ends_alone(window, end, Some(separator)) && is_card(&digits) {
            sink.take(window, CARD, window.start, end, Tail::Closed);
            return;
        }
    }
}

/// Whether the group of four before is hexadecimal: then so are these, in a dump or a table.
fn follows_hexadecimal(window: &Window<'_>) -> bool {
    let Some(start) = window.start.checked_sub(5) else { return false };
    let group = window.slice(start, window.start - 1);
    window.before(window.start) == Some(b' ')
        && Class::HEX.all(group)
        && Class::LETTER.any(group)
        && window.word_starts(start)
}

/// Nothing before the digits that makes them part of a longer number, a fraction, a word or an id.
fn starts_alone(window: &Window<'_>) -> bool {
    let start = window.start;
    if !window.word_starts(start) {
        return false;
    }
    match window.before(start) {
        Some(b'.' | b'-' | b'/' | b'+' | b'$' | b'#') => false,
        Some(b',') => !window.number_before(start - 1),
        _ => true,
    }
}

fn ends_alone(window: &Window<'_>, end: usize, separator: Option<u8>) -> bool {
    let goes_on = window.number_at(end + 1);
    match window.byte(end) {
        Some(b'-') => separator != Some(b'-') && !goes_on,
        Some(b'.' | b',') => !goes_on,
        Some(_) => window.word_ends(end),
        None => true,
    }
}

/// Where the groups of a layout end, if they stand here.
fn layout_end(window: &Window<'_>, layout: &[usize], separator: u8) -> Option<usize> {
    let mut at = window.start;
    for (place, length) in layout.iter().enumerate() {
        if place > 0 {
            at = (window.byte(at) == Some(separator)).then_some(at + 1)?;
        }
        let end = window.run(Class::DIGIT, at, length + 1);
        at = (end - at == *length).then_some(end)?;
    }
    Some(at)
}

fn is_card(digits: &[u8]) -> bool {
    let different = digits.windows(2).any(|pair| matches!(pair, [a, b] if a != b));
    // Registers and round sums are mostly zeros.
    let zeros = digits.iter().filter(|digit| **digit == b'0').count();
    different && zeros < 10 && issuer_allows(digits) && luhn(digits)
}

/// The ranges of the issuers and the lengths they give out.
fn issuer_allows(digits: &[u8]) -> bool {
    let lead = |count: usize| {
        digits
            .iter()
            .take(count)
            .fold(0u32, |number, digit| number * 10 + u32::from(digit.wrapping_sub(b'0')))
    };
    let length = digits.len();
    match (lead(2), lead(4)) {
        (40..=49, _) => matches!(length, 13 | 16 | 19),
        (51..=55, _) | (_, 2221..=2720) => length == 16,
        (34 | 37, _) => length == 15,
        (36 | 38 | 39, _) | (_, 3000..=3059 | 3095) => length == 14,
        (_, 3528..=3589) => (16..=19).contains(&length),
        (65, _) | (_, 6011 | 6440..=6499) => (16..=19).contains(&length),
        (62, _) => (16..=19).contains(&length),
        (_, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) => (16..=19).contains(&length),
        _ => false,
    }
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            let doubled = digit * 2;
            if place % 2 == 0 { digit } else { doubled / 10 + doubled % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn numbers_of_known_issuers_go() {
        goes(
            "card-number",
            &[
                ("4111111111111111", "[redacted:card-number]"),
                ("card 4111 1111 1111 1111 12/29 123", "card [redacted:card-number] 12/29 123"),
                ("4111-1111-1111-1111.", "[redacted:card-number]."),
                ("5555555555554444,", "[redacted:card-number],"),
                ("pan=2223003122003222", "pan=[redacted:card-number]"),
                ("3782 822463 10005", "[redacted:card-number]"),
                ("378282246310005", "[redacted:card-number]"),
                ("6011 1111 1111 1117", "[redacted:card-number]"),
                ("30569309025904", "[redacted:card-number]"),
                ("3530111333300000", "[redacted:card-number]"),
                (r#"{"n":"4000056655665556"}"#, r#"{"n":"[redacted:card-number]"}"#),
                ("n=4111+1111+1111+1111&", "n=[redacted:card-number]&"),
                (r"a\n4111111111111111\n", r"a\n[redacted:card-number]\n"),
            ],
        );
    }

    #[test]
    fn other_numbers_stay() {
        stays(&[
            "4111111111111112",
            "1700000000000 1700000000000000 1700000000000000000",
            "0.4111111111111111",
            "4111111111111111.5",
            "12345678-1234-1234-1234-123456789012",
            "4111-1111-1111-1111-1111",
            "x4111111111111111",
            "4111111111111111abc",
            "41111111111111110000",
            "0000000000000000 4444444444444444",
            "id 9007199254740993 1234567890123456",
            "1,411,111,111,111,111",
            "/a/4111111111111111/b",
            "2026-01-02 03:04:05.123456",
            "r4 4150000000000000 r5 4000000000000002",
            "1f0a 3fae 4111 1111 1111 1111 20bc",
        ]);
    }
}

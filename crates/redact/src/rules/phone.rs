//! Phone numbers in international form: `+`, a country code, and digits. Only with separators, or of a plausible length
//! in one run; national forms are too close to ids.
//!
//! Must never take offsets of time zones, lines of diffs, sums.

use crate::bytes::{Class, starts_folded};
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

const PHONE: &str = "phone-number";
const MOST_DIGITS: usize = 15;

pub(crate) const FAMILY: Family = Family {
    rules: &[Rule::generic(PHONE, "phone numbers in international form")],
    anchors: &[Anchor::exact("+", find), Anchor::folded("%2b", find), Anchor::folded("tel:", telephone)],
};

fn find(window: &Window<'_>, sink: &mut Sink<'_>) {
    if !starts_alone(window) {
        return;
    }
    let first = window.run(Class::DIGIT, window.end, MOST_DIGITS + 1);
    let length = first - window.end;
    let end = match length {
        0 => return,
        1..=4 => grouped(window),
        // At the start of a line, `+` and a number is a line of a diff; alone in a field it is a phone's.
        _ => {
            let alone = window.is_whole && first == window.text.len();
            let may_be = window.start > 0 || alone;
            (may_be && run_fits(window.slice(window.end, first))).then_some(first)
        }
    };
    if let Some(end) = end.filter(|end| ends_alone(window, *end)) {
        sink.take(window, PHONE, window.start, end, Tail::Closed);
    }
}

/// A link that says what it is.
fn telephone(window: &Window<'_>, sink: &mut Sink<'_>) {
    if !window.word_starts(window.start) {
        return;
    }
    let end = window.run(Class::DIGIT, window.end, MOST_DIGITS + 1);
    if (7..=MOST_DIGITS).contains(&(end - window.end)) && ends_alone(window, end) {
        sink.take(window, PHONE, window.end, end, Tail::Closed);
    }
}

fn starts_alone(window: &Window<'_>) -> bool {
    let start = window.start;
    if starts_folded(window.text, start, b"%2b") {
        return matches!(window.before(start), Some(b'=' | b'&' | b'/'));
    }
    match window.before(start) {
        Some(before) => {
            (!Class::WORD.has(before) || window.word_starts(start))
                && !matches!(before, b')' | b']' | b'.' | b'+' | b'-' | b'}' | b'%')
                && window.rules.marks.start_of_mark_before(window.text, start).is_none()
        }
        None => true,
    }
}

fn ends_alone(window: &Window<'_>, end: usize) -> bool {
    let goes_on = window.number_at(end + 1);
    match window.byte(end) {
        Some(b'.' | b':' | b',' | b'-') => !goes_on,
        Some(_) => window.word_ends(end),
        None => true,
    }
}

/// One run: the country's code, and as many digits as a number has.
fn run_fits(digits: &[u8]) -> bool {
    let Some(code) = country_code(digits) else { return false };
    match code {
        1 => digits.len() == 11 && area_code(digits.get(1..).unwrap_or_default()),
        _ => (10..=13).contains(&digits.len()),
    }
}

/// Groups with single separators; the end of the longest number that fits.
fn grouped(window: &Window<'_>) -> Option<usize> {
    let mut digits: Vec<u8> = Vec::with_capacity(MOST_DIGITS);
    let mut at = window.end;
    let mut groups = 0;
    let mut best = None;
    loop {
        let end = window.run(Class::DIGIT, at, MOST_DIGITS);
        let single = end - at < 2;
        digits.extend_from_slice(window.slice(at, end));
        // A trunk or a single digit may follow the code only.
        if end == at || digits.len() > MOST_DIGITS || (single && groups > 1) {
            return best;
        }
        groups += 1;
        if groups == 1 && country_code(&digits).is_none_or(|code| digits.len() != code_length(code)) {
            return None;
        }
        if groups >= 2 && grouped_fits(&digits, groups) {
            best = Some(end);
        }
        let Some(next) = past_separator(window, end) else { return best };
        at = next;
    }
}

fn grouped_fits(digits: &[u8], groups: usize) -> bool {
    match country_code(digits) {
        Some(1) => digits.len() == 11 && area_code(digits.get(1..).unwrap_or_default()),
        Some(_) => digits.len() >= if groups > 2 { 9 } else { 10 },
        None => false,
    }
}

/// Area and exchange of North America start with 2 to 9.
fn area_code(national: &[u8]) -> bool {
    let starts = |place: usize| matches!(national.get(place), Some(b'2'..=b'9'));
    starts(0) && starts(3)
}

fn past_separator(window: &Window<'_>, at: usize) -> Option<usize> {
    let digit = |place: usize| window.byte(place).is_some_and(|byte| byte.is_ascii_digit());
    let plain = |place: usize| matches!(window.byte(place), Some(b' ' | b'-' | b'.'));
    let candidates = [
        (plain(at), at + 1),
        (window.slice(at, at + 2) == b" (", at + 2),
        (window.slice(at, at + 1) == b"(", at + 1),
        (window.slice(at, at + 2) == b") ", at + 2),
        (window.slice(at, at + 2) == b")-", at + 2),
        (window.slice(at, at + 1) == b")", at + 1),
    ];
    candidates.iter().find(|(stands, next)| *stands && digit(*next)).map(|(_, next)| *next)
}

/// The country code that a number starts with.
fn country_code(digits: &[u8]) -> Option<u32> {
    let lead = |count: usize| {
        digits.get(..count).map(|lead| {
            lead.iter().fold(0, |number, digit| number * 10 + u32::from(digit.wrapping_sub(b'0')))
        })
    };
    let one = lead(1)?;
    if one == 1 || one == 7 {
        return Some(one);
    }
    if let Some(two) = lead(2)
        && matches!(two, 20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86 | 90..=95 | 98)
    {
        return Some(two);
    }
    lead(3).filter(|three| {
        matches!(three / 10, 21..=26 | 29 | 35 | 37 | 38 | 42 | 50 | 59 | 67..=69 | 80 | 85 | 87 | 88 | 96 | 97 | 99)
    })
}

fn code_length(code: u32) -> usize {
    match code {
        0..=9 => 1,
        10..=99 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn international_numbers_go() {
        goes(
            "phone-number",
            &[
                ("call +1 (415) 555-2671 now", "call [redacted:phone-number] now"),
                ("+1-415-555-2671", "[redacted:phone-number]"),
                ("tel +14155552671.", "tel [redacted:phone-number]."),
                ("\"+44 20 7946 0958\"", "\"[redacted:phone-number]\""),
                ("+44 (0)20 7946 0958", "[redacted:phone-number]"),
                ("+33 1 42 68 53 00", "[redacted:phone-number]"),
                ("+49-30-901820", "[redacted:phone-number]"),
                ("phone=%2B4915112345678&", "phone=[redacted:phone-number]&"),
                ("to +4915112345678", "to [redacted:phone-number]"),
                ("href=\"tel:4155552671\"", "href=\"tel:[redacted:phone-number]\""),
                ("+1 415 555 2671 42 items", "[redacted:phone-number] 42 items"),
                ("+14155552671", "[redacted:phone-number]"),
                ("+4915112345678", "[redacted:phone-number]"),
            ],
        );
    }

    #[test]
    fn other_numbers_stay() {
        stays(&[
            "2026-01-02T03:04:05+0000 2026-01-02 03:04:05 +05:30",
            "@@ -1234,5 +1234,6 @@",
            "+14155552671\n",
            "-14155552670\n+14155552671\n context",
            "-14155552670\n+14155552671",
            "+14155552671 context",
            "+12345",
            "+1700000000000,",
            "a +1 b + 2",
            "x+14155552671",
            "1.0.0+20260102123456",
            "+10 20 30 40 50",
            "+12.5 % +0.1234567890",
            "f+0x1234567890",
            "hotel:1234567",
            "main+1234567890",
        ]);
    }
}

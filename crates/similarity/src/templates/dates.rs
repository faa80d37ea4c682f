//! Recognises times and dates: written in figures at the start of a byte string, or in words over several of them.
//!
//! ASCII only, each byte read a bounded number of times. Called by `mask` and `recognise` only.

/// A clock time, a calendar date, or both joined by `T`, `-`, `_` or `:`.
pub(super) fn is_time(core: &[u8]) -> bool {
    let date = date_length(core);
    if date == core.len() {
        return date > 0;
    }
    let clock_at = match date {
        0 => 0,
        _ if matches!(core[date], b'T' | b't' | b'-' | b'_' | b':' | b'.') => date + 1,
        _ => return false,
    };
    let clock = clock_length(&core[clock_at..]);
    clock > 0 && is_zone(&core[clock_at + clock..])
}

/// `2024-03-01`, `2024/03/01`, `2024.03.01`, `01/03/2024`, `01/Mar/2024`, `01-Mar-24`.
fn date_length(core: &[u8]) -> usize {
    let first = digits(core);
    let Some(separator) = core.get(first).filter(|b| matches!(b, b'-' | b'/' | b'.')) else { return 0 };
    let middle = &core[first + 1..];
    let named = month_length(middle);
    let second = if named > 0 { named } else { digits(middle) };
    if middle.get(second) != Some(separator) {
        return 0;
    }
    let third = digits(&middle[second + 1..]);
    let year_first = first == 4 && matches!(third, 1 | 2);
    let year_last = matches!(first, 1 | 2) && (third == 4 || (third == 2 && named > 0));
    let middle_fits = named > 0 || matches!(second, 1 | 2);
    // Dotted numbers are versions unless the year has four digits and stands first.
    let dotted = *separator == b'.' && !(year_first && second == 2 && third == 2);
    if (year_first || year_last) && middle_fits && !dotted { first + 2 + second + third } else { 0 }
}

/// `15:03`, `15:03:53`, `15:03:53.270` or `15:03:53,270`.
fn clock_length(core: &[u8]) -> usize {
    let hours = digits(core);
    if !matches!(hours, 1 | 2) || core.get(hours) != Some(&b':') || digits(&core[hours + 1..]) != 2 {
        return 0;
    }
    let mut at = hours + 3;
    if core.get(at) == Some(&b':') {
        let seconds = digits(&core[at + 1..]);
        if seconds != 2 {
            return 0;
        }
        at += 3;
    }
    if matches!(core.get(at), Some(b'.' | b',')) {
        let fraction = digits(&core[at + 1..]);
        at += if fraction > 0 { 1 + fraction } else { 0 };
    }
    at
}

fn is_zone(rest: &[u8]) -> bool {
    match rest {
        [] | b"Z" | b"z" => true,
        [b'+' | b'-', zone @ ..] => {
            matches!(zone.len(), 2 | 4 | 5) && zone.iter().all(|b| b.is_ascii_digit() || *b == b':')
        }
        _ => false,
    }
}

/// The length of an English month name or its three letters.
fn month_length(bytes: &[u8]) -> usize {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let known = MONTHS.iter().any(|month| {
        (letters == 3 || letters == month.len())
            && month.as_bytes()[..letters.min(month.len())].eq_ignore_ascii_case(&bytes[..letters])
    });
    if known { letters } else { 0 }
}

/// `Fri Jun 17 07:07:00 2005`, `Jun 17 07:07:00`, `17 Jun 2005`, `Fri, 17 Jun 2005 07:07:00 GMT`: a date in words.
/// It needs a year or a clock, or it is prose.
pub(super) fn spoken_date_length(bytes: &[u8]) -> usize {
    if !bytes.first().is_some_and(u8::is_ascii_alphanumeric) {
        return 0;
    }
    let mut words = DateWords { bytes, at: 0 };
    words.weekday();
    let month_first = words.month();
    let month_known = words.number(2) && (month_first || words.month());
    if !month_known {
        return 0;
    }
    let mut parts = 0;
    for _ in 0..2 {
        parts += usize::from(words.clock() || words.number(4));
    }
    if parts == 0 { 0 } else { words.at }
}

struct DateWords<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl DateWords<'_> {
    /// The next word of at most 16 bytes, with the position behind it and up to two separators.
    fn word(&self) -> (&[u8], usize) {
        let rest = &self.bytes[self.at..];
        let gap = if self.at == 0 {
            0
        } else {
            rest.iter().take(3).take_while(|b| matches!(b, b' ' | b',')).count()
        };
        let length = rest[gap..]
            .iter()
            .take(16)
            .take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b',' | b')' | b']' | b'"'))
            .count();
        let spaced = self.at == 0 || gap > 0;
        (if spaced { &rest[gap..gap + length] } else { &[] }, self.at + gap + length)
    }

    fn take(&mut self, fits: impl Fn(&[u8]) -> bool) -> bool {
        let (word, end) = self.word();
        let taken = !word.is_empty() && fits(word);
        if taken {
            self.at = end;
        }
        taken
    }

    fn weekday(&mut self) {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        self.take(|word| {
            word.len() >= 3
                && DAYS.iter().any(|day| day.as_bytes().eq_ignore_ascii_case(&word[..3]))
                && (word.len() == 3 || word.to_ascii_lowercase().ends_with(b"day"))
        });
    }

    fn month(&mut self) -> bool {
        self.take(|word| month_length(word) == word.len())
    }

    fn number(&mut self, width: usize) -> bool {
        self.take(|word| {
            word.iter().all(u8::is_ascii_digit)
                && if width == 2 { word.len() <= 2 } else { word.len() == width }
        })
    }

    fn clock(&mut self) -> bool {
        let known = self.take(|word| clock_length(word) == word.len());
        if known {
            self.take(|word| {
                matches!(word.len(), 3 | 4) && word.iter().all(u8::is_ascii_uppercase)
                    || (word.len() == 5
                        && matches!(word[0], b'+' | b'-')
                        && word[1..].iter().all(u8::is_ascii_digit))
            });
        }
        known
    }
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

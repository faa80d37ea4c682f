//! The five fields of a schedule, read strictly: numbers, names, lists, ranges and steps. Pure.
//!
//! What other programs read in different ways (`5/15`, `22-2`) is refused with what to write instead.

/// Why a field cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    #[error(
        "expected five fields (minute, hour, day of month, month, day of week) such as \"30 8 * * 1-5\", got {got}"
    )]
    Count { got: usize },
    #[error("the {field} {got:?} is not {min} to {max}")]
    Value { field: &'static str, got: String, min: u8, max: u8 },
    #[error("the {field} range {got:?} ends before it begins: write it as two, joined by a comma")]
    Backwards { field: &'static str, got: String },
    #[error("the {field} step in {got:?} is not a number from 1")]
    Step { field: &'static str, got: String },
    #[error("the {field} {got:?} has a step without a range: write {from}-{max}/…, or */…")]
    StepOfOne { field: &'static str, got: String, from: u8, max: u8 },
    #[error("it would never fire: no month of it has such a day")]
    Never,
}

/// One field: the values that it names, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) values: Vec<u8>,
    /// It begins with `*`: every value, or every so many.
    pub(crate) open: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) minute: Field,
    pub(crate) hour: Field,
    pub(crate) day: Field,
    pub(crate) month: Field,
    /// 0 is Sunday.
    pub(crate) weekday: Field,
}

struct Kind {
    name: &'static str,
    min: u8,
    max: u8,
    /// Names of the values, from `min` on.
    names: &'static [&'static str],
}

const MINUTE: Kind = Kind { name: "minute", min: 0, max: 59, names: &[] };
const HOUR: Kind = Kind { name: "hour", min: 0, max: 23, names: &[] };
const DAY: Kind = Kind { name: "day of month", min: 1, max: 31, names: &[] };
const MONTH: Kind = Kind { name: "month", min: 1, max: 12, names: &MONTHS };
/// 7 is Sunday too.
const WEEKDAY: Kind = Kind { name: "day of week", min: 0, max: 7, names: &WEEKDAYS };

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
pub(crate) const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// In a leap year: once in four years is not never.
const LONGEST: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

pub(crate) fn parse(text: &str) -> Result<Fields, FieldError> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = parts[..] else {
        return Err(FieldError::Count { got: parts.len() });
    };
    let mut weekday = field(&WEEKDAY, weekday)?;
    weekday.values = sorted(weekday.values.iter().map(|value| value % 7).collect());
    let fields = Fields {
        minute: field(&MINUTE, minute)?,
        hour: field(&HOUR, hour)?,
        day: field(&DAY, day)?,
        month: field(&MONTH, month)?,
        weekday,
    };
    if fields.fires() { Ok(fields) } else { Err(FieldError::Never) }
}

impl Fields {
    /// A day that any of the months has; with a day of week as an alternative there is always one.
    fn fires(&self) -> bool {
        let has = |month: &u8, day: u8| LONGEST[usize::from(*month) - 1] >= day;
        !self.weekday.open || self.day.values.iter().any(|day| self.month.values.iter().any(|m| has(m, *day)))
    }
}

fn field(kind: &Kind, text: &str) -> Result<Field, FieldError> {
    let mut values = Vec::new();
    for item in text.split(',') {
        values.extend(item_values(kind, item)?);
    }
    Ok(Field { values: sorted(values), open: text.starts_with('*') })
}

fn sorted(mut values: Vec<u8>) -> Vec<u8> {
    values.sort_unstable();
    values.dedup();
    values
}

fn item_values(kind: &Kind, item: &str) -> Result<Vec<u8>, FieldError> {
    let (range, step) = match item.split_once('/') {
        None => (item, None),
        Some((range, step)) => (range, Some(step_of(kind, item, step)?)),
    };
    let (from, to) = match range.split_once('-') {
        _ if range == "*" => (kind.min, kind.last()),
        Some((from, to)) => bounds(kind, range, from, to)?,
        None => {
            let from = value(kind, range)?;
            if step.is_some() {
                let got = shown(item);
                return Err(FieldError::StepOfOne { field: kind.name, got, from, max: kind.last() });
            }
            (from, from)
        }
    };
    Ok((from..=to).step_by(step.unwrap_or(1)).collect())
}

impl Kind {
    /// The greatest value that `*` means: Sunday stands there once.
    fn last(&self) -> u8 {
        if self.max == WEEKDAY.max { self.max - 1 } else { self.max }
    }
}

fn bounds(kind: &Kind, range: &str, from: &str, to: &str) -> Result<(u8, u8), FieldError> {
    let (from, to) = (value(kind, from)?, value(kind, to)?);
    // Sunday ends the week as well as it begins it.
    let to = if kind.max == WEEKDAY.max && to == 0 && from > 0 { kind.max } else { to };
    if from > to {
        return Err(FieldError::Backwards { field: kind.name, got: shown(range) });
    }
    Ok((from, to))
}

fn step_of(kind: &Kind, item: &str, step: &str) -> Result<usize, FieldError> {
    let number = step.parse().ok().filter(|step| *step > 0 && !item.contains('+'));
    number.ok_or_else(|| FieldError::Step { field: kind.name, got: shown(item) })
}

fn value(kind: &Kind, text: &str) -> Result<u8, FieldError> {
    let named = kind.names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let named = named.and_then(|index| u8::try_from(index).ok()).map(|index| index + kind.min);
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { named };
    number.filter(|number| (kind.min..=kind.max).contains(number)).ok_or_else(|| FieldError::Value {
        field: kind.name,
        got: shown(text),
        min: kind.min,
        max: kind.max,
    })
}

fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn lists_ranges_steps_and_names() {
        let fields = parse("*/20 8-10,22 1-31/15 JAN,mar mon-fri").unwrap();
        assert_eq!(fields.minute, Field { values: vec![0, 20, 40], open: true });
        assert_eq!(fields.hour, Field { values: vec![8, 9, 10, 22], open: false });
        assert_eq!(fields.day.values, [1, 16, 31]);
        assert_eq!(fields.month.values, [1, 3]);
        assert_eq!(fields.weekday.values, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn sunday_is_both_ends_of_the_week() {
        for text in ["0", "7", "sun", "0,7"] {
            assert_eq!(parse(&format!("0 0 * * {text}")).unwrap().weekday.values, [0], "{text}");
        }
        for text in ["5-7", "5-0", "fri-sun"] {
            assert_eq!(parse(&format!("0 0 * * {text}")).unwrap().weekday.values, [0, 5, 6], "{text}");
        }
        assert_eq!(parse("0 0 * * *").unwrap().weekday.values, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn what_cannot_be_read_says_what_was_expected() {
        for text in ["", "@daily", "0 0 * *", "0 0 0 * * *"] {
            assert!(error(text).contains("five fields"), "{text}");
        }
        assert_eq!(error("61 * * * *"), "the minute \"61\" is not 0 to 59");
        assert_eq!(error("0 24 * * *"), "the hour \"24\" is not 0 to 23");
        assert_eq!(error("0 0 0 * *"), "the day of month \"0\" is not 1 to 31");
        assert_eq!(error("0 0 * 13 *"), "the month \"13\" is not 1 to 12");
        assert_eq!(error("0 0 * * someday"), "the day of week \"someday\" is not 0 to 7");
        for text in ["-1 * * * *", "+1 * * * *", "1, * * * *", "1- * * * *", "999 * * * *", "L * * * *"] {
            assert!(error(text).starts_with("the minute \""), "{text}");
        }
        assert!(error("5/15 * * * *").contains("5-59/…"), "{}", error("5/15 * * * *"));
        assert!(error("0 22-2 * * *").contains("two, joined by a comma"));
        for text in ["*/0 * * * *", "*/x * * * *", "*/ * * * *", "*/+5 * * * *"] {
            assert!(error(text).contains("not a number from 1"), "{text}");
        }
    }

    #[test]
    fn what_would_never_fire_is_refused() {
        for text in ["0 0 31 2 *", "0 0 30,31 feb *", "0 0 31 4,6,9,11 *"] {
            assert_eq!(error(text), "it would never fire: no month of it has such a day", "{text}");
        }
        for text in ["0 0 29 2 *", "0 0 31 1,2 *", "0 0 31 2 1"] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }
}

//! A row of a rehearsal: a record in one of the formats, a native signal as it is, or what somebody does meanwhile.

use std::io::{self, BufRead, Read as _};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use signalbox_domain::time::Timestamp;

/// No row is longer; a longer one is passed over.
pub(crate) const LONGEST_ROW: u64 = 64 << 20;

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) number: u64,
    /// When it came; none: when it says that it happened.
    pub(crate) at: Option<Timestamp>,
    pub(crate) act: Act,
}

#[derive(Debug)]
pub(crate) enum Act {
    Record {
        format: String,
        payload: Box<RawValue>,
    },
    /// What is asked of the API, such as `POST /cases/{case 1}/snooze`.
    Call {
        call: String,
        body: Value,
    },
    /// It is no row, and why.
    Wrong(String),
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    at: Option<Timestamp>,
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    payload: Option<Box<RawValue>>,
    #[serde(default)]
    call: Option<String>,
    #[serde(default)]
    body: Value,
}

/// Reads JSON Lines; what is no row is one that says so. Empty lines are no rows.
pub(crate) fn rows(mut from: impl BufRead) -> io::Result<Vec<Row>> {
    let (mut rows, mut number, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        if from.by_ref().take(LONGEST_ROW + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(rows);
        }
        let is_cut = u64::try_from(line.len()).is_ok_and(|length| length > LONGEST_ROW);
        if is_cut && line.last() != Some(&b'\n') {
            from.skip_until(b'\n')?;
        }
        number += 1;
        if !line.iter().all(u8::is_ascii_whitespace) {
            let words = format!("expected a row of at most {LONGEST_ROW} bytes");
            let read = if is_cut { Err(words) } else { act(&line) };
            let (at, act) = read.unwrap_or_else(|error| (None, Act::Wrong(error)));
            rows.push(Row { number, at, act });
        }
    }
}

fn act(line: &[u8]) -> Result<(Option<Timestamp>, Act), String> {
    let wrong = |error: serde_json::Error| format!("expected a JSON object: {error}");
    let Written { at, format, payload, call, body } = serde_json::from_slice(line).map_err(wrong)?;
    let act = match (format, payload, call) {
        (Some(format), Some(payload), None) => Act::Record { format, payload },
        (None, None, Some(call)) => Act::Call { call, body },
        (None, None, None) => {
            Act::Record { format: "signal".to_owned(), payload: serde_json::from_slice(line).map_err(wrong)? }
        }
        _ => return Err("expected `format` with `payload`, a `call`, or a native signal".to_owned()),
    };
    Ok((at, act))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_row_and_a_wrong_one_says_why() {
        let text = concat!(
            "{\"at\":\"2026-09-21T12:00:00Z\",\"format\":\"sentry_event\",\"payload\":{\"a\":1}}\n\n",
            "{\"project\":\"web\",\"source\":\"logs\",\"kind\":\"k\",\"title\":\"t\"}\n",
            "{\"call\":\"POST /x\"}\n{\"format\":\"sentry_event\"}\nnonsense\n"
        );
        let rows = rows(text.as_bytes()).unwrap();
        let numbers: Vec<u64> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 3, 4, 5, 6]);
        assert!(matches!(&rows[0].act, Act::Record { format, .. } if format == "sentry_event"));
        assert!(rows[0].at.is_some());
        assert!(matches!(&rows[1].act, Act::Record { format, .. } if format == "signal"));
        assert!(matches!(&rows[2].act, Act::Call { body: Value::Null, .. }));
        for row in &rows[3..] {
            assert!(matches!(&row.act, Act::Wrong(words) if words.starts_with("expected ")), "{row:?}");
        }
    }
}

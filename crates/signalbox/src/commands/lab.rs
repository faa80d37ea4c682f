//! `signalbox lab NAME`: JSON Lines in, JSON Lines out, one row a row, in order; no clock, no network. A row that cannot
//! be read is answered with its number and what was expected, and the rest goes on.

use std::io::{BufRead, BufWriter, Read as _, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_ingest::ingest_row;
use signalbox_planner::actionability_row;
use signalbox_planner::route::RouteLab;
use signalbox_runtime::ExitCode;
use signalbox_similarity::group::Weights;
use signalbox_similarity::lab::{GroupLab, explain_texts, fingerprint_row};
use signalbox_similarity::lab_streams::{AnomalyLab, NormalizeLab};

use crate::cli::LabCommand;
use crate::fail::Failure;
use crate::out::say;
use crate::settings::Sources;

use locate::LocateLab;

mod backtest;
mod locate;

/// No row is longer; a longer one is passed over and answered with an error.
const LONGEST_ROW: u64 = 64 << 20;

/// What stands in the place of an answer.
#[derive(Serialize)]
struct Wrong {
    row: u64,
    error: String,
}

/// How many rows were answered with an error.
#[derive(Debug, PartialEq, Eq)]
struct WrongRows(u64);

pub(crate) fn run(command: &LabCommand, sources: &Sources) -> Result<ExitCode, Failure> {
    let wrong = match command {
        LabCommand::Fingerprint => standard(fingerprint_row),
        LabCommand::Ingest => standard(ingest_row),
        LabCommand::Actionability => standard(actionability_row),
        LabCommand::Group => {
            let mut lab = GroupLab::new(Weights::default());
            standard(|row| lab.row(row))
        }
        LabCommand::Normalize => {
            let mut lab = NormalizeLab::default();
            standard(|row| lab.answer(row))
        }
        LabCommand::Anomaly => {
            let mut lab = AnomalyLab::default();
            standard(|row| lab.answer(row))
        }
        LabCommand::Route => {
            let mut lab = RouteLab::default();
            standard(|row| lab.row(row))
        }
        LabCommand::Locate => {
            let mut lab = LocateLab::default();
            standard(|row| lab.row(row))
        }
        LabCommand::Explain { one, other } => return explain(one, other),
        LabCommand::Backtest(asked) => {
            return super::within(backtest::run(asked, sources.load()?.settings));
        }
    };
    let WrongRows(wrong) = wrong?;
    Ok(if wrong == 0 { ExitCode::Done } else { ExitCode::Failure })
}

fn explain(one: &Path, other: &Path) -> Result<ExitCode, Failure> {
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| Failure::new(ExitCode::Usage, format!("{}: {error}", path.display())))
    };
    let answer = explain_texts(&read(one)?, &read(other)?);
    let text = serde_json::to_string_pretty(&answer)
        .map_err(|error| Failure::new(ExitCode::Failure, error.to_string()))?;
    say(text)?;
    Ok(ExitCode::Done)
}

fn standard<Row: DeserializeOwned, Answer: Serialize>(
    answer: impl FnMut(Row) -> Answer,
) -> Result<WrongRows, Failure> {
    let out = BufWriter::new(std::io::stdout().lock());
    Ok(answer_rows(std::io::stdin().lock(), out, answer)?)
}

fn answer_rows<Row: DeserializeOwned, Answer: Serialize>(
    mut rows: impl BufRead,
    mut out: impl Write,
    mut answer: impl FnMut(Row) -> Answer,
) -> std::io::Result<WrongRows> {
    let (mut number, mut wrong) = (0, 0);
    let mut line = Vec::new();
    while next_row(&mut rows, &mut line)? {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        number += 1;
        let read = if is_too_long(&line) {
            Err(format!("expected a row of at most {LONGEST_ROW} bytes"))
        } else {
            serde_json::from_slice(&line).map_err(|error| format!("expected a JSON object: {error}"))
        };
        match read {
            Ok(row) => serde_json::to_writer(&mut out, &answer(row))?,
            Err(error) => {
                wrong += 1;
                serde_json::to_writer(&mut out, &Wrong { row: number, error })?;
            }
        }
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(WrongRows(wrong))
}

/// Reads one row; of one that is too long it keeps the beginning and passes over the rest.
fn next_row(rows: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let read = rows.by_ref().take(LONGEST_ROW + 1).read_until(b'\n', line)?;
    if is_too_long(line) && line.last() != Some(&b'\n') {
        rows.skip_until(b'\n')?;
    }
    Ok(read > 0)
}

fn is_too_long(line: &[u8]) -> bool {
    u64::try_from(line.len()).unwrap_or(u64::MAX) > LONGEST_ROW
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn answers(input: &str) -> (Vec<Value>, WrongRows) {
        let mut out = Vec::new();
        let wrong = answer_rows(input.as_bytes(), &mut out, |row: Value| row).unwrap();
        let rows = String::from_utf8(out).unwrap();
        (rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect(), wrong)
    }

    #[test]
    fn one_row_a_row_in_order_and_the_rest_goes_on() {
        let (rows, wrong) = answers("{\"id\":\"a\"}\n\nnot json\n{\"id\":\"b\"}");
        assert_eq!(wrong, WrongRows(1));
        assert_eq!(rows.len(), 3);
        assert_eq!((&rows[0], &rows[2]), (&json!({"id": "a"}), &json!({"id": "b"})));
        assert_eq!(rows[1]["row"], json!(2));
        assert!(rows[1]["error"].as_str().unwrap().starts_with("expected a JSON object"), "{}", rows[1]);
    }
}

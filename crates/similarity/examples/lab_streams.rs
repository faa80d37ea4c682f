//! Answers `lab normalize` and `lab anomaly` over JSON Lines, from standard input to standard output.

use std::io::{BufRead, BufWriter, Write};

use anyhow::{Context, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_similarity::lab_streams::{AnomalyLab, NormalizeLab};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["lab", "normalize"] => {
            let mut lab = NormalizeLab::default();
            answer_all(|row| lab.answer(row))
        }
        ["lab", "anomaly"] => {
            let mut lab = AnomalyLab::default();
            answer_all(|row| lab.answer(row))
        }
        _ => bail!("usage: lab_streams lab normalize|anomaly < rows.jsonl"),
    }
}

fn answer_all<Row: DeserializeOwned, Answer: Serialize>(
    mut answer: impl FnMut(Row) -> Answer,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let row = serde_json::from_str(&line).with_context(|| format!("row {}", number + 1))?;
        serde_json::to_writer(&mut out, &answer(row))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

//! `lab fingerprint|group`: JSON Lines in, one JSON row out per row. `lab explain A B`: why two files are, or are
//! not, one case. A thin shell over the crate's own lab functions.

use signalbox_similarity::group::Weights;
use signalbox_similarity::lab;
use std::io::{BufRead, Write};

fn main() -> anyhow::Result<()> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|w| w == "lab") {
        words.remove(0);
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fingerprint"] => rows(&mut out, |line| {
            Ok(serde_json::to_string(&lab::fingerprint_row(serde_json::from_str(line)?))?)
        })?,
        ["group"] => {
            let mut groups = lab::GroupLab::new(weights()?);
            rows(&mut out, |line| Ok(serde_json::to_string(&groups.row(serde_json::from_str(line)?))?))?;
        }
        ["explain", a, b] => {
            let answer = lab::explain_texts(&std::fs::read_to_string(a)?, &std::fs::read_to_string(b)?);
            serde_json::to_writer_pretty(&mut out, &answer)?;
        }
        _ => anyhow::bail!("usage: lab fingerprint | group | explain A B"),
    }
    out.flush()?;
    Ok(())
}

/// Other weights than the default, for experiments: a JSON object in `LAB_WEIGHTS`.
fn weights() -> anyhow::Result<Weights> {
    match std::env::var("LAB_WEIGHTS") {
        Ok(text) => Ok(serde_json::from_str(&text)?),
        Err(_) => Ok(Weights::default()),
    }
}

fn rows(out: &mut impl Write, mut answer: impl FnMut(&str) -> anyhow::Result<String>) -> anyhow::Result<()> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            writeln!(out, "{}", answer(&line)?)?;
        }
    }
    Ok(())
}

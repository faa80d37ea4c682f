//! `lab fingerprint`: JSON Lines in, one JSON row out per row. A thin shell over the crate's own lab functions.

use signalbox_similarity::lab;
use std::io::{BufRead, Write};

fn main() -> anyhow::Result<()> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|w| w == "lab") {
        words.remove(0);
    }
    let command = words.first().map_or("", String::as_str);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let weights = match std::env::var("LAB_WEIGHTS") {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => signalbox_similarity::group::Weights::default(),
    };
    let mut groups = lab::GroupLab::new(weights);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        match command {
            "fingerprint" => serde_json::to_writer(&mut out, &lab::fingerprint_row(serde_json::from_str(&line)?))?,
            "group" => serde_json::to_writer(&mut out, &groups.row(serde_json::from_str(&line)?))?,
            "parse" => {
                let row: lab::FingerprintRow = serde_json::from_str(&line)?;
                serde_json::to_writer(&mut out, &signalbox_similarity::frames::parse(&row.text))?;
            }
            other => anyhow::bail!("unknown lab command {other:?}: fingerprint or group"),
        }
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

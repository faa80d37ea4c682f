//! Runs the streaming lab commands over JSON Lines: `lab_streams lab normalize|anomaly`.
use std::io::{BufRead, BufWriter, Write};
use signalbox_similarity::lab_streams::NormalizeLab;
fn main() -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut lab = NormalizeLab::default();
    for line in std::io::stdin().lock().lines() {
        let row = serde_json::from_str(&line?)?;
        serde_json::to_writer(&mut out, &lab.answer(&row))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

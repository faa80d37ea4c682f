//! The report as a person reads it at the terminal: aligned columns, three figures that matter. Called by `command`.
//!
//! The file keeps the whole figures; this must never be parsed.

use crate::report::Row;

const HEAD: [&str; 9] = ["case", "metric", "unit", "ours", "peer", "theirs", "ratio", "rounds", "min … max"];
/// Words stand left, figures right.
const LEFT: [bool; 9] = [true, true, true, false, true, false, false, false, false];

/// The table, one line a row, without a line end after the last.
pub fn draw(rows: &[Row]) -> String {
    let lines: Vec<[String; 9]> =
        std::iter::once(HEAD.map(str::to_owned)).chain(rows.iter().map(cells)).collect();
    let mut widths = [0_usize; 9];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    lines.iter().map(|line| aligned(line, &widths)).collect::<Vec<_>>().join("\n")
}

fn aligned(line: &[String; 9], widths: &[usize; 9]) -> String {
    let cells = line.iter().zip(widths).zip(LEFT).map(|((cell, width), left)| {
        if left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
    });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn cells(row: &Row) -> [String; 9] {
    let or_dash = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), figure);
    [
        row.case.clone(),
        row.metric.to_owned(),
        row.unit.clone(),
        figure(row.ours),
        row.peer.clone().unwrap_or_else(|| "–".to_owned()),
        or_dash(row.theirs),
        row.ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
        row.rounds.to_string(),
        if row.ratio.is_some() {
            format!("{:.2} … {:.2}", row.min, row.max)
        } else {
            format!("{} … {}", figure(row.min), figure(row.max))
        },
    ]
}

/// At least three digits that matter; large figures without a fraction.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_figures_stand_right() {
        let row = |case: &str, ours: f64, peer: Option<&str>| Row {
            case: case.to_owned(),
            metric: "rate",
            unit: "claims/s".to_owned(),
            ours,
            peer: peer.map(str::to_owned),
            theirs: peer.map(|_| 61_234.5),
            ratio: peer.map(|_| 0.6666),
            rounds: 5,
            min: 0.5,
            max: 0.75,
        };
        let table = draw(&[row("claim 1", 4.0321, Some("pgbench")), row("claim 100", 71_000.4, None)]);
        assert_eq!(
            table,
            "case       metric  unit       ours  peer     theirs  ratio  rounds        min … max\n\
             claim 1    rate    claims/s   4.03  pgbench   61234   0.67       5      0.50 … 0.75\n\
             claim 100  rate    claims/s  71000  –             –      –       5  0.5000 … 0.7500"
        );
    }
}

//! Prints docs/VERIFICATION.md; fails where verification is wrong too often. Called by `cargo xtask verification`.

#![expect(clippy::print_stdout, reason = "its output is the page")]

use std::process::ExitCode;

use signalbox_planner::verification::simulated::page;

/// Draws of each stream.
const DRAWS: u32 = 200;
const SEED: u64 = 7;

fn main() -> ExitCode {
    let (page, holds) = page(DRAWS, SEED);
    print!("{page}");
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! `cargo xtask verification [--check]`: docs/VERIFICATION.md, as the planner's simulated streams write it.
//!
//! The table is the planner's (`planner/examples/verification.rs`), which fails where “fixed” is false too often; this must
//! know no stream. Called by people and `ci`.

use anyhow::Context as _;

use crate::files::Renewal;
use crate::house::House;
use crate::process::{capture, say};

const PAGE: &str = "docs/VERIFICATION.md";

/// Writes the page, or fails if it is not what the planner writes now, or if a stream is called fixed too often.
pub fn renew(house: &House, renewal: Renewal) -> anyhow::Result<()> {
    house.member("signalbox-planner")?;
    let mut draw = house.cargo();
    let arguments = ["run", "--quiet", "--package", "signalbox-planner", "--example", "verification"];
    let drawn = capture(draw.args(arguments)).context("drawing streams and verifying them")?;
    let page = house.file(PAGE);
    match renewal {
        Renewal::Check => {
            let there = std::fs::read_to_string(&page).with_context(|| format!("reading {PAGE}"))?;
            if there != drawn {
                anyhow::bail!("{PAGE} is not what `cargo xtask verification` writes");
            }
        }
        Renewal::Write => std::fs::write(&page, &drawn).with_context(|| format!("writing {PAGE}"))?,
    }
    say(&format!("{PAGE}: {} lines", drawn.lines().count()));
    Ok(())
}

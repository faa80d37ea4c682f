//! `cargo xtask states [--check]`: docs/states.md, as the state machines in domain draw themselves.
//!
//! The drawing is domain's (`crates/domain/examples/states.rs`); this must know no state. Called by people and `ci`.

use anyhow::{Context, bail};

use crate::files::Renewal;
use crate::house::House;
use crate::process::{capture, say};

const PAGE: &str = "docs/states.md";

/// Writes the page, or fails if it is not what domain draws now.
pub fn renew(house: &House, renewal: Renewal) -> anyhow::Result<()> {
    house.member("signalbox-domain")?;
    let mut draw = house.cargo();
    let drawn =
        capture(draw.args(["run", "--quiet", "--package", "signalbox-domain", "--example", "states"]))
            .context("drawing the states")?;
    if drawn.trim().is_empty() {
        bail!("the example `states` of signalbox-domain drew nothing");
    }
    let page = house.file(PAGE);
    match renewal {
        Renewal::Check => {
            let there = std::fs::read_to_string(&page).with_context(|| format!("reading {PAGE}"))?;
            if there != drawn {
                bail!("{PAGE} is not what `cargo xtask states` writes: {}", first_difference(&there, &drawn));
            }
        }
        Renewal::Write => {
            if let Some(folder) = page.parent() {
                std::fs::create_dir_all(folder).context("making docs/")?;
            }
            std::fs::write(&page, &drawn).with_context(|| format!("writing {PAGE}"))?;
        }
    }
    say(&format!("{PAGE}: {} lines", drawn.lines().count()));
    Ok(())
}

/// The first line that differs, as a person looks for it.
fn first_difference(there: &str, drawn: &str) -> String {
    let (mut left, mut right) = (there.lines(), drawn.lines());
    for number in 1.. {
        match (left.next(), right.next()) {
            (Some(old), Some(new)) if old == new => {}
            (None, None) => break,
            (old, new) => {
                return format!("line {number} is {}, drawn {}", shown(old), shown(new));
            }
        }
    }
    "only the line ends differ".to_owned()
}

fn shown(line: Option<&str>) -> String {
    line.map_or_else(|| "absent".to_owned(), |line| format!("“{line}”"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_a_line() {
        let check =
            |there: &str, drawn: &str, expect: &str| assert_eq!(first_difference(there, drawn), expect);
        check("a\nb\n", "a\nc\n", "line 2 is “b”, drawn “c”");
        check("a\n", "a\nc\n", "line 2 is absent, drawn “c”");
        check("a\nb\n", "a\n", "line 2 is “b”, drawn absent");
        check("a\n", "a", "only the line ends differ");
    }
}

//! The brief: what whoever does the work reads first. Text that a stranger could have written stands in a fence that
//! no content can close; fences are a courtesy, rights are decided by provenance.

use std::fmt::Write as _;

use signalbox_domain::case::Case;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Frame, Sample};
use signalbox_store::planner::PlanSignal;

const MOST_FRAMES: usize = 30;

/// Markdown; as little trusted as the least trusted thing in it.
pub(crate) fn compose(case: &Case, changed: &PlanSignal) -> Sourced<String> {
    let signal = &changed.signal;
    let mut page = format!("# What happens\n\n{}\n", fenced(&case.title.value));
    // Writing into a String cannot fail, so these results carry nothing.
    let facts = write!(
        page,
        "\n- {} records from {} to {}\n- source: {}, kind: {}\n- {}\n",
        signal.count,
        signal.first_seen,
        signal.last_seen,
        signal.key.family,
        signal.key.kind,
        case.score.sentence(),
    );
    debug_assert!(facts.is_ok());
    if let Some(sample) = changed.samples.first() {
        page.push_str(&evidence(sample));
    }
    page.push_str(
        "\n# What counts as fixed\n\nThe cause is removed, its tests pass, and these records stop.\n",
    );
    let written_by = changed.samples.iter().map(|sample| sample.text.from);
    Sourced::new(page, Provenance::of_all(written_by.chain([case.title.from])))
}

fn evidence(sample: &Sample) -> String {
    let mut page =
        format!("\n# Evidence (written by: {})\n\n{}\n", sample.text.from, fenced(&sample.text.value));
    for (name, value) in
        [("release", &sample.release), ("environment", &sample.environment), ("route", &sample.route)]
    {
        if let Some(value) = value {
            page.push_str(&format!("- {name}: {}\n", inline(&value.value)));
        }
    }
    if !sample.frames.is_empty() {
        let lines: Vec<String> = sample.frames.iter().take(MOST_FRAMES).map(frame_line).collect();
        page.push_str(&format!("\nThe stack, the crashing call first:\n\n{}\n", fenced(&lines.join("\n"))));
    }
    page
}

fn frame_line(frame: &Frame) -> String {
    let mark = if frame.in_app == Some(true) { "*" } else { " " };
    let function = frame.function.as_deref().unwrap_or("?");
    let place = frame.file.as_deref().or(frame.module.as_deref()).unwrap_or("?");
    match frame.line {
        Some(line) => format!("{mark} {function} ({place}:{line})"),
        None => format!("{mark} {function} ({place})"),
    }
}

/// A fence one longer than the longest run of backticks inside: nothing in it can close it.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", shown(text))
}

fn inline(text: &str) -> String {
    shown(text).replace(['`', '\n'], " ")
}

/// Control and invisible characters as people can see them.
fn shown(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let hidden = (c.is_control() && c != '\n' && c != '\t')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
            let plain: Vec<char> = if hidden { c.escape_unicode().collect() } else { vec![c] };
            plain
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_content_closes_its_fence() {
        for text in ["a", "```\nrm -rf\n```", "````````", "``` `` `````"] {
            let page = fenced(text);
            let fence = page.lines().next().unwrap().trim_end_matches("text");
            let inside: Vec<&str> = page.lines().skip(1).collect();
            let closing = inside.iter().position(|line| line.trim().starts_with(fence)).unwrap();
            assert_eq!(closing, inside.len() - 1, "{page}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(shown("a\u{200b}b\u{1b}[31m\u{e0041}"), "a\\u{200b}b\\u{1b}[31m\\u{e0041}");
        assert_eq!(inline("a\n`b`"), "a  b ");
    }
}

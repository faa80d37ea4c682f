//! The brief: what whoever does the work reads first. Text that a stranger could have written stands in a fence that
//! no content can close; fences are a courtesy, rights are decided by provenance.

use signalbox_domain::case::Case;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Frame, Sample};
use signalbox_store::planner::{EarlierTask, PlanSignal};

use crate::facts::Facts;
use crate::locate::{Evidence as Evidences, Located, Place};

const MOST_FRAMES: usize = 30;
/// Signals, and earlier tasks, that are told of.
const MOST_SIGNALS: usize = 5;
const MOST_PLACES: usize = 5;

/// What a brief is written from.
pub(crate) struct Evidence<'a> {
    pub(crate) case: &'a Case,
    pub(crate) facts: &'a Facts,
    /// The signals that were read, the largest first.
    pub(crate) signals: &'a [&'a PlanSignal],
    /// What earlier generations of the case brought.
    pub(crate) earlier: &'a [EarlierTask],
    /// Where the cause is thought to be, by the stacks and texts.
    pub(crate) located: Option<&'a Located>,
}

/// Markdown; as little trusted as the least trusted thing in it.
pub(crate) fn compose(of: &Evidence<'_>) -> Sourced<String> {
    let (case, facts) = (of.case, of.facts);
    let mut page = format!("# What happens\n\n{}\n", fenced(&case.title.value));
    page.push_str(&format!(
        "\n- {} records from {} to {}\n",
        facts.records, facts.first_seen, facts.last_seen
    ));
    for signal in of.signals.iter().take(MOST_SIGNALS) {
        let key = &signal.signal.key;
        page.push_str(&format!("- source: {}, kind: {}\n", key.family, key.kind));
    }
    page.push_str(&format!("- {}\n", case.score.sentence()));
    page.push_str(&others(of));
    page.push_str(&history(of.case.generation, of.earlier));
    let sample = of.signals.iter().find_map(|signal| signal.samples.first());
    if let Some(sample) = sample {
        page.push_str(&evidence(sample));
    }
    page.push_str(&of.located.map(whereabouts).unwrap_or_default());
    page.push_str(
        "\n# What counts as fixed\n\nThe cause is removed, its tests pass, and these records stop.\n",
    );
    let samples = of.signals.iter().flat_map(|signal| &signal.samples);
    let titles = of.signals.iter().map(|signal| signal.signal.title.from);
    let written_by = samples.map(|sample| sample.text.from).chain(titles);
    Sourced::new(page, Provenance::of_all(written_by.chain([case.title.from])))
}

/// Signals thought to share the cause, by what they are called.
fn others(of: &Evidence<'_>) -> String {
    if of.facts.signals < 2 {
        return String::new();
    }
    let told: Vec<String> = of
        .signals
        .iter()
        .take(MOST_SIGNALS)
        .map(|signal| format!("{} × {}", signal.signal.count, signal.signal.title.value))
        .collect();
    let heading = format!("# Thought to share one cause: {} signals", of.facts.signals);
    format!("\n{heading}\n\n{}\n", fenced(&told.join("\n")))
}

fn history(generation: u32, earlier: &[EarlierTask]) -> String {
    if earlier.is_empty() {
        return String::new();
    }
    let mut page = format!(
        "\n# It was worked on before\n\nThis is generation {generation}. What was tried did not hold:\n\n"
    );
    let first = earlier.len().saturating_sub(MOST_SIGNALS);
    for task in &earlier[first..] {
        page.push_str(&format!("- generation {}: {} is {}\n", task.generation, task.task, task.state));
    }
    page
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

/// The likeliest places, and what speaks for each.
fn whereabouts(located: &Located) -> String {
    let told: Vec<String> = located.places.iter().take(MOST_PLACES).map(place_line).collect();
    let how = match located.evidence {
        Evidences::Stack => "As the stack writes them, the likeliest first:",
        Evidences::Named => "As the text names them, the likeliest first:",
        Evidences::AssertionOnly => {
            "A test found a difference: its stack says where it was noticed, not where it comes from. A guess:"
        }
        Evidences::Words | Evidences::Nothing => "A guess by words:",
    };
    format!("\n# Where to look first\n\n{how}\n\n{}\n", fenced(&told.join("\n")))
}

fn place_line(place: &Place) -> String {
    let lines: Vec<String> = place.lines.iter().map(u32::to_string).collect();
    let mut line = place.at.as_str().to_owned();
    if !lines.is_empty() {
        line.push_str(&format!(", lines {}", lines.join(", ")));
    }
    if !place.functions.is_empty() {
        line.push_str(&format!(", in {}", place.functions.join(", ")));
    }
    let reasons: Vec<String> = place.reasons.iter().map(ToString::to_string).collect();
    format!("{line}\n    {}", reasons.join("; "))
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

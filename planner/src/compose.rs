//! The brief: what whoever does the work reads first. Text that a stranger could have written stands in a fence that
//! no content can close; fences are a courtesy, rights are decided by provenance.
//!
//! ```text
//!   case, facts, samples, places, earlier tasks ─▶ sections (parts.rs), each with its provenance and worth
//!     + the skill of this kind (skill.rs) ─▶ one page within a budget (section.rs)
//! ```
//!
//! Pure: the same case gives the same page. Called where a case becomes a task.

mod in_code;
mod parts;
mod section;
mod skill;
mod text;

use signalbox_domain::case::Case;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_similarity::frames::Language;
use signalbox_store::planner::{EarlierTask, PlanSignal};

use crate::code::Looked;
use crate::facts::Facts;
use crate::locate::Located;

/// Of which version the page is: its headings are what agents and people have learnt to look for.
const VERSION: u32 = 2;
/// What a page takes of whoever reads it.
const MOST_TOKENS: usize = 8_000;

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
    /// What git says about it, where it was asked.
    pub(crate) code: Option<&'a Looked>,
}

/// Markdown; as little trusted as the least trusted thing in it.
pub(crate) fn compose(of: &Evidence<'_>) -> Sourced<String> {
    let skill = skill::skill(skill_name(of.signals));
    let sections = parts::sections(of, skill);
    let from = Provenance::of_all(sections.iter().map(|section| section.from));
    Sourced::new(section::page(sections, MOST_TOKENS), from)
}

/// The job of the largest signal.
fn skill_name(signals: &[&PlanSignal]) -> &'static str {
    let Some(first) = signals.first() else { return "ticket" };
    let sample = first.samples.first();
    let trace = sample.and_then(|sample| crate::features::trace(sample, &sample.title.value));
    let language = trace.map_or(Language::Unknown, |trace| trace.language);
    skill::name_for(first.signal.key.family, first.signal.key.kind.as_str(), language)
}

#[cfg(test)]
mod tests;

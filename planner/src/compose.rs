//! The brief: what whoever does the work reads first. Text that a stranger could have written stands in a fence that
//! no content can close; fences are a courtesy, rights are decided by provenance.
//!
//! ```text
//!   case, facts, samples, places, earlier tasks ─▶ sections (parts.rs), each with its provenance and worth
//!     + the skill of this kind, the repository's own before the house's (skill.rs)
//!     ─▶ one page within a budget (section.rs)
//!     ─▶ the same for programs, field by field (bundle.rs)
//! ```
//!
//! Pure: the same case gives the same page. Called where a case becomes a task.

mod bundle;
mod in_code;
mod lab;
mod parts;
mod past;
mod section;
mod skill;
mod text;

pub use lab::{BriefLab, Briefed, BriefedTask};

use signalbox_domain::case::Case;
use signalbox_domain::code::Whereabouts;
use signalbox_domain::context::{Context, LinkedWork};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_similarity::frames::Language;
use signalbox_store::planner::{Beside, EarlierTask, PlanSignal};

use crate::code::Looked;
use crate::facts::Facts;

/// Of which version the page is: its headings are what agents and people have learnt to look for.
const VERSION: u32 = 3;
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
    pub(crate) located: Option<&'a Whereabouts>,
    /// What git says about it, where it was asked.
    pub(crate) code: Option<&'a Looked>,
    /// Others who are at work on the same file.
    pub(crate) linked: &'a [LinkedWork],
    /// How ended tasks ended, and cases that are over.
    pub(crate) beside: &'a Beside,
}

/// What a task says to those who do it.
pub(crate) struct Composed {
    /// Markdown; as little trusted as the least trusted thing in it.
    pub(crate) brief: Sourced<String>,
    pub(crate) context: Context,
}

pub(crate) fn compose(of: &Evidence<'_>) -> Composed {
    let skill = skill::chosen(kind_of(of.signals), of.code.and_then(Looked::facts));
    let context = bundle::context(of, &skill);
    let sections = parts::sections(of, &skill, &context);
    let from = Provenance::of_all(sections.iter().map(|section| section.from));
    let brief = Sourced::new(section::page(sections, MOST_TOKENS), from.and(context.provenance));
    Composed { brief, context }
}

/// The job that the largest signal asks for, by the name of its skill.
pub(crate) fn kind_of(signals: &[&PlanSignal]) -> &'static str {
    let Some(first) = signals.first() else { return "ticket" };
    let sample = first.samples.first();
    let trace = sample.and_then(|sample| crate::features::trace(sample, &sample.title.value));
    let language = trace.map_or(Language::Unknown, |trace| trace.language);
    skill::name_for(first.signal.key.family, first.signal.key.kind.as_str(), language)
}

#[cfg(test)]
mod tests;

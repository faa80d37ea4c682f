//! Whether somebody works on it already: a live task, or a change that is under way or came in lately, whoever made it, that
//! touches the lines that a case points at, or names the case. Then no second task is opened, and the two are linked. Work
//! on the same file only is linked and said in the brief (invariant 5). Pure.

use std::time::Duration;

use signalbox_domain::change::TouchedLines;
use signalbox_domain::code::{CodeFacts, PlaceAt, Whereabouts};
use signalbox_domain::context::{LinkKind, LinkedWork, Work};
use signalbox_domain::ids::{CaseId, RepositoryId, TaskId};
use signalbox_domain::time::Timestamp;
use signalbox_store::planner::{Stands, WorkBeside};

/// Places of a case that are compared.
const MOST_PLACES: usize = 3;
/// Lines each way around a place, within its function where that is known.
const NEAR: u32 = 10;
/// Links of one case.
const MOST_LINKS: usize = 5;

/// A case, as far as others may have it in hand.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    pub(crate) case: CaseId,
    pub(crate) repository: RepositoryId,
    /// The likeliest first.
    pub(crate) places: &'a [TouchedLines],
    /// Whether the places are more than a guess.
    pub(crate) is_sure: bool,
    pub(crate) last_seen: Timestamp,
    pub(crate) now: Timestamp,
    /// So long after a change was done, records may come of what is still out.
    pub(crate) cool_down: Duration,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Addressed {
    /// Nobody does the same work; others may be at work on the same file.
    Free {
        links: Vec<LinkedWork>,
    },
    Already(Already),
}

/// Work that makes a second task needless.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Already {
    pub(crate) link: LinkedWork,
    /// The task that it is, or whose change it is.
    pub(crate) task: Option<TaskId>,
    pub(crate) until: Until,
}

/// How long that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// As long as somebody is at it.
    ItEnds,
    /// What was done is still on its way out.
    Out(Timestamp),
    /// It is out, and nothing was seen since.
    Seen,
}

/// The lines that a case is about, the likeliest place first; a place without a line has none.
pub(crate) fn places(whereabouts: &Whereabouts, code: Option<&CodeFacts>) -> Vec<TouchedLines> {
    let of = code.map_or(whereabouts, |facts| &facts.whereabouts);
    let paths = of.places.iter().take(MOST_PLACES).filter_map(|place| match &place.at {
        PlaceAt::Path(path) => Some((path.clone(), place.lines.first().copied())),
        PlaceAt::Symbol(_) => None,
    });
    let around = |(path, line): (String, Option<u32>)| {
        let Some(line) = line else { return TouchedLines { path, first: 0, last: 0 } };
        let (first, last) = (line.saturating_sub(NEAR).max(1), line.saturating_add(NEAR));
        let mut excerpts = code.iter().flat_map(|facts| &facts.excerpts);
        let excerpt = excerpts.find(|excerpt| excerpt.path == path && excerpt.line == line);
        match excerpt.and_then(|excerpt| excerpt.function.as_ref()) {
            Some(of) => TouchedLines { path, first: first.max(of.first), last: last.min(of.last) },
            None => TouchedLines { path, first, last },
        }
    };
    paths.map(around).collect()
}

pub(crate) fn addressed<'a>(site: &Site<'_>, work: impl Iterator<Item = &'a WorkBeside>) -> Addressed {
    let mut links = Vec::new();
    for one in work {
        let Some(how) = shared(site, one) else { continue };
        let link = LinkedWork { work: one.work, how, words: words(site, one, how) };
        match standing(site, one).filter(|_| how.is_the_same_work()) {
            Some(until) => {
                let task = match one.work {
                    Work::Task(task) => Some(task),
                    Work::Change(_) => one.of,
                };
                return Addressed::Already(Already { link, task, until });
            }
            None if links.len() < MOST_LINKS => links.push(link),
            None => {}
        }
    }
    Addressed::Free { links }
}

/// What the case and the work have in common.
fn shared(site: &Site<'_>, work: &WorkBeside) -> Option<LinkKind> {
    if work.case == Some(site.case) {
        // Earlier generations of the case itself: what they left open is the same work, the rest is its history.
        let is_open = matches!(work.work, Work::Change(_)) && work.stands == Stands::Live;
        return is_open.then_some(LinkKind::Named);
    }
    if work.text.contains(&site.case.to_string()) {
        return Some(LinkKind::Named);
    }
    let first = site.places.first().filter(|_| work.repository == Some(site.repository))?;
    let compared = match work.work {
        // Of a task its likeliest place alone.
        Work::Task(_) => &work.touches[..work.touches.len().min(1)],
        Work::Change(_) => &work.touches[..],
    };
    if site.is_sure && compared.iter().any(|touched| overlap(first, touched)) {
        return Some(LinkKind::Lines);
    }
    work.touches.iter().any(|touched| same_file(&first.path, &touched.path)).then_some(LinkKind::File)
}

/// Until when the work stands for a task of the case; none where the case was seen after it could be out.
fn standing(site: &Site<'_>, work: &WorkBeside) -> Option<Until> {
    match work.stands {
        Stands::Live => Some(Until::ItEnds),
        Stands::Done { at } => {
            let out = at.plus(site.cool_down);
            match site.last_seen > out {
                true => None,
                false if site.now < out => Some(Until::Out(out)),
                false => Some(Until::Seen),
            }
        }
    }
}

fn words(site: &Site<'_>, work: &WorkBeside, how: LinkKind) -> String {
    let stands = match work.stands {
        Stands::Live => work.shown.clone(),
        Stands::Done { at } if site.last_seen > at.plus(site.cool_down) => {
            format!("{} since {at}, and the case was seen after it could be out", work.shown)
        }
        Stands::Done { at } => format!("{} since {at}", work.shown),
    };
    let place = site.places.first();
    match how {
        LinkKind::Named => format!("{stands}; it names the case"),
        LinkKind::Lines => {
            let lines = place.map_or_else(String::new, |of| format!(" {}:{}-{}", of.path, of.first, of.last));
            format!("{stands}; it is about the same lines,{lines}")
        }
        LinkKind::File => {
            let file = place.map_or_else(String::new, |of| format!(" {}", of.path));
            format!("{stands}; it is about the same file,{file}")
        }
    }
}

fn overlap(one: &TouchedLines, other: &TouchedLines) -> bool {
    let has_lines = one.last > 0 && other.last > 0;
    has_lines && same_file(&one.path, &other.path) && one.first <= other.last && other.first <= one.last
}

/// The same path, or one that is written with what lies above the other.
fn same_file(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    let below = || long.strip_suffix(short).is_some_and(|above| above.ends_with('/'));
    !short.is_empty() && (long == short || (short.contains('/') && below()))
}

#[cfg(test)]
mod tests;

//! What people decided about a case, as a plan finds it: whether it wakes, comes back, or may be worked on. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use signalbox_domain::ruling::{ComesBack, DismissCode, Ruled, Ruling, SnoozeUntil};
use signalbox_domain::suppression::Suppression;
use signalbox_domain::time::Timestamp;
use signalbox_store::planner::{CaseRecord, PlanSignal};

use crate::facts::Facts;

/// The ruling about the generation that there is now.
pub(crate) fn ruling(record: &CaseRecord) -> Option<&Ruling> {
    record.ruling.as_ref().filter(|ruling| ruling.generation == record.case.generation)
}

/// Why a sleeping case wakes now; none while it sleeps on.
pub(crate) fn wakes(
    record: &CaseRecord,
    facts: &Facts,
    read: &[&PlanSignal],
    now: Timestamp,
) -> Option<String> {
    let Some(Ruled::Snooze { until }) = ruling(record).map(|ruling| &ruling.ruled) else { return None };
    match until {
        SnoozeUntil::Time { at } => (now >= *at).then(|| format!("its time has come: {at}")),
        SnoozeUntil::Records { more, had } => (facts.records >= had.saturating_add(*more))
            .then(|| format!("{} records, {more} more than its {had}", facts.records)),
        SnoozeUntil::NextRelease { known } => {
            let new = releases(read).into_iter().find(|release| !known.contains(release));
            new.map(|release| format!("it was seen in another release: {release:?}"))
        }
    }
}

/// Of the samples that were read.
fn releases(read: &[&PlanSignal]) -> BTreeSet<String> {
    let samples = read.iter().flat_map(|signal| &signal.samples);
    samples.filter_map(|sample| sample.release.as_ref()).map(|release| release.value.clone()).collect()
}

/// Until when it sleeps, as far as a clock can tell, and who said so in which words.
pub(crate) fn sleep(record: &CaseRecord) -> (Option<Timestamp>, String) {
    match ruling(record) {
        Some(Ruling { by, ruled: Ruled::Snooze { until }, .. }) => {
            let due = if let SnoozeUntil::Time { at } = until { Some(*at) } else { None };
            (due, format!("{by} snoozed it {}", until.words()))
        }
        _ => (None, "its case is snoozed".to_owned()),
    }
}

/// How a case that is over was dismissed, if it was.
pub(crate) fn dismissed(ruling: &Ruling) -> Option<String> {
    let Ruled::Dismiss { code, words } = &ruling.ruled else { return None };
    Some(format!("{} dismissed it as {} ({words})", ruling.by, code.name().replace('_', " ")))
}

/// How a case was dismissed, where it is known.
pub(crate) fn dismissal(record: &CaseRecord) -> Option<(DismissCode, String)> {
    match ruling(record) {
        Some(Ruling { by, ruled: Ruled::Dismiss { code, words }, .. }) => {
            let name = code.name().replace('_', " ");
            let words = if words.is_empty() { String::new() } else { format!(" ({words})") };
            Some((*code, format!("{by} dismissed it as {name}{words}; {}", code.effect())))
        }
        _ => None,
    }
}

/// From when on records bring a dismissed case back; none where nothing does.
pub(crate) fn counts_from(record: &CaseRecord, cool_down: Duration) -> Option<Timestamp> {
    let (code, _) = dismissal(record)?;
    match code.comes_back() {
        ComesBack::Never => None,
        ComesBack::WhenSeen => Some(record.case.changed_at.plus(cool_down)),
    }
}

/// Somebody has looked at its text and lets it be worked on.
pub(crate) fn is_accepted(record: &CaseRecord) -> bool {
    ruling(record).is_some_and(|ruling| matches!(ruling.ruled, Ruled::Accept { .. }))
}

/// The rule that takes every signal that was read, if one does; of several the one that holds longest.
pub(crate) fn suppressed<'a>(
    rules: &'a [Suppression],
    read: &[&PlanSignal],
    now: Timestamp,
) -> Option<&'a Suppression> {
    let takes_all = |rule: &&Suppression| {
        rule.holds(now) && !read.is_empty() && read.iter().all(|signal| rule.rule.takes(&signal.signal))
    };
    rules.iter().filter(takes_all).max_by_key(|rule| (rule.expires_at, rule.id))
}

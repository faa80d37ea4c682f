//! The same as the page, for programs: every field with who could have written it, bounded like the page. Pure.

use signalbox_domain::context::{Context, ContextSignal, Numbers};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::Sample;
use signalbox_domain::task::TaskCase;

use super::Evidence;
use super::past::{similar, tried};
use super::skill::Chosen;
use crate::code::Looked;

const MOST_SIGNALS: usize = 20;
const MOST_SAMPLES: usize = 10;
/// Of all samples together, as JSON.
const MOST_BYTES: usize = 96 << 10;

pub(super) fn context(of: &Evidence<'_>, chosen: &Chosen) -> Context {
    let all = || of.signals.iter().flat_map(|signal| &signal.samples);
    let samples = within(all());
    let (shown, known) = (of.signals.len().min(MOST_SIGNALS), all().count());
    let left_out = of.signals.len() - shown + known - samples.len();
    let (code, not_read) = match of.code {
        Some(Looked::Found(facts)) => (Some(facts.clone()), None),
        Some(Looked::Failed(why)) => (None, Some(why.clone())),
        None => (None, None),
    };
    let texts = Provenance::of_all(all().map(|sample| sample.text.from));
    let mut context = Context {
        kind: chosen.skill.name.clone(),
        case: TaskCase { case: of.case.id, generation: of.case.generation },
        title: of.case.title.clone(),
        numbers: numbers(of),
        signals: of.signals.iter().take(MOST_SIGNALS).map(|signal| told(signal)).collect(),
        whereabouts: of.located.map(|located| Sourced::new(located.clone(), texts)),
        code: code.map(|facts| Sourced::new(facts, Provenance::Repository)),
        not_read,
        earlier: tried(of.earlier, &of.beside.ended),
        similar: similar(of.case, &of.beside.closed),
        linked: of.linked.to_vec(),
        how: Sourced::new(chosen.skill.how.clone(), chosen.from),
        fixed: Sourced::new(chosen.skill.fixed.clone(), chosen.from),
        watched: of.signals.iter().take(MOST_SIGNALS).map(|signal| signal.signal.id).collect(),
        left_out: u64::try_from(left_out).unwrap_or(u64::MAX),
        provenance: Provenance::Person,
        samples,
    };
    context.provenance = writers(&context);
    context
}

fn numbers(of: &Evidence<'_>) -> Numbers {
    let facts = of.facts;
    Numbers {
        records: facts.records,
        signals: facts.signals,
        users: facts.users,
        first_seen: facts.first_seen,
        last_seen: facts.last_seen,
        severity: facts.severity,
        score: of.case.score.sentence(),
    }
}

fn told(signal: &signalbox_store::planner::PlanSignal) -> ContextSignal {
    let signal = &signal.signal;
    ContextSignal {
        id: signal.id,
        family: signal.key.family,
        kind: signal.key.kind.to_string(),
        title: signal.title.clone(),
        records: signal.count,
    }
}

/// The first of them, as many as there is room for.
fn within<'a>(samples: impl Iterator<Item = &'a Sample>) -> Vec<Sample> {
    let mut room = MOST_BYTES;
    let mut taken = Vec::new();
    for sample in samples.take(MOST_SAMPLES) {
        let size = serde_json::to_string(sample).map_or(usize::MAX, |text| text.len());
        let Some(left) = room.checked_sub(size) else { continue };
        room = left;
        taken.push(sample.clone());
    }
    taken
}

/// The least trusted of all fields that others wrote.
fn writers(context: &Context) -> Provenance {
    let of_samples = context.samples.iter().flat_map(|sample| {
        let named = [&sample.release, &sample.environment, &sample.route];
        let named = named.into_iter().flatten().map(|one| one.from);
        [sample.title.from, sample.text.from].into_iter().chain(named)
    });
    let links = context.samples.iter().flat_map(|sample| &sample.links).map(|link| link.from);
    let signals = context.signals.iter().map(|signal| signal.title.from);
    let places = context.whereabouts.iter().map(|one| one.from);
    let code = context.code.iter().map(|one| one.from);
    let ours = [context.title.from, context.how.from, context.fixed.from];
    let before = context.earlier.iter().filter_map(|one| one.ended.as_ref()).map(|said| said.from);
    let before = before.chain(context.similar.iter().map(|one| one.title.from));
    let all = of_samples.chain(links).chain(signals).chain(places).chain(code).chain(before).chain(ours);
    Provenance::of_all(all)
}

//! What is noted of records, gathered for their part: sessions, counts of configured events, uses of releases. Pure; nothing
//! that says who somebody is goes further than here but as a hash.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::SourceName;
use signalbox_domain::sketch::Sketch;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::pseudonym;
use signalbox_store::ingest::{
    Exposure, ExposureKey, Gathered, MetricPoint, PointKey, ReplaySession, SeriesKey, SessionKey,
};

use crate::config::IngestConfig;
use crate::fold::{AHEAD, Cleaner, FoldContext, MOST_COUNT, clamped};
use crate::formats::Format;
use crate::measures::{Counted, counted, window_of};
use crate::observation::{EventNote, ExposureNote, Noted, SessionNote};

/// What the settings want gathered of one source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gathering {
    sessions: Sessions,
    events: Vec<String>,
    counted: BTreeMap<String, Vec<Counted>>,
}

/// Whether clicks are noted for sessions: only where something reads their rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Sessions {
    #[default]
    Nobodys,
    Read,
}

impl Gathering {
    pub(crate) fn of(source: &SourceName, config: &IngestConfig) -> Self {
        let counted = counted(source, &config.funnels, &config.metrics);
        let is_read = config.sources.iter().any(|source| source.format == Format::PosthogReplay);
        Self {
            sessions: if is_read { Sessions::Read } else { Sessions::Nobodys },
            events: counted.keys().cloned().collect(),
            counted,
        }
    }

    /// Sessions alone.
    pub(crate) fn of_sessions() -> Self {
        Self { sessions: Sessions::Read, ..Self::default() }
    }

    /// The names of events that are noted.
    pub(crate) fn events(&self) -> &[String] {
        &self.events
    }
}

/// Of a part under construction.
#[derive(Debug, Default)]
pub(crate) struct Gatherer {
    sessions: BTreeMap<SessionKey, ReplaySession>,
    points: BTreeMap<PointKey, (u64, Sketch)>,
    exposures: Vec<Exposure>,
}

impl Gatherer {
    pub(crate) fn note(
        &mut self,
        project: ProjectId,
        noted: &Noted,
        source: &SourceName,
        gathering: &Gathering,
        context: &FoldContext<'_>,
    ) {
        match noted {
            Noted::Session(note) => {
                if note.is_row || gathering.sessions == Sessions::Read {
                    self.session(project, note, source, context);
                }
            }
            Noted::Event(note) => self.event(project, note, gathering, context),
            Noted::Exposure(note) => self.exposure(project, note, context),
        }
    }

    fn session(
        &mut self,
        project: ProjectId,
        note: &SessionNote,
        source: &SourceName,
        context: &FoldContext<'_>,
    ) {
        let mut clean = Cleaner::new(context.redactor);
        // One wrong clock must not end every session.
        let newest = context.received_at.plus(AHEAD);
        let ended_at = note.ended_at.min(newest);
        let part = ReplaySession {
            key: SessionKey { project, session: digest("session", &note.session) },
            name: clean.text(&note.session),
            source: note.is_row.then(|| source.clone()),
            started_at: note.started_at.min(ended_at),
            ended_at,
            exit: note.route.as_ref().map(|route| (ended_at, clean.text(route))),
            errors: note.errors.min(MOST_COUNT),
            clicks: note.clicks.min(MOST_COUNT),
            unanswered_at: note.unanswered.then_some(ended_at),
            person: note.person.as_deref().map(pseudonym),
        };
        match self.sessions.get_mut(&part.key) {
            Some(session) => session.add(part),
            None => drop(self.sessions.insert(part.key, part)),
        }
    }

    fn event(
        &mut self,
        project: ProjectId,
        note: &EventNote,
        gathering: &Gathering,
        context: &FoldContext<'_>,
    ) {
        let at = clamped(note.at, context.received_at);
        for Counted { name, span, step } in gathering.counted.get(&note.event).into_iter().flatten() {
            let series = SeriesKey { project, name: name.clone(), span: *span };
            let key = PointKey { series, step: *step, at: window_of(at, *span) };
            let (count, users) = self.points.entry(key).or_default();
            *count = count.saturating_add(1);
            note.person.iter().for_each(|person| users.add(pseudonym(person)));
        }
    }

    fn exposure(&mut self, project: ProjectId, note: &ExposureNote, context: &FoldContext<'_>) {
        let mut clean = Cleaner::new(context.redactor);
        let mut users = Sketch::default();
        note.person.iter().for_each(|person| users.add(pseudonym(person)));
        self.exposures.push(Exposure {
            key: ExposureKey {
                project,
                hour: ExposureKey::hour_of(clamped(note.at, context.received_at)),
                release: clean.text(&note.release),
                environment: clean.text(&note.environment),
            },
            mark: note.id.as_deref().map(|id| digest("exposure", id)),
            exposed: note.exposed,
            users,
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.points.is_empty() && self.exposures.is_empty()
    }

    pub(crate) fn finish(self) -> Gathered {
        let point = |(key, (count, users))| MetricPoint { key, count, users };
        Gathered {
            sessions: self.sessions.into_values().collect(),
            points: self.points.into_iter().map(point).collect(),
            exposures: self.exposures,
        }
    }
}

/// 128 bits of a hash.
fn digest(what: &str, name: &str) -> [u8; 16] {
    let digest: [u8; 32] =
        Sha256::new().chain_update(what).chain_update([0]).chain_update(name).finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

/// When the newest of some records was written; a producer's wrong clock is not believed.
pub(crate) fn watermark(
    written: impl Iterator<Item = Timestamp>,
    received_at: Timestamp,
) -> Option<Timestamp> {
    written.map(|at| at.min(received_at.plus(AHEAD))).max()
}

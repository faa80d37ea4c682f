//! Sessions of records that are played offline: gathered in memory by the same rules, and judged by event time.

use std::collections::BTreeMap;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::SourceName;
use signalbox_domain::time::Timestamp;
use signalbox_store::ingest::{ReplaySession, SessionKey};

use super::ReplayConfig;
use crate::fold::FoldContext;
use crate::gather::{Gatherer, Gathering};
use crate::observation::{Noted, Observation};

/// Open sessions. What they say belongs to the project that plays them.
#[derive(Debug)]
pub struct PlayedSessions {
    config: ReplayConfig,
    gathering: Gathering,
    project: ProjectId,
    source: SourceName,
    open: BTreeMap<SessionKey, ReplaySession>,
    newest: Timestamp,
}

impl PlayedSessions {
    pub fn new(config: ReplayConfig, project: ProjectId, source: SourceName) -> Self {
        let gathering = Gathering::of_sessions();
        Self { config, gathering, project, source, open: BTreeMap::new(), newest: Timestamp::EPOCH }
    }

    /// Adds what was noted of a record that came at this time.
    pub fn note(&mut self, noted: &[Noted], came: Timestamp, context: &FoldContext<'_>) {
        let mut gatherer = Gatherer::default();
        for noted in noted {
            gatherer.note(self.project, noted, &self.source, &self.gathering, context);
        }
        self.newest = self.newest.max(came);
        for session in gatherer.finish().sessions {
            match self.open.get_mut(&session.key) {
                Some(open) => open.add(session),
                None => drop(self.open.insert(session.key, session)),
            }
        }
    }

    /// What sessions say that were silent for long enough before the newest record.
    pub fn over(&mut self) -> Vec<Observation> {
        let (newest, silence) = (self.newest, self.config.silence);
        let most = usize::try_from(self.config.most_sessions).unwrap_or(usize::MAX);
        let mut over: Vec<SessionKey> = Vec::new();
        let mut by_end: Vec<(Timestamp, SessionKey)> =
            self.open.values().map(|session| (session.ended_at, session.key)).collect();
        by_end.sort_unstable();
        let too_many = by_end.len().saturating_sub(most);
        for (place, (ended_at, key)) in by_end.into_iter().enumerate() {
            if place < too_many || newest.since(ended_at) > silence {
                over.push(key);
            }
        }
        let sessions = over.iter().filter_map(|key| self.open.remove(key));
        sessions.flat_map(|session| self.config.judge(&session)).collect()
    }

    /// What all of them say: nothing more comes.
    pub fn finish(&mut self) -> Vec<Observation> {
        let sessions = std::mem::take(&mut self.open);
        sessions.into_values().flat_map(|session| self.config.judge(&session)).collect()
    }
}

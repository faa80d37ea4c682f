//! The door for unchanged SDKs: a body with a public key in, signals of the key's project out, answered after the commit.
//!
//! ```text
//!   key in a header? ─▶ its project, its limit ─▶ body opened ─▶ key in the body? ─▶ read ─▶ part ─▶ group commit
//! ```
//!
//! The key is public: it only writes, and to one project. What is wrong with a body is told to its sender and, where the
//! key is known, kept in quarantine, since nobody reads an SDK's log. Called by the binary on behalf of the server; it
//! knows no HTTP.

mod keys;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::SourceName;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Metrics, SealError, TaskEnd};
use signalbox_store::StoreError;

use crate::fold::Folder;
use crate::formats::{Format, Payload, PosthogBody, SentryBody};
use crate::gather::Gathering;
use crate::group::{GroupCommit, GroupError};
use crate::keep::{Items, Keeping, Whole, keep};
use crate::keys::FingerprintConfig;
use crate::observation::{Reading, Unreadable};
use crate::pass::IngestSetup;
use crate::status::{Counts, Status};
use keys::{KeyLimit, Keys};

/// A body of so many bytes is read off the threads that answer requests.
const LARGE: usize = 128 << 10;

/// Whose SDK it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    Posthog,
    Sentry,
}

/// How much a public key may send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SdkConfig {
    /// Requests of one key in a minute, over all processes; 0 for no limit.
    pub requests_a_minute: u64,
}

impl Default for SdkConfig {
    fn default() -> Self {
        Self { requests_a_minute: 60_000 }
    }
}

/// One request's body as it came.
#[derive(Debug, Clone)]
pub struct SdkBody {
    pub dialect: Dialect,
    /// Of a header or the URL; None where it can only stand in the body.
    pub key: Option<String>,
    pub encoding: Option<String>,
    pub bytes: Vec<u8>,
}

/// What was taken, for good.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SdkTaken {
    /// The ids that a reply repeats: of each event, or of the envelope; None for one without.
    pub ids: Vec<Option<String>>,
}

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum SdkRefused {
    #[error("no public key of a project came with it")]
    NoKey,
    #[error("this public key is not known")]
    UnknownKey,
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("the key has sent as much as it may; again in {wait:?}")]
    TooMany { wait: Duration },
    #[error("looking a public key up")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] GroupError),
    #[error("sealing a record for quarantine")]
    Seal(#[from] SealError),
    #[error("reading a large body")]
    Reading(#[from] TaskEnd),
}

/// Takes what SDKs send. Clones are the same.
#[derive(Clone)]
pub struct SdkDoor(Arc<Inner>);

struct Inner {
    setup: IngestSetup,
    fingerprints: FingerprintConfig,
    keys: Keys,
    group: GroupCommit,
    posthog: Status,
    sentry: Status,
}

impl SdkDoor {
    pub fn new(
        setup: IngestSetup,
        config: &SdkConfig,
        fingerprints: FingerprintConfig,
        metrics: &Metrics,
    ) -> Self {
        let limit = KeyLimit { a_minute: config.requests_a_minute, metrics: metrics.clone() };
        let keys = Keys::new(setup.store.clone(), setup.clock.clone(), limit);
        let group = GroupCommit::new(setup.clone());
        let (posthog, sentry) = (Status::default(), Status::default());
        Self(Arc::new(Inner { setup, fingerprints, keys, group, posthog, sentry }))
    }

    pub fn status(&self, dialect: Dialect) -> Status {
        self.0.status(dialect).clone()
    }

    /// After an answer without an error all of it is kept for good, or counted before.
    pub async fn take(&self, body: SdkBody) -> Result<SdkTaken, SdkRefused> {
        let known = match &body.key {
            Some(key) => Some(self.0.keys.admit(key).await?),
            None => None,
        };
        let dialect = body.dialect;
        let received_at = self.0.setup.clock.now();
        let read = if body.bytes.len() < LARGE {
            read(body, received_at)
        } else {
            self.0.setup.tasks.spawn_blocking("read of a large body", move || read(body, received_at)).await?
        };
        let project = match (known, &read.key) {
            (Some(project), _) => project,
            (None, Some(key)) => self.0.keys.admit(key).await?,
            (None, None) => return Err(read.reading.err().map_or(SdkRefused::NoKey, SdkRefused::Unreadable)),
        };
        self.0.keep(dialect, project, read, received_at).await
    }
}

/// A body that was opened, as far as that went.
struct Read {
    key: Option<String>,
    ids: Vec<Option<String>>,
    reading: Result<Reading, Unreadable>,
    body: SdkBody,
}

fn read(body: SdkBody, received_at: Timestamp) -> Read {
    let headers: Vec<(&str, &str)> =
        body.encoding.as_deref().map(|encoding| ("content-encoding", encoding)).into_iter().collect();
    let payload = Payload { headers: &headers, ..Payload::new(&body.bytes, Provenance::Stranger) };
    let received_at = Some(received_at);
    let (key, ids, reading) = match body.dialect {
        Dialect::Posthog => match PosthogBody::open(&payload) {
            Ok(open) => (open.key(), open.uuids(), open.read(received_at)),
            Err(error) => (None, Vec::new(), Err(error)),
        },
        Dialect::Sentry => match SentryBody::open(&payload) {
            Ok(open) => (open.key(), vec![open.event_id()], open.read(received_at)),
            Err(error) => (None, Vec::new(), Err(error)),
        },
    };
    Read { key, ids, reading, body }
}

impl Inner {
    async fn keep(
        &self,
        dialect: Dialect,
        project: ProjectId,
        read: Read,
        received_at: Timestamp,
    ) -> Result<SdkTaken, SdkRefused> {
        let Read { ids, reading, body, .. } = read;
        let whole = reading.as_ref().err().cloned();
        let mut context = self.setup.fold_context();
        context.received_at = received_at;
        let (mut folder, source) = (Folder::default(), source(dialect));
        let Items { items, not_signals } = keep(
            &mut folder,
            reading,
            |_| Some(project),
            Whole {
                source: &source,
                origin: RecordOrigin::Request { id: ids.iter().flatten().next().cloned() },
                bytes: &body.bytes,
                size: body.bytes.len(),
            },
            &Keeping { fingerprints: &self.fingerprints, gathering: &Gathering::default(), fold: &context },
        )?;
        let mut counts = Counts { read: items, not_a_signal: not_signals, ..Counts::default() };
        if !folder.is_empty() {
            let part = self.setup.limited(folder.finish(&self.setup.redactor));
            counts.fold(self.group.commit(part).await?);
        }
        self.status(dialect).add(counts);
        self.setup.metrics.counted(source.as_str(), "", "", &counts);
        match whole {
            Some(error) => Err(error.into()),
            None => Ok(SdkTaken { ids }),
        }
    }

    fn status(&self, dialect: Dialect) -> &Status {
        match dialect {
            Dialect::Posthog => &self.posthog,
            Dialect::Sentry => &self.sentry,
        }
    }
}

/// Under which name quarantine shows it.
#[expect(clippy::expect_used, reason = "the names of formats are names of sources: a test makes both")]
fn source(dialect: Dialect) -> SourceName {
    let format = match dialect {
        Dialect::Posthog => Format::PosthogSdk,
        Dialect::Sentry => Format::SentrySdk,
    };
    format.name().parse().expect("a name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_have_names() {
        assert_eq!(source(Dialect::Posthog).as_str(), "posthog_sdk");
        assert_eq!(source(Dialect::Sentry).as_str(), "sentry_sdk");
    }
}

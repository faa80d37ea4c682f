//! Records of a file: read as their format says and folded with the move of the file's own position, so that a load that was
//! cut off goes on where it was, and one that is given again counts nothing twice. Called by the binary on behalf of the
//! server.

use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::{ProjectName, SourceName};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::record::{RecordOrigin, Stream};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::SealError;
use signalbox_store::StoreError;
use signalbox_store::ingest::{FoldBatch, FoldPart, PartReport, PositionMove};

use crate::fold::Folder;
use crate::formats::{Format, Payload, read};
use crate::gather::Gathering;
use crate::keep::{Keeping, Whole, keep};
use crate::keys::FingerprintConfig;
use crate::pass::{IngestSetup, SIGNALS};
use crate::status::Counts;

/// The source under which positions of files are kept.
const SOURCE: &str = "load";

/// Loads files. Clones are the same.
#[derive(Clone)]
pub struct Loader {
    setup: IngestSetup,
    fingerprints: FingerprintConfig,
}

/// Some records of a file, in order.
#[derive(Debug, Clone)]
pub struct Load {
    pub format: Format,
    pub project: ProjectName,
    /// What the file is known by; None for one whose position nobody keeps.
    pub file: Option<String>,
    /// The number of the first of these records in the file.
    pub from: u64,
    pub records: Vec<Vec<u8>>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// The number of the record that comes next.
    pub next: u64,
    /// None where the file is not at `from`, and nothing was taken.
    pub counts: Option<Counts>,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("writing what is loaded")]
    Store(#[from] StoreError),
    #[error("sealing a record for quarantine")]
    Seal(#[from] SealError),
}

impl Loader {
    pub fn new(setup: IngestSetup, fingerprints: FingerprintConfig) -> Self {
        Self { setup, fingerprints }
    }

    /// After an answer without an error what was taken is kept for good. Without records it only says where the file is.
    pub async fn load(&self, load: &Load) -> Result<Loaded, LoadError> {
        let stream = load.stream();
        let at = match &stream {
            Some(stream) => self.position(stream).await?,
            None => Some(load.from),
        };
        let next = at.unwrap_or(0);
        if load.records.is_empty() || next != load.from {
            return Ok(Loaded { next, counts: None });
        }
        let now = self.setup.clock.now();
        let project = self.setup.store.project_ensure(&load.project, self.setup.ids.next(), now).await?.id;
        let (part, mut counts) = self.part(load, project, now)?;
        let to = next + u64::try_from(load.records.len()).unwrap_or(0);
        let position = stream.map(|stream| PositionMove { stream, from: at.map(offset), to: offset(to) });
        let part = FoldPart { position, ..self.setup.limited(part) };
        // On the heap: a fold holds far more while it is under way than the request around it.
        let reports = Box::pin(self.setup.store.signals_fold(&FoldBatch { parts: vec![part] }, now)).await?;
        match reports.into_iter().next() {
            Some(report @ PartReport::Folded { .. }) => {
                counts.fold(report);
                self.setup.metrics.counted(SOURCE, "", "", &counts);
                self.setup.wakeups.wake(SIGNALS);
                Ok(Loaded { next: to, counts: Some(counts) })
            }
            // Somebody else loads the same file: whoever asks is told where it is.
            _ => Ok(Loaded { next, counts: None }),
        }
    }

    fn part(&self, load: &Load, project: ProjectId, now: Timestamp) -> Result<(FoldPart, Counts), SealError> {
        let (mut folder, mut fold) = (Folder::default(), self.setup.fold_context());
        fold.received_at = now;
        let keeping =
            Keeping { fingerprints: &self.fingerprints, gathering: &Gathering::default(), fold: &fold };
        let (source, mut counts) = (source(), Counts::default());
        let file = load.file.as_deref().unwrap_or("-");
        for (line, bytes) in (load.from + 1..).zip(&load.records) {
            let whole = Whole {
                source: &source,
                origin: RecordOrigin::File { name: file.to_owned(), line },
                bytes,
                size: bytes.len(),
            };
            let payload = Payload { received_at: Some(now), ..Payload::new(bytes, Provenance::Stranger) };
            let items = keep(&mut folder, read(load.format, &payload), |_| Some(project), whole, &keeping)?;
            counts.read += items.items;
            counts.not_a_signal += items.not_signals;
        }
        Ok((folder.finish(&self.setup.redactor), counts))
    }

    async fn position(&self, stream: &Stream) -> Result<Option<u64>, StoreError> {
        let loaded = self.setup.store.positions_load(&stream.source).await?;
        let found = loaded.into_iter().find(|(known, _)| known == stream);
        Ok(found.map(|(_, next)| u64::try_from(next).unwrap_or(0)))
    }
}

impl Load {
    /// The same file in another project, or read as something else, is another stream.
    fn stream(&self) -> Option<Stream> {
        Some(Stream {
            source: source(),
            cluster: "files".to_owned(),
            topic: self.file.clone()?,
            topic_id: format!("{}/{}", self.project, self.format.name()),
            partition: 0,
        })
    }
}

fn offset(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[expect(clippy::expect_used, reason = "the literal is the name of a source: a test makes it")]
fn source() -> SourceName {
    SOURCE.parse().expect("a name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_another_stream_for_another_project_or_format() {
        let load = |project: &str, format, file: Option<&str>| Load {
            format,
            project: project.parse().unwrap(),
            file: file.map(str::to_owned),
            from: 0,
            records: Vec::new(),
        };
        let one = load("web", Format::Signal, Some("a")).stream();
        assert_eq!(one, load("web", Format::Signal, Some("a")).stream());
        assert_ne!(one, load("app", Format::Signal, Some("a")).stream());
        assert_ne!(one, load("web", Format::SentryEvent, Some("a")).stream());
        assert_eq!(load("web", Format::Signal, None).stream(), None);
        assert_eq!(source().as_str(), SOURCE);
    }
}

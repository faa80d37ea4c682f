//! Deliveries into signals: each is read once, in the transaction that folds what stands in it. One that cannot be read is
//! quarantined and is read too: it never stops the others. Called by the binary, as a pass.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use signalbox_domain::delivery::Delivery;
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{NextPass, PassEnd, SealError};
use signalbox_store::StoreError;
use signalbox_store::ingest::{FoldBatch, FoldPart, PartSource};
use tokio::sync::Mutex;

use crate::config::{HookConfig, IngestConfig};
use crate::fold::Folder;
use crate::formats::{Payload, read};
use crate::gather::Gathering;
use crate::keep::{Items, Keeping, Whole, keep, refusal};
use crate::keys::FingerprintConfig;
use crate::pass::{IngestSetup, SIGNALS};
use crate::status::Counts;

/// Deliveries of one transaction.
const AT_ONCE: u32 = 100;

#[derive(Debug, thiserror::Error)]
pub enum HookError {
    #[error("reading deliveries")]
    Store(#[from] StoreError),
    #[error("sealing a record for quarantine")]
    Seal(#[from] SealError),
}

/// Reads deliveries.
pub struct HookIngest {
    hooks: Vec<HookConfig>,
    setup: IngestSetup,
    fingerprints: FingerprintConfig,
    projects: Mutex<BTreeMap<ProjectName, ProjectId>>,
    /// What was counted since the start.
    sum: Mutex<Counts>,
}

impl HookIngest {
    pub fn new(config: &IngestConfig, setup: IngestSetup) -> Self {
        let (hooks, fingerprints) = (config.hooks.clone(), config.fingerprints.clone());
        Self { hooks, setup, fingerprints, projects: Mutex::default(), sum: Mutex::default() }
    }

    /// Reads what came, the oldest first, in one transaction; reports all that was counted since the start.
    pub async fn pass(&self, now: Timestamp) -> Result<PassEnd<Counts>, HookError> {
        let deliveries = self.setup.store.deliveries_unread(AT_ONCE).await?;
        if deliveries.is_empty() {
            return Ok(PassEnd { report: *self.sum.lock().await, next: NextPass::AtPeriod });
        }
        let projects = self.projects(now).await?;
        let (mut parts, mut counted) = (Vec::new(), Vec::new());
        for delivery in &deliveries {
            let (part, counts) = self.part(delivery, &projects)?;
            parts.push(part);
            counted.push(counts);
        }
        // On the heap: a fold holds far more while it is under way than the pass around it.
        let reports = Box::pin(self.setup.store.signals_fold(&FoldBatch { parts }, now)).await?;
        self.setup.wakeups.wake(SIGNALS);
        let mut sum = self.sum.lock().await;
        for (report, mut counts) in reports.into_iter().zip(counted) {
            counts.fold(report);
            self.setup.metrics.counted("hooks", "", "", &counts);
            *sum += counts;
        }
        let is_full = deliveries.len() >= usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let next = if is_full { NextPass::AtOnce } else { NextPass::AtPeriod };
        Ok(PassEnd { report: *sum, next })
    }

    fn part(
        &self,
        delivery: &Delivery,
        projects: &BTreeMap<ProjectName, ProjectId>,
    ) -> Result<(FoldPart, Counts), SealError> {
        let (mut folder, mut fold) = (Folder::default(), self.setup.fold_context());
        fold.received_at = delivery.received_at;
        let whole = Whole {
            source: &delivery.source,
            origin: RecordOrigin::Delivery { delivery: delivery.id },
            bytes: delivery.body.as_bytes(),
            size: delivery.body.len(),
        };
        let items = match self.hooks.iter().find(|hook| hook.name == delivery.source) {
            None => {
                let words = "the settings have no hook of this name any more".to_owned();
                folder.refuse(refusal(whole, "no-hook", words), &fold)?;
                Items { items: 1, not_signals: 0 }
            }
            Some(hook) => {
                let headers: Vec<(&str, &str)> =
                    delivery.headers.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
                let payload = Payload {
                    headers: &headers,
                    received_at: Some(delivery.received_at),
                    ..Payload::new(delivery.body.as_bytes(), Provenance::SignedSource)
                };
                let project = |hint: &_| projects.get(hook.project.project(hint)?).copied();
                let keeping = Keeping {
                    fingerprints: &self.fingerprints,
                    gathering: &Gathering::default(),
                    fold: &fold,
                };
                keep(&mut folder, read(hook.format, &payload), project, whole, &keeping)?
            }
        };
        let counts = Counts { read: items.items, not_a_signal: items.not_signals, ..Counts::default() };
        let from = Some(PartSource::Delivery(delivery.id));
        Ok((FoldPart { from, ..self.setup.limited(folder.finish(&self.setup.redactor)) }, counts))
    }

    /// The projects that hooks name, made at the first delivery.
    async fn projects(&self, now: Timestamp) -> Result<BTreeMap<ProjectName, ProjectId>, StoreError> {
        let mut projects = self.projects.lock().await;
        for name in self.hooks.iter().flat_map(|hook| hook.project.names()) {
            if let Entry::Vacant(place) = projects.entry(name) {
                let made = self.setup.store.project_ensure(place.key(), self.setup.ids.next(), now).await?;
                place.insert(made.id);
            }
        }
        Ok(projects.clone())
    }
}

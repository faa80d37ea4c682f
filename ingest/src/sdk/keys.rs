//! Whose a public key is, and whether it may send just now. Looked up in the store, and remembered for a moment.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::project_key::PublicKey;
use signalbox_domain::quota::QuotaLimit;
use signalbox_runtime::{BootTime, Clock, Metrics, Quota, QuotaAnswer, QuotaConfig, QuotaError};
use signalbox_store::{Ledger, Store, StoreError};

use super::SdkRefused;

/// A key that was taken away is refused after so long at the latest.
const REMEMBERED: Duration = Duration::from_secs(30);
/// Keys that are there, never ones that strangers made up.
const MOST_REMEMBERED: usize = 10_000;
const WINDOW: Duration = Duration::from_secs(60);
/// Twenty calls of the ledger a minute where a key sends all that it may.
const SHARES: u64 = 20;

pub(super) struct KeyLimit {
    /// 0 for none.
    pub(super) a_minute: u64,
    pub(super) metrics: Metrics,
}

pub(super) struct Keys {
    store: Store,
    clock: Clock,
    limit: KeyLimit,
    known: Mutex<BTreeMap<PublicKey, Known>>,
}

#[derive(Clone)]
struct Known {
    project: ProjectId,
    until: BootTime,
    quota: Option<Quota<Ledger>>,
}

impl Keys {
    pub(super) fn new(store: Store, clock: Clock, limit: KeyLimit) -> Self {
        Self { store, clock, limit, known: Mutex::default() }
    }

    /// The project of a key that may send now.
    pub(super) async fn admit(&self, text: &str) -> Result<ProjectId, SdkRefused> {
        let key: PublicKey = text.parse().map_err(|_| SdkRefused::UnknownKey)?;
        let known = self.known(&key).await?;
        if let Some(quota) = &known.quota {
            let wait = match quota.take(1).await {
                Ok(QuotaAnswer::Granted) => None,
                Ok(QuotaAnswer::Wait(wait)) => Some(wait),
                Ok(QuotaAnswer::Exhausted { until }) => Some(until.since(self.clock.now())),
                Err(QuotaError::Ledger(error)) => return Err(error.into()),
                // One unit of a limit that has some, in no shape: neither can be.
                Err(error) => {
                    tracing::error!(%error, "a key's limit");
                    None
                }
            };
            if let Some(wait) = wait {
                return Err(SdkRefused::TooMany { wait });
            }
        }
        Ok(known.project)
    }

    async fn known(&self, key: &PublicKey) -> Result<Known, SdkRefused> {
        let now = self.clock.boot();
        let before = self.remembered().get(key).cloned();
        if let Some(known) = before.clone().filter(|known| now < known.until) {
            return Ok(known);
        }
        let Some(found) = self.store.project_key_find(key).await? else {
            self.remembered().remove(key);
            return Err(SdkRefused::UnknownKey);
        };
        // What was leased stays leased: a key is looked up anew more often than its window ends.
        let quota = match before {
            Some(known) => known.quota,
            None => self.quota(key)?,
        };
        let known = Known { project: found.project, until: now.plus(REMEMBERED), quota };
        let mut remembered = self.remembered();
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        Ok(remembered.entry(key.clone()).insert_entry(known).get().clone())
    }

    fn quota(&self, key: &PublicKey) -> Result<Option<Quota<Ledger>>, StoreError> {
        let units = self.limit.a_minute;
        let name = format!("sdk/{key}");
        let Some(label) = name.parse().ok().filter(|_| units > 0) else { return Ok(None) };
        let config = QuotaConfig { share: (units / SHARES).max(1), ..QuotaConfig::default() };
        let ledger = self.store.ledger(QuotaLimit { name: label, units, window: WINDOW });
        let quota = Quota::new(name, "sdk", config, self.clock.clone(), &self.limit.metrics, ledger);
        match quota {
            Ok(quota) => Ok(Some(quota)),
            Err(QuotaError::Ledger(error)) => Err(error),
            // Only a shape can be wrong, and there is none.
            Err(_) => Ok(None),
        }
    }

    fn remembered(&self) -> MutexGuard<'_, BTreeMap<PublicKey, Known>> {
        // Entries come and go whole, so a panic elsewhere leaves a valid map.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

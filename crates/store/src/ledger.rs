//! Quotas as the runtime leases them: one ledger a limit.

use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{LedgerAnswer, QuotaLedger, Share};

use crate::error::StoreError;
use crate::open::Store;

/// The counter rows of one limit.
#[derive(Clone)]
pub struct Ledger {
    store: Store,
    limit: QuotaLimit,
}

impl Store {
    pub fn ledger(&self, limit: QuotaLimit) -> Ledger {
        Ledger { store: self.clone(), limit }
    }
}

impl QuotaLedger for Ledger {
    type Error = StoreError;

    fn limit(&self) -> u64 {
        self.limit.units
    }

    async fn lease(&self, _quota: &str, units: u64, now: Timestamp) -> Result<LedgerAnswer, StoreError> {
        let share = self.store.quota_take(&self.limit, units, now).await?;
        Ok(match share.granted {
            0 => LedgerAnswer::Exhausted { until: share.ends_at },
            units => LedgerAnswer::Leased(Share { units, until: share.ends_at }),
        })
    }

    async fn give_back(&self, _quota: &str, share: Share) -> Result<(), StoreError> {
        let window_start = share.until.minus(self.limit.window);
        self.store.quota_give_back(&self.limit.name, window_start, share.units).await
    }
}

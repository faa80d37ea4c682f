//! The sweep: takes away what the retention rules no longer keep, a bounded transaction at a time.

use serde::Serialize;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{NextPass, PassEnd};
use signalbox_store::retention::{Prunable, RetentionConfig};
use signalbox_store::{Store, StoreError};

/// Rows in one transaction: enough to get on, few enough to keep nobody waiting.
const ROWS_A_STEP: u32 = 500;
/// Steps on one table before the next gets its turn; what is left comes with the next pass.
const STEPS_A_TABLE: u32 = 20;

/// What the last sweep took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SweepStatus {
    pub removed: Vec<(&'static str, u64)>,
}

#[derive(Clone)]
pub struct Sweep {
    store: Store,
    config: RetentionConfig,
}

impl Sweep {
    pub fn new(store: Store, config: RetentionConfig) -> Self {
        Self { store, config }
    }

    pub async fn pass(&self, now: Timestamp) -> Result<PassEnd<SweepStatus>, StoreError> {
        let mut status = SweepStatus::default();
        let mut next = NextPass::AtPeriod;
        for table in Prunable::ALL {
            let mut removed = 0;
            for step in 1..=STEPS_A_TABLE {
                let rows = self.store.prune(&self.config, table, now, ROWS_A_STEP).await?;
                removed += rows;
                if rows < u64::from(ROWS_A_STEP) {
                    break;
                }
                if step == STEPS_A_TABLE {
                    next = NextPass::AtOnce;
                }
            }
            if removed > 0 {
                status.removed.push((table.table(), removed));
            }
        }
        Ok(PassEnd { report: status, next })
    }
}

//! A held signal let go by a person.

use signalbox_domain::decision::Decision;
use signalbox_domain::ids::SignalId;

use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::execute;

impl Store {
    /// Takes the hold away, has the signal planned again, and keeps who did it. False where nothing held it.
    pub async fn signal_release(&self, id: SignalId, decision: &Decision) -> Result<bool, StoreError> {
        let mut step = self.write(Method::SignalRelease).await?;
        // The row of counts first, as ingest takes them.
        execute!(
            step,
            "queries/ingest/count_touch.sqlite.sql",
            "queries/ingest/count_touch.postgres.sql",
            id.uuid()
        )?;
        let released = execute!(
            step,
            "queries/ingest/hold_release.sqlite.sql",
            "queries/ingest/hold_release.postgres.sql",
            id.uuid()
        )?;
        if released == 0 {
            return Ok(false);
        }
        decisions::record_within(&mut step, std::slice::from_ref(decision)).await?;
        step.commit().await?;
        Ok(true)
    }
}

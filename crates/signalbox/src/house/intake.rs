//! Ingest's door for the server: signals that come over the API.

use std::sync::Arc;

use signalbox_control::views::SignalResult;
use signalbox_domain::provenance::Provenance;
use signalbox_ingest::{Accepted, Door, ItemResult};
use signalbox_server::{Accepting, IntakeError, SignalIntake};

pub(crate) struct DoorIntake(Arc<Door>);

impl DoorIntake {
    pub(crate) fn new(door: Door) -> Self {
        Self(Arc::new(door))
    }
}

impl SignalIntake for DoorIntake {
    fn accept(&self, items: Vec<Vec<u8>>, from: Provenance) -> Accepting<'_> {
        Box::pin(async move {
            let values = items.iter().map(|item| Door::read_item(item)).collect();
            let results = self.0.accept(values, from).await.map_err(|error| {
                if error.is_passing() {
                    IntakeError::Unavailable(Box::new(error))
                } else {
                    IntakeError::Failed(Box::new(error))
                }
            })?;
            Ok(results.into_iter().map(said).collect())
        })
    }
}

fn said(result: ItemResult) -> SignalResult {
    match result {
        ItemResult::Accepted(Accepted::New { signal }) => SignalResult::New { signal },
        ItemResult::Accepted(Accepted::Folded) => SignalResult::Folded,
        ItemResult::Accepted(Accepted::Duplicate) => SignalResult::Duplicate,
        ItemResult::Refused { at, expected } => SignalResult::Refused { at, expected },
    }
}

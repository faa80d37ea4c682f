//! Deliveries: verified webhooks, each kept once by its sender's id, and read once by each reader.
//!
//! Ingest's own mark moves in the transaction that folds what stands in a delivery (`fold`): read twice it counts once.

use signalbox_domain::delivery::Delivery;
use signalbox_domain::form::from_form;
use signalbox_domain::ids::DeliveryId;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_one};
use crate::step::Step;

/// What became of a delivery that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    Now,
    /// It was there under this id; nothing changed.
    Before {
        id: DeliveryId,
    },
}

struct IdRow {
    id: Uuid,
}

struct DeliveryRow {
    document: String,
}

impl Store {
    /// Keeps a delivery, unless one of the same source and sender's id is there.
    pub async fn delivery_put(&self, delivery: &Delivery) -> Result<Received, StoreError> {
        let document = column::form(delivery)?;
        let mut step = self.write(Method::DeliveryPut).await?;
        let inserted = execute!(
            step,
            "queries/ingest/delivery_insert.sqlite.sql",
            "queries/ingest/delivery_insert.postgres.sql",
            delivery.id.uuid(),
            delivery.source.as_str(),
            delivery.external_id,
            document,
            delivery.received_at.micros()
        )?;
        let row = fetch_one!(
            step,
            IdRow,
            "queries/ingest/delivery_id.sqlite.sql",
            "queries/ingest/delivery_id.postgres.sql",
            delivery.source.as_str(),
            delivery.external_id
        )?;
        step.commit().await?;
        Ok(if inserted == 1 { Received::Now } else { Received::Before { id: DeliveryId::from_uuid(row.id) } })
    }

    /// Deliveries that ingest has not read, the oldest first.
    pub async fn deliveries_unread(&self, at_most: u32) -> Result<Vec<Delivery>, StoreError> {
        let mut step = self.read(Method::DeliveriesUnread).await?;
        let rows = fetch_all!(
            step,
            DeliveryRow,
            "queries/ingest/deliveries_unread.sqlite.sql",
            "queries/ingest/deliveries_unread.postgres.sql",
            i64::from(at_most)
        )?;
        let read = |row: DeliveryRow| {
            from_form(&row.document).map_err(|error| StoreError::damaged("delivery", error))
        };
        rows.into_iter().map(read).collect()
    }
}

/// Marks a delivery as read by ingest; false where another process has come first.
pub(super) async fn read_within(step: &mut Step, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
    let marked = execute!(
        step,
        "queries/ingest/delivery_read.sqlite.sql",
        "queries/ingest/delivery_read.postgres.sql",
        id.uuid(),
        now.micros()
    )?;
    Ok(marked == 1)
}

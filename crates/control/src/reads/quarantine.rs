//! What could not be read: where it stood and why. Records of every project lie there, so it is for those who run the house.

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_store::ingest::QuarantineRow;

use super::Reads;
use super::page::{listing, page};
use crate::Problem;
use crate::views::{Listing, QuarantineAsk, QuarantineLine};

impl Reads {
    pub async fn quarantine(
        &self,
        actor: &Actor,
        ask: &QuarantineAsk,
    ) -> Result<Listing<QuarantineLine>, Problem> {
        actor.authorize(Action::ReadQuarantine, Target::System)?;
        let (page, shown) = page(ask.after, ask.limit)?;
        let rows = self.store.quarantine_list(page).await?;
        Ok(listing(rows.into_iter().map(line).collect(), shown, |line| line.id))
    }
}

/// The sealed bytes stay behind.
pub(crate) fn line(row: QuarantineRow) -> QuarantineLine {
    QuarantineLine {
        id: row.id,
        source: row.source,
        origin: row.origin,
        code: row.code,
        words: row.words,
        size: row.size,
        at: row.at,
    }
}

//! Named leases: which process does a stage's work for a shard just now. They save work; what guards it is the
//! compare-and-set of each stage, because a holder may be slow to see that it lost.
//!
//! Owner: this module. Runs have leases of their own, in the dispatcher's tables.

use signalbox_domain::names::{HolderName, Label};
use signalbox_domain::run::FencingToken;
use signalbox_domain::time::Timestamp;

use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_optional};

/// What became of a wish for a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseTaken {
    /// The token is greater than that of every holder before.
    Taken {
        token: FencingToken,
    },
    HeldBy {
        holder: HolderName,
        until: Timestamp,
    },
}

/// Is the lease still the caller's?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseKept {
    Renewed,
    /// Released, or taken by another since.
    Lost,
}

/// Was it the caller's to release?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseReleased {
    Released,
    Lost,
}

struct TokenRow {
    token: i64,
}

struct HolderRow {
    holder: String,
    until: i64,
}

impl Store {
    /// Takes a lease that nobody holds at `now`; a holder does not take its own anew but renews it.
    pub async fn lease_take(
        &self,
        name: &Label,
        holder: &HolderName,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<LeaseTaken, StoreError> {
        let mut step = self.write(Method::LeaseTake).await?;
        let taken = fetch_optional!(
            step,
            TokenRow,
            "queries/leases/take.sqlite.sql",
            "queries/leases/take.postgres.sql",
            name.as_str(),
            holder.as_str(),
            until.micros(),
            now.micros()
        )?;
        if let Some(row) = taken {
            step.commit().await?;
            return Ok(LeaseTaken::Taken { token: FencingToken(row.token) });
        }
        let row = fetch_optional!(
            step,
            HolderRow,
            "queries/leases/holder.sqlite.sql",
            "queries/leases/holder.postgres.sql",
            name.as_str()
        )?;
        let row = row.ok_or_else(|| StoreError::Missing { what: "lease", id: name.to_string() })?;
        let holder =
            row.holder.parse().map_err(|error| StoreError::damaged("lease", DamageSource::Name(error)))?;
        Ok(LeaseTaken::HeldBy { holder, until: Timestamp::from_micros(row.until) })
    }

    /// Holds it longer. One that has run out may be renewed as long as nobody else took it.
    pub async fn lease_renew(
        &self,
        name: &Label,
        token: FencingToken,
        until: Timestamp,
    ) -> Result<LeaseKept, StoreError> {
        let mut step = self.write(Method::LeaseRenew).await?;
        let changed = execute!(
            step,
            "queries/leases/renew.sqlite.sql",
            "queries/leases/renew.postgres.sql",
            name.as_str(),
            token.0,
            until.micros()
        )?;
        step.commit().await?;
        Ok(if changed == 0 { LeaseKept::Lost } else { LeaseKept::Renewed })
    }

    /// Lets go of it, so that the next one need not wait.
    pub async fn lease_release(
        &self,
        name: &Label,
        token: FencingToken,
    ) -> Result<LeaseReleased, StoreError> {
        let mut step = self.write(Method::LeaseRelease).await?;
        let changed = execute!(
            step,
            "queries/leases/release.sqlite.sql",
            "queries/leases/release.postgres.sql",
            name.as_str(),
            token.0
        )?;
        step.commit().await?;
        Ok(if changed == 0 { LeaseReleased::Lost } else { LeaseReleased::Released })
    }
}

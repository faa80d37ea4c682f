//! A row of `signals` with its counts, as its noun.

use signalbox_domain::ids::{CaseId, ProjectId, SignalId};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::{Fingerprint, HoldReason, Severity, Signal, SignalKey, SourceFamily};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::read::SignalRecord;
use crate::column;
use crate::error::{DamageSource, StoreError};

pub(crate) struct SignalRow {
    pub(crate) id: Uuid,
    pub(crate) project_id: Uuid,
    pub(crate) family: String,
    pub(crate) kind: String,
    pub(crate) fingerprint_version: i64,
    pub(crate) fingerprint: String,
    pub(crate) title: String,
    pub(crate) title_from: String,
    pub(crate) severity: String,
    pub(crate) hold: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) repository_from: Option<String>,
    pub(crate) count: i64,
    pub(crate) first_seen: i64,
    pub(crate) last_seen: i64,
    pub(crate) revision: i64,
    pub(crate) planned_revision: i64,
    pub(crate) users: Option<i64>,
    pub(crate) case_id: Option<Uuid>,
}

impl TryFrom<SignalRow> for SignalRecord {
    type Error = StoreError;

    fn try_from(row: SignalRow) -> Result<Self, StoreError> {
        let case = row.case_id.map(CaseId::from_uuid);
        let signal = signal(row).map_err(|source| StoreError::damaged("signal", source))?;
        Ok(Self { signal, case })
    }
}

fn signal(row: SignalRow) -> Result<Signal, DamageSource> {
    let repository = match (row.repository, row.repository_from) {
        (Some(name), Some(from)) => Some(Sourced::new(name, column::provenance(&from)?)),
        _ => None,
    };
    Ok(Signal {
        id: SignalId::from_uuid(row.id),
        key: SignalKey {
            project: ProjectId::from_uuid(row.project_id),
            family: SourceFamily::from_name(&row.family),
            kind: row.kind.parse()?,
            fingerprint: Fingerprint {
                version: column::version(row.fingerprint_version)?,
                key: row.fingerprint,
            },
        },
        title: Sourced::new(row.title, column::provenance(&row.title_from)?),
        severity: Severity::from_name(&row.severity).ok_or_else(|| column::unknown(&row.severity))?,
        count: column::count(row.count)?,
        users: row.users.map(column::count).transpose()?,
        first_seen: Timestamp::from_micros(row.first_seen),
        last_seen: Timestamp::from_micros(row.last_seen),
        hold: row.hold.map(|name| hold(&name)).transpose()?,
        repository,
        revision: row.revision,
        planned_revision: row.planned_revision,
    })
}

pub(super) fn hold(name: &str) -> Result<HoldReason, DamageSource> {
    HoldReason::from_name(name).ok_or_else(|| column::unknown(name))
}

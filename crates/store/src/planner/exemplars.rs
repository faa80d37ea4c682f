//! What grouping compares with, case by case: the store keeps it as a text and never looks into it.

use std::collections::BTreeMap;

use signalbox_domain::case::Bond;
use signalbox_domain::ids::{CaseId, ProjectId, SignalId};
use uuid::Uuid;

use super::gather::members_within;
use super::load::{PlanSignal, revision_within, with_samples};
use crate::column;
use crate::error::StoreError;
use crate::ingest::SignalRow;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all};
use crate::step::Step;

/// An open case as grouping is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCase {
    pub id: CaseId,
    /// None where no plan has written any.
    pub exemplars: Option<String>,
}

/// Open cases in the order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCases {
    /// The plan revision that they were read at: pages of one revision fit together.
    pub revision: i64,
    pub cases: Vec<OpenCase>,
}

/// A signal of a case, and how it came there.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundSignal {
    pub signal: PlanSignal,
    pub bond: Bond,
}

struct BondRow {
    signal_id: Uuid,
    bond: String,
}

struct ExemplarsRow {
    id: Uuid,
    exemplars: Option<String>,
}

impl Store {
    /// A page of the open cases after this one.
    pub async fn exemplars_list(
        &self,
        project: ProjectId,
        after: Option<CaseId>,
        at_most: u32,
    ) -> Result<OpenCases, StoreError> {
        let mut step = self.read(Method::ExemplarsList).await?;
        let revision = revision_within(&mut step, project).await?;
        let rows = fetch_all!(
            step,
            ExemplarsRow,
            "queries/planner/exemplars_list.sqlite.sql",
            "queries/planner/exemplars_list.postgres.sql",
            project.uuid(),
            after.map(CaseId::uuid),
            i64::from(at_most)
        )?;
        let open = |row: ExemplarsRow| OpenCase { id: CaseId::from_uuid(row.id), exemplars: row.exemplars };
        Ok(OpenCases { revision, cases: rows.into_iter().map(open).collect() })
    }

    /// The signals that most of a case is made of, with their samples: what it is told from where its exemplars are not
    /// there or cannot be read.
    pub async fn case_members(&self, case: CaseId) -> Result<Vec<PlanSignal>, StoreError> {
        let mut step = self.read(Method::CaseMembers).await?;
        members_within(&mut step, case).await
    }

    /// The first signals of a case in the order in which they came, with their samples and how each came there: what
    /// tells whether they still belong together.
    pub async fn case_bonds(&self, case: CaseId, at_most: u32) -> Result<Vec<BoundSignal>, StoreError> {
        let mut step = self.read(Method::CaseBonds).await?;
        let bonds = bonds_within(&mut step, case, at_most).await?;
        let rows = fetch_all!(
            step,
            SignalRow,
            "queries/planner/case_joined.sqlite.sql",
            "queries/planner/case_joined.postgres.sql",
            case.uuid(),
            i64::from(at_most)
        )?;
        let signals = with_samples(&mut step, rows).await?;
        let bound = |signal: PlanSignal| {
            let bond = bonds.get(&signal.signal.id).copied().unwrap_or(Bond::Likeness);
            BoundSignal { signal, bond }
        };
        Ok(signals.into_iter().map(bound).collect())
    }
}

pub(super) async fn bonds_within(
    step: &mut Step,
    case: CaseId,
    at_most: u32,
) -> Result<BTreeMap<SignalId, Bond>, StoreError> {
    let rows = fetch_all!(
        step,
        BondRow,
        "queries/planner/case_bonds.sqlite.sql",
        "queries/planner/case_bonds.postgres.sql",
        case.uuid(),
        i64::from(at_most)
    )?;
    let bond = |row: BondRow| {
        let bond = Bond::from_name(&row.bond).ok_or_else(|| column::unknown(&row.bond));
        bond.map(|bond| (SignalId::from_uuid(row.signal_id), bond))
    };
    let bonds: Result<BTreeMap<_, _>, _> = rows.into_iter().map(bond).collect();
    bonds.map_err(|source| StoreError::damaged("case", source))
}

pub(super) async fn put_within(step: &mut Step, case: CaseId, exemplars: &str) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/planner/exemplars_put.sqlite.sql",
        "queries/planner/exemplars_put.postgres.sql",
        case.uuid(),
        exemplars
    )
    .map(drop)
}

//! Cases and the work that is done about them already. A link stays, whatever becomes of the work: it says why a case had no
//! task of its own, or what its task had to look out for.

use signalbox_domain::context::{CaseLink, LinkKind, Work};
use signalbox_domain::ids::{CaseId, ChangeId, TaskId};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all};
use crate::step::Step;

/// Links of one side that are read, the newest.
const MOST_LINKS: i64 = 100;

const TASK: &str = "task";
const CHANGE: &str = "change";

struct LinkRow {
    case_id: Uuid,
    work: String,
    work_id: Uuid,
    how: String,
    words: String,
    at: i64,
}

impl Store {
    /// The work that a case is linked with, the newest first.
    pub async fn case_links(&self, case: CaseId) -> Result<Vec<CaseLink>, StoreError> {
        let mut step = self.read(Method::CaseLinks).await?;
        let rows = fetch_all!(
            step,
            LinkRow,
            "queries/planner/links_of_case.sqlite.sql",
            "queries/planner/links_of_case.postgres.sql",
            case.uuid(),
            MOST_LINKS
        )?;
        rows.into_iter().map(link).collect()
    }

    /// The cases that are linked with a piece of work, the newest first.
    pub async fn work_links(&self, work: Work) -> Result<Vec<CaseLink>, StoreError> {
        let mut step = self.read(Method::WorkLinks).await?;
        let rows = fetch_all!(
            step,
            LinkRow,
            "queries/planner/links_of_work.sqlite.sql",
            "queries/planner/links_of_work.postgres.sql",
            columns(work).1,
            MOST_LINKS
        )?;
        rows.into_iter().map(link).collect()
    }
}

pub(super) async fn put_within(step: &mut Step, link: &CaseLink) -> Result<(), StoreError> {
    let (work, id) = columns(link.work);
    execute!(
        step,
        "queries/planner/link_put.sqlite.sql",
        "queries/planner/link_put.postgres.sql",
        link.case.uuid(),
        work,
        id,
        link.how.name(),
        link.words,
        link.at.micros()
    )
    .map(drop)
}

fn columns(work: Work) -> (&'static str, Uuid) {
    match work {
        Work::Task(task) => (TASK, task.uuid()),
        Work::Change(change) => (CHANGE, change.uuid()),
    }
}

fn link(row: LinkRow) -> Result<CaseLink, StoreError> {
    read(row).map_err(|source| StoreError::damaged("link", source))
}

fn read(row: LinkRow) -> Result<CaseLink, DamageSource> {
    let work = match row.work.as_str() {
        TASK => Work::Task(TaskId::from_uuid(row.work_id)),
        CHANGE => Work::Change(ChangeId::from_uuid(row.work_id)),
        other => return Err(column::unknown(&other)),
    };
    Ok(CaseLink {
        case: CaseId::from_uuid(row.case_id),
        work,
        how: LinkKind::from_name(&row.how).ok_or_else(|| column::unknown(&row.how))?,
        words: row.words,
        at: Timestamp::from_micros(row.at),
    })
}

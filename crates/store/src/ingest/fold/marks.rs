//! The same record under another offset: recognised by the mark that its first one left.

use std::collections::HashSet;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::{Fold, FoldedRecord};
use crate::error::StoreError;
use crate::many;
use crate::statement::fetch_many;
use crate::step::Step;

type Mark = [u8; 16];

struct MarkRow {
    project_id: Uuid,
    mark: Vec<u8>,
}

/// Of each fold the records that were not counted before. Marks are taken in their own order, since two records of
/// one id may come under two keys.
pub(super) async fn fresh_within(
    step: &mut Step,
    folds: &[(usize, &Fold)],
    now: Timestamp,
) -> Result<Vec<Vec<FoldedRecord>>, StoreError> {
    let mut fresh: Vec<Vec<FoldedRecord>> = vec![Vec::new(); folds.len()];
    let mut marked: Vec<(ProjectId, Mark, usize, FoldedRecord)> = Vec::new();
    for (place, (_, fold)) in folds.iter().enumerate() {
        for record in &fold.records {
            match record.mark {
                None => fresh[place].push(*record),
                Some(mark) => marked.push((fold.key.project, mark, place, *record)),
            }
        }
    }
    marked.sort_by_key(|(project, mark, place, _)| (*project, *mark, *place));
    marked.dedup_by_key(|(project, mark, _, _)| (*project, *mark));
    let keys: Vec<(ProjectId, Mark)> = marked.iter().map(|(project, mark, _, _)| (*project, *mark)).collect();
    let new = new_marks_within(step, &keys, now).await?;
    for (project, mark, place, record) in marked {
        if new.contains(&(project, mark)) {
            fresh[place].push(record);
        }
    }
    Ok(fresh)
}

/// Takes these marks, which stand in their order, and says which of them were not there.
pub(in crate::ingest) async fn new_marks_within(
    step: &mut Step,
    keys: &[(ProjectId, Mark)],
    now: Timestamp,
) -> Result<HashSet<(ProjectId, Mark)>, StoreError> {
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let projects: Vec<Uuid> = keys.iter().map(|(project, _)| project.uuid()).collect();
    let marks: Vec<Vec<u8>> = keys.iter().map(|(_, mark)| mark.to_vec()).collect();
    let rows = fetch_many!(
        step,
        MarkRow,
        "queries/ingest/marks_insert.sqlite.sql"[
            many::json(projects.iter().zip(&marks).map(|(project, mark)| (
                hex::encode(project),
                hex::encode(mark)
            )))?,
            now.micros()
        ],
        "queries/ingest/marks_insert.postgres.sql"[&projects, &marks, now.micros()]
    )?;
    let key = |row: MarkRow| Some((ProjectId::from_uuid(row.project_id), Mark::try_from(row.mark).ok()?));
    Ok(rows.into_iter().filter_map(key).collect())
}

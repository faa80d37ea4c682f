//! Cases: lists, and one with its signals, its tasks and the reasons about it.

use signalbox_domain::access::Actor;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::CaseId;
use signalbox_store::Page;
use signalbox_store::ingest::SignalFilter;
use signalbox_store::planner::{CaseFilter, CaseRecord, MoveRecord};
use signalbox_store::tasks::TaskFilter;

use super::page::{listing, page};
use super::{Names, Reads, signal_line};
use crate::Problem;
use crate::views::{CaseLine, CaseView, CasesAsk, Listing, MoveLine};

/// Signals and tasks of one case that are shown, the newest.
const PARTS_SHOWN: u32 = 100;

impl Reads {
    pub async fn cases(&self, actor: &Actor, ask: &CasesAsk) -> Result<Listing<CaseLine>, Problem> {
        let project = self.project_of(actor, ask.project.as_ref()).await?;
        let (page, shown) = page(ask.after, ask.limit)?;
        let records = self.store.cases_list(CaseFilter { project, state: ask.state }, page).await?;
        let names = self.names().await?;
        let lines = records.iter().map(|record| case_line(record, &names));
        Ok(listing(lines.collect::<Result<_, _>>()?, shown, |line| line.id))
    }

    pub async fn case(&self, actor: &Actor, id: CaseId) -> Result<CaseView, Problem> {
        let found = self.store.case_show(id).await?;
        let record = found.ok_or_else(|| Problem::missing("case", &id))?;
        self.may_read(actor, record.case.project)?;
        let names = self.names().await?;
        let filter = SignalFilter { project: None, case: Some(id) };
        let signals = self.store.signals_list(filter, Page::first(PARTS_SHOWN)).await?;
        let signals = signals.iter().map(|record| signal_line(record, &names)).collect::<Result<_, _>>()?;
        let filter = TaskFilter { case: Some(id), ..TaskFilter::default() };
        let tasks = self.store.tasks_list(filter, Page::first(PARTS_SHOWN)).await?;
        Ok(CaseView {
            project: names.project(record.case.project)?,
            version: record.version,
            ruling: record.ruling,
            picked: match record.picked {
                Some(picked) => self.store.repository_show(picked).await?.map(|one| one.name),
                None => None,
            },
            links: self.store.case_links(id).await?,
            case: record.case,
            signals,
            tasks: self.task_lines(tasks, &names).await?,
            decisions: self.decisions(Subject::Case(id)).await?,
            moves: self.store.moves_list(id, PARTS_SHOWN).await?.iter().map(move_line).collect(),
        })
    }
}

fn move_line(record: &MoveRecord) -> MoveLine {
    let moved = &record.moved;
    MoveLine {
        id: record.id,
        kind: moved.kind,
        by: moved.by.clone(),
        at: record.at,
        from: moved.from,
        to: moved.to,
        signals: u64::try_from(moved.signals.len()).unwrap_or(u64::MAX),
        undone: record.undone_at.is_some(),
    }
}

pub(super) fn case_line(record: &CaseRecord, names: &Names) -> Result<CaseLine, Problem> {
    let case = &record.case;
    Ok(CaseLine {
        id: case.id,
        project: names.project(case.project)?,
        title: case.title.clone(),
        state: case.state,
        generation: case.generation,
        priority: case.score.priority,
        score: case.score.sentence(),
        signals: u64::try_from(case.signals.len()).unwrap_or(u64::MAX),
        task: record.tasks.last().map(|(task, _)| *task),
        opened_at: case.opened_at,
        changed_at: case.changed_at,
    })
}

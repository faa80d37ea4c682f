//! Runs: lists, and one with its history and its end.

use std::collections::BTreeMap;

use signalbox_domain::access::Actor;
use signalbox_domain::change::Change;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{RunId, RunnerId};
use signalbox_domain::names::HolderName;
use signalbox_domain::outcome::{Outcome, Verdict};
use signalbox_domain::task::Task;
use signalbox_store::dispatcher::{NumberedNote, RunFilter, RunRecord};

use super::Reads;
use super::page::{listing, page};
use crate::Problem;
use crate::views::{Listing, NoteLine, RunAsk, RunLine, RunView, RunsAsk};

/// Notes in one answer; more are asked for.
const NOTES_SHOWN: u32 = 400;

impl Reads {
    pub async fn runs(&self, actor: &Actor, ask: &RunsAsk) -> Result<Listing<RunLine>, Problem> {
        let project = match ask.task {
            Some(id) => {
                let task = self.store.task_show(id).await?.ok_or_else(|| Problem::missing("task", &id))?;
                self.may_read(actor, task.project)?;
                Some(task.project)
            }
            None => self.project_of(actor, None).await?,
        };
        let (page, shown) = page(ask.after, ask.limit)?;
        let filter = RunFilter { task: ask.task, state: ask.state, project };
        let records = self.store.runs_list(filter, page).await?;
        let runners = self.runner_names().await?;
        let lines = records.into_iter().map(|record| run_line(record, &runners)).collect();
        Ok(listing(lines, shown, |line: &RunLine| line.id))
    }

    pub async fn run(&self, actor: &Actor, id: RunId, ask: &RunAsk) -> Result<RunView, Problem> {
        let (record, task) = self.run_and_task(id).await?;
        self.may_read(actor, task.project)?;
        let (notes, notes_after) = self.notes(id, ask.notes_after.unwrap_or(0)).await?;
        let outcomes = self.store.outcomes_list(task.id).await?;
        let outcome = outcomes.into_iter().find(|outcome| outcome.run == Some(id));
        let changes = self.store.changes_list(task.id).await?;
        Ok(RunView {
            run: run_line(record, &self.runner_names().await?),
            project: self.names().await?.project(task.project)?,
            title: task.title,
            notes,
            notes_after,
            change: outcome.as_ref().and_then(|outcome| change_of(outcome, changes)),
            outcome,
            decisions: self.decisions(Subject::Run(id)).await?,
        })
    }

    pub(crate) async fn run_and_task(&self, id: RunId) -> Result<(RunRecord, Task), Problem> {
        let missing = || Problem::missing("run", &id);
        let record = self.store.run_show(id).await?.ok_or_else(missing)?;
        let task = self.store.task_show(record.run.task).await?.ok_or_else(missing)?;
        Ok((record, task))
    }

    async fn notes(&self, id: RunId, after: u64) -> Result<(Vec<NoteLine>, Option<u64>), Problem> {
        let mut notes = self.store.run_notes_list(id, after, NOTES_SHOWN + 1).await?;
        let shown = usize::try_from(NOTES_SHOWN).unwrap_or(usize::MAX);
        let more = notes.len() > shown;
        notes.truncate(shown);
        let next = notes.last().filter(|_| more).map(|last| last.seq);
        Ok((notes.into_iter().map(note_line).collect(), next))
    }
}

/// A branch is one change, whichever run worked on it last.
fn change_of(outcome: &Outcome, changes: Vec<Change>) -> Option<Change> {
    let Verdict::Changed { branch, .. } = &outcome.verdict else { return None };
    changes.into_iter().find(|change| change.branch == *branch)
}

fn note_line(numbered: NumberedNote) -> NoteLine {
    NoteLine { seq: numbered.seq, at: numbered.at, note: numbered.note }
}

pub(crate) fn run_line(record: RunRecord, runners: &BTreeMap<RunnerId, HolderName>) -> RunLine {
    let run = record.run;
    RunLine {
        id: run.id,
        task: run.task,
        state: run.state,
        mode: run.mode,
        agent: run.agent,
        attempt: run.attempt,
        runner: run.runner.and_then(|id| runners.get(&id).cloned()),
        computer: run.computer,
        lease_until: record.lease_until,
        queued_at: run.queued_at,
        changed_at: run.changed_at,
    }
}

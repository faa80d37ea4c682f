//! Plans: lists, and one with its reasons.

use signalbox_domain::access::Actor;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::PlanId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::time::Timestamp;

use super::Reads;
use super::page::{listing, page};
use crate::Problem;
use crate::views::{Listing, PlanLine, PlanReasonLine, PlanView, PlansAsk};

impl Reads {
    pub async fn plans(&self, actor: &Actor, ask: &PlansAsk) -> Result<Listing<PlanLine>, Problem> {
        let project = self.project_of(actor, ask.project.as_ref()).await?;
        let (page, shown) = page(ask.after, ask.limit)?;
        let records = self.store.plans_list(project, page).await?;
        let names = self.names().await?;
        let mut lines = Vec::with_capacity(records.len());
        for record in records {
            let PlanSummary { signals, new_cases, tasks, .. } = record.summary;
            let project = names.project(record.project)?;
            lines.push(PlanLine { id: record.id, project, at: record.at, signals, new_cases, tasks });
        }
        Ok(listing(lines, shown, |line| line.id))
    }

    pub async fn plan(&self, actor: &Actor, id: PlanId) -> Result<PlanView, Problem> {
        let found = self.store.plan_show(id).await?;
        let record = found.ok_or_else(|| Problem::missing("plan", &id))?;
        self.may_read(actor, record.project)?;
        let project = self.names().await?.project(record.project)?;
        Ok(plan_view(Some(id), project, record.at, record.summary))
    }
}

/// A plan that was written, or one that would be.
pub fn plan_view(id: Option<PlanId>, project: ProjectName, at: Timestamp, summary: PlanSummary) -> PlanView {
    let about = |subject: Subject| match subject {
        Subject::Signal(id) => id.to_string(),
        Subject::Case(id) => id.to_string(),
        Subject::Task(id) => id.to_string(),
        Subject::Run(id) => id.to_string(),
        Subject::Project(id) => id.to_string(),
    };
    let PlanSummary { signals, new_cases, tasks, reasons, left_out } = summary;
    let reasons = reasons
        .into_iter()
        .map(|one| PlanReasonLine {
            about: about(one.subject),
            code: one.reason.code,
            words: one.reason.words,
        })
        .collect();
    PlanView { id, project, at, signals, new_cases, tasks, reasons, left_out }
}

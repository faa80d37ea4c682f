//! `signalbox plan list|show`, and `signalbox plan --dry-run`.

use signalbox_control::views::{DryRunAsk, Listing, PlanLine, PlanView, PlansAsk};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use crate::cli::{PlanCommand, Plans};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Facts, Table, ago, list, plain, when};

pub(crate) async fn run(plans: &Plans, settings: Settings) -> Result<ExitCode, Failure> {
    let ask = match (&plans.command, &plans.project, plans.dry_run) {
        (None, Some(project), true) => Wanted::DryRun(DryRunAsk { project: project.clone() }),
        (Some(PlanCommand::List { project, page }), _, false) => Wanted::List(PlansAsk {
            project: project.clone().or_else(|| plans.project.clone()),
            after: after(page)?,
            limit: page.limit,
        }),
        (Some(PlanCommand::Show { id }), _, false) => Wanted::One(format!("/plans/{id}")),
        _ => {
            let line = "expected `plan list`, `plan show ID` or `plan --dry-run --project NAME`";
            return Err(Failure::new(ExitCode::Usage, line.to_owned()));
        }
    };
    let face = Face::open(&plans.ask, settings).await?;
    let done = match ask {
        Wanted::List(ask) => {
            let told = face.client.get(&query("/plans", &ask)?).await;
            told.and_then(|told| face.show(&told, lines))
        }
        Wanted::One(path) => {
            let told = face.client.get(&path).await;
            told.and_then(|told| face.show(&told, view))
        }
        Wanted::DryRun(ask) => {
            let told = face.client.post("/plans/dry-run", &ask).await;
            told.and_then(|told| face.show(&told, view))
        }
    };
    face.close(done).await
}

enum Wanted {
    List(PlansAsk),
    One(String),
    DryRun(DryRunAsk),
}

fn lines(listing: &Listing<PlanLine>, now: Timestamp) -> String {
    let mut table = Table::new(["PLAN", "PROJECT", "SIGNALS", "NEW CASES", "TASKS", "WHEN"]);
    for plan in &listing.items {
        table.row(&[
            plan.id.to_string(),
            plan.project.to_string(),
            plan.signals.to_string(),
            plan.new_cases.to_string(),
            plan.tasks.to_string(),
            ago(now, plan.at),
        ]);
    }
    list(&table, "no plans yet", listing.next.as_deref())
}

fn view(plan: &PlanView, now: Timestamp) -> String {
    let mut facts = Facts::default();
    let name = plan.id.map_or_else(|| "what would be done; nothing was".to_owned(), |id| id.to_string());
    facts.raw(&name);
    facts.line("project", plan.project.as_str());
    facts.line("when", when(now, plan.at));
    facts.line("signals", plan.signals.to_string());
    facts.line("new cases", plan.new_cases.to_string());
    facts.line("tasks", plan.tasks.to_string());
    let mut why: Vec<String> = plan
        .reasons
        .iter()
        .map(|reason| format!("{}  {}: {}", reason.about, reason.code, plain(&reason.words)))
        .collect();
    if plan.left_out > 0 {
        why.push(format!("… and {} more", plan.left_out));
    }
    facts.part("why", &why.join("\n"));
    facts.text()
}

//! `signalbox case list|show`.

use signalbox_control::views::{CaseLine, CaseView, CasesAsk, Listing};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use super::parts;
use crate::cli::{CaseCommand, Cases};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Facts, Table, ago, list, plain, when};

pub(crate) async fn run(cases: &Cases, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&cases.ask, settings).await?;
    let done = match &cases.command {
        CaseCommand::List { project, state, page } => {
            let ask =
                CasesAsk { project: project.clone(), state: *state, after: after(page)?, limit: page.limit };
            let told = face.client.get(&query("/cases", &ask)?).await;
            told.and_then(|told| face.show(&told, lines))
        }
        CaseCommand::Show { id } => {
            let told = face.client.get(&format!("/cases/{id}")).await;
            told.and_then(|told| face.show(&told, view))
        }
    };
    face.close(done).await
}

fn lines(listing: &Listing<CaseLine>, now: Timestamp) -> String {
    let mut table = Table::new(["CASE", "PROJECT", "STATE", "PRIORITY", "SIGNALS", "CHANGED", "TITLE"]);
    for case in &listing.items {
        table.row(&[
            case.id.to_string(),
            case.project.to_string(),
            parts::word(&case.state),
            case.priority.to_string(),
            case.signals.to_string(),
            ago(now, case.changed_at),
            case.title.value.clone(),
        ]);
    }
    list(&table, "no cases yet", listing.next.as_deref())
}

fn view(view: &CaseView, now: Timestamp) -> String {
    let case = &view.case;
    let mut facts = Facts::default();
    facts.raw(&format!("{}  {}", case.id, plain(&case.title.value)));
    facts.line("project", view.project.as_str());
    let generation = match case.generation {
        0 | 1 => String::new(),
        many => format!(", {many} times"),
    };
    facts.line("state", format!("{}{generation}", parts::word(&case.state)));
    facts.line("score", case.score.sentence());
    facts.line("opened", when(now, case.opened_at));
    facts.line("changed", when(now, case.changed_at));
    if let Some(other) = case.merged_into {
        facts.line("merged into", other.to_string());
    }
    facts.part("signals", &parts::signals(&view.signals, now).text());
    facts.part("tasks", &parts::tasks(&view.tasks, now).text());
    facts.part("why", &parts::decisions(&view.decisions, now));
    facts.text()
}

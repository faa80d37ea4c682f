//! `signalbox suppression list|add|lift`: people's rules that keep signals away from work.

use signalbox_control::views::{Listing, NewSuppression, SuppressionLine, SuppressionMade, SuppressionsAsk};
use signalbox_domain::signal::SourceFamily;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use crate::cli::{SuppressionCommand, Suppressions};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Table, list, when};

pub(crate) async fn run(suppressions: &Suppressions, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&suppressions.ask, settings).await?;
    let done = match &suppressions.command {
        SuppressionCommand::List { project, page } => {
            let ask = SuppressionsAsk { project: project.clone(), after: after(page)?, limit: page.limit };
            let told = face.client.get(&query("/suppressions", &ask)?).await;
            told.and_then(|told| face.show(&told, lines))
        }
        SuppressionCommand::Add { project, source, kind, title, reason, until, confirm } => {
            let ask = NewSuppression {
                project: project.clone(),
                source: source.as_deref().map(family).transpose()?,
                kind: kind.clone(),
                title: title.clone(),
                reason: reason.clone(),
                expires_at: *until,
                confirm: *confirm,
            };
            let told = face.client.post("/suppressions", &ask).await;
            told.and_then(|told| {
                face.show(&told, |made: &SuppressionMade, _| {
                    format!("{} takes {} of {} signals", made.id, made.takes, made.of)
                })
            })
        }
        SuppressionCommand::Lift { id } => {
            let told = face.client.post(&format!("/suppressions/{id}/lift"), &()).await;
            told.and_then(|told| {
                face.show_or(&told, &format!("{id} is lifted"), |_: &serde_json::Value, _| String::new())
            })
        }
    };
    face.close(done).await
}

/// A source that is misspelt takes nothing, and would say so to nobody.
fn family(name: &str) -> Result<SourceFamily, Failure> {
    SourceFamily::ALL.into_iter().find(|family| family.name() == name).ok_or_else(|| {
        let names: Vec<&str> = SourceFamily::ALL.into_iter().map(SourceFamily::name).collect();
        Failure::new(ExitCode::Usage, format!("--source: expected one of {}", names.join(", ")))
    })
}

fn lines(listing: &Listing<SuppressionLine>, now: Timestamp) -> String {
    let mut table = Table::new(["RULE", "PROJECT", "OWNER", "TAKES", "ENDS", "WHICH", "REASON"]);
    for rule in &listing.items {
        let ends = match (rule.lifted_at, rule.holds) {
            (Some(_), _) => "lifted".to_owned(),
            (None, true) => when(now, rule.expires_at),
            (None, false) => "over".to_owned(),
        };
        table.row(&[
            rule.id.to_string(),
            rule.project.to_string(),
            rule.owner.clone(),
            format!("{} of {}", rule.takes, rule.of),
            ends,
            rule.rule.clone(),
            rule.reason.clone(),
        ]);
    }
    list(&table, "no rules of people", listing.next.as_deref())
}

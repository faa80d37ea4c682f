//! `signalbox case list|show|snooze|dismiss|accept|reopen|pick|merge|split|move|undo`.

use serde::Serialize;
use signalbox_control::views::{
    AcceptCase, CaseDecided, CaseLine, CaseMoved, CaseView, CasesAsk, DismissCase, Listing, MergeCase,
    MoveLine, MoveSignals, PickRepository, ReopenCase, SnoozeCase, SplitCase,
};
use signalbox_domain::ids::CaseId;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use super::parts;
use crate::cli::{CaseCommand, Cases, Seen};
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
        CaseCommand::Snooze { id, until, records, next_release, seen } => {
            let Seen { version } = *seen;
            let ask = SnoozeCase { until: *until, records: *records, next_release: *next_release, version };
            decide(&face, id, "snooze", &ask).await
        }
        CaseCommand::Dismiss { id, code, words, seen } => {
            let ask = DismissCase { code: *code, words: words.clone(), version: seen.version };
            decide(&face, id, "dismiss", &ask).await
        }
        CaseCommand::Accept { id, words, seen } => {
            let ask = AcceptCase { words: words.clone(), version: seen.version };
            decide(&face, id, "accept", &ask).await
        }
        CaseCommand::Pick { id, repository, seen } => {
            let ask = PickRepository { repository: repository.clone(), version: seen.version };
            decide(&face, id, "pick", &ask).await
        }
        CaseCommand::Merge { id, into, seen } => {
            let ask = MergeCase { into: *into, version: seen.version, into_version: None };
            moved(&face, &format!("/cases/{id}/merge"), &ask).await
        }
        CaseCommand::Split { id, signals, seen } => {
            let ask = SplitCase { signals: signals.clone(), version: seen.version };
            moved(&face, &format!("/cases/{id}/split"), &ask).await
        }
        CaseCommand::Move { id, signals, to, seen } => {
            let (signals, version) = (signals.clone(), seen.version);
            let ask = MoveSignals { to: *to, signals, version, to_version: None };
            moved(&face, &format!("/cases/{id}/move"), &ask).await
        }
        CaseCommand::Undo { id } => moved(&face, &format!("/moves/{id}/undo"), &()).await,
        CaseCommand::Reopen { id, seen } => {
            decide(&face, id, "reopen", &ReopenCase { version: seen.version }).await
        }
    };
    face.close(done).await
}

async fn moved(face: &Face, path: &str, ask: &impl Serialize) -> Result<(), Failure> {
    let told = face.client.post(path, ask).await?;
    face.show(&told, |moved: &CaseMoved, _| {
        let task = moved.task.as_ref().map_or_else(String::new, |words| format!("; {words}"));
        let CaseMoved { id, from, to, signals, .. } = moved;
        format!("{id}: {signals} signals, {from} and {to}{task}")
    })
}

async fn decide(face: &Face, id: &CaseId, verb: &str, ask: &impl Serialize) -> Result<(), Failure> {
    let told = face.client.post(&format!("/cases/{id}/{verb}"), ask).await?;
    face.show(&told, |decided: &CaseDecided, _| {
        format!("{} is {}: {}", decided.case, parts::word(&decided.state), plain(&decided.words))
    })
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
    facts.line("version", view.version.to_string());
    if let Some(other) = case.merged_into {
        facts.line("merged into", other.to_string());
    }
    if let Some(picked) = &view.picked {
        facts.line("repository", format!("{picked}, a person said"));
    }
    facts.part("others", &parts::work(&view.links));
    facts.part("signals", &parts::signals(&view.signals, now).text());
    facts.part("tasks", &parts::tasks(&view.tasks, now).text());
    if !view.moves.is_empty() {
        facts.part("moves", &view.moves.iter().map(move_line).collect::<Vec<_>>().join("\n"));
    }
    facts.part("why", &parts::decisions(&view.decisions, now));
    facts.text()
}

fn move_line(moved: &MoveLine) -> String {
    let MoveLine { id, kind, by, from, to, signals, undone, .. } = moved;
    let undone = if *undone { ", undone" } else { "" };
    format!("{id}  {} by {}: {signals} signals from {from} to {to}{undone}", parts::word(kind), plain(by))
}

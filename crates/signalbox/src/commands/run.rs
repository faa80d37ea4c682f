//! `signalbox run list|show`.

use signalbox_control::views::{Listing, NoteLine, RunAsk, RunLine, RunView, RunsAsk};
use signalbox_domain::outcome::{Failure, Verdict};
use signalbox_domain::run::RunNote;
use signalbox_domain::task::Mode;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use super::parts;
use crate::cli::{RunCommand, Runs};
use crate::fail::Failure as Refusal;
use crate::settings::Settings;
use crate::show::{Facts, plain, quoted, span, when};

/// Lines of the history that are shown; `--json` has all of a page.
const LINES_SHOWN: usize = 25;
/// What a cloud run of an agent that this computer has, but not in a place that the sandbox shows, needs to be told.
const NOT_IN_THE_SANDBOX: &str =
    "the sandbox shows the system's folders alone: name the program's in runner.sandbox.read_only";
/// A history is read to its end, but not for ever.
const MOST_PAGES: usize = 100;

pub(crate) async fn run(runs: &Runs, settings: Settings) -> Result<ExitCode, Refusal> {
    let face = Face::open(&runs.ask, settings).await?;
    let done = match &runs.command {
        RunCommand::List { task, state, page } => {
            let ask = RunsAsk { task: *task, state: *state, after: after(page)?, limit: page.limit };
            let told = face.client.get(&query("/runs", &ask)?).await;
            told.and_then(|told| face.show(&told, lines))
        }
        RunCommand::Show { id } => show(&face, &format!("/runs/{id}")).await,
    };
    face.close(done).await
}

fn lines(listing: &Listing<RunLine>, now: Timestamp) -> String {
    let mut text = parts::runs(&listing.items, now);
    if text.is_empty() {
        return "no runs yet".to_owned();
    }
    if let Some(next) = &listing.next {
        text.push_str(&format!("\n… more: --after {}", plain(next)));
    }
    text
}

/// The last words are at the end of the history: for people it is read to there.
async fn show(face: &Face, path: &str) -> Result<(), Refusal> {
    let mut told = face.client.get(path).await?;
    if face.is_json() {
        return face.show::<RunView>(&told, |_, _| String::new());
    }
    let mut notes: Vec<NoteLine> = Vec::new();
    for _ in 0..MOST_PAGES {
        let page: RunView = told.read()?;
        notes.extend(page.notes);
        // Only the end is shown.
        notes.drain(..notes.len().saturating_sub(LINES_SHOWN));
        let Some(seen) = page.notes_after else { break };
        told = face.client.get(&query(path, &RunAsk { notes_after: Some(seen) })?).await?;
    }
    face.show(&told, |last: &RunView, now| view(last, &notes, now))
}

fn view(view: &RunView, notes: &[NoteLine], now: Timestamp) -> String {
    let run = &view.run;
    let mut facts = Facts::default();
    facts.raw(&format!("{}  {}", run.id, plain(&view.title.value)));
    facts.line("task", format!("{} in {}", run.task, view.project));
    facts.line("state", format!("{}, attempt {}", parts::word(&run.state), run.attempt));
    if let Some(outcome) = &view.outcome {
        facts.line("outcome", parts::verdict(&outcome.verdict));
        let lacks_agent =
            matches!(outcome.verdict, Verdict::Failed { failure: Failure::AgentMissing { .. } });
        if lacks_agent && run.mode == Mode::Cloud {
            facts.line("hint", NOT_IN_THE_SANDBOX);
        }
        facts.line("took", span(outcome.effort.duration));
    }
    if let Some(change) = &view.change {
        facts.line("branch", format!("{} at {}", change.branch, change.head));
    }
    let place = run.runner.as_ref().map(|runner| format!(" on {runner}")).unwrap_or_default();
    facts.line("agent", format!("{}, {}{place}", run.agent, run.mode));
    if let Some(until) = run.lease_until {
        facts.line("lease", when(now, until));
    }
    facts.line("queued", when(now, run.queued_at));
    facts.line("changed", when(now, run.changed_at));
    let tail = view.outcome.as_ref().and_then(|outcome| parts::tail(&outcome.verdict));
    facts.part("what it said at its end", &tail.map(|tail| quoted(&tail)).unwrap_or_default());
    facts.part("last notes", &history(notes));
    facts.part("why", &parts::decisions(&view.decisions, now));
    facts.text()
}

fn history(notes: &[NoteLine]) -> String {
    let lines: Vec<String> = notes.iter().flat_map(|note| said(&note.note)).collect();
    lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN)).cloned().collect::<Vec<_>>().join("\n")
}

fn said(note: &RunNote) -> Vec<String> {
    let block = |title: String, text: &str| {
        let mut lines = vec![format!("  {title}")];
        lines.extend(quoted(text).lines().map(str::to_owned));
        lines
    };
    match note {
        RunNote::Moved { to } => vec![format!("  → {}", parts::word(to))],
        RunNote::Said { text } => quoted(text).lines().map(str::to_owned).collect(),
        RunNote::Cut { bytes } => vec![format!("  … {bytes} bytes left out")],
        RunNote::Tool { name, summary } => vec![format!("  tool {}: {}", plain(name), plain(summary))],
        RunNote::Question { text, .. } => block("asked:".to_owned(), text),
        RunNote::Answered { text, .. } => block("was answered:".to_owned(), text),
        RunNote::CheckEnded { code, tail } => {
            let how = code.map_or("was stopped".to_owned(), |code| format!("ended with exit code {code}"));
            block(format!("the check {how}"), tail)
        }
    }
}

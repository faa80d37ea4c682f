//! `signalbox signal list|show|release|send|load|erase|erasures`.

mod erase;
mod load;
mod progress;
mod records;

use std::io::Read as _;
use std::path::Path;

use serde_json::json;
use serde_json::value::RawValue;
use signalbox_control::views::{
    Listing, SignalLine, SignalReleased, SignalResult, SignalResults, SignalView, SignalsAsk,
};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;
use signalbox_server::Verb;

use super::face::{Face, after, query};
use super::parts;
use crate::cli::{SignalCommand, Signals};
use crate::fail::Failure;
use crate::out::say;
use crate::settings::Settings;
use crate::show::{Facts, Table, ago, list, plain, plain_json, quoted, when};

/// A request is cut below what the server takes, in bytes and in items.
const REQUEST_BYTES: usize = 4 << 20;
const REQUEST_ITEMS: usize = 5_000;
/// More is sent in several calls.
const LARGEST_INPUT: u64 = 256 << 20;
const SAMPLES_SHOWN: usize = 3;
const FRAMES_SHOWN: usize = 8;

pub(crate) async fn run(signals: &Signals, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&signals.ask, settings).await?;
    let done = match &signals.command {
        SignalCommand::List { project, page } => {
            let ask = SignalsAsk { project: project.clone(), after: after(page)?, limit: page.limit };
            let told = face.client.get(&query("/signals", &ask)?).await;
            told.and_then(|told| face.show(&told, lines))
        }
        SignalCommand::Show { id } => {
            let told = face.client.get(&format!("/signals/{id}")).await;
            told.and_then(|told| face.show(&told, view))
        }
        SignalCommand::Release { id } => {
            let told = face.client.post(&format!("/signals/{id}/release"), &json!({})).await;
            told.and_then(|told| {
                face.show(&told, |released: &SignalReleased, _| {
                    format!("{}: {}", released.signal, plain(&released.words))
                })
            })
        }
        SignalCommand::Send { file } => send(&face, file).await,
        SignalCommand::Load(wanted) => load::load(&face, wanted).await,
        SignalCommand::Erase { user } => erase::erase(&face, user).await,
        SignalCommand::Erasures { page } => erase::list(&face, page).await,
    };
    face.close(done).await
}

fn lines(listing: &Listing<SignalLine>, now: Timestamp) -> String {
    list(&parts::signals(&listing.items, now), "no signals yet", listing.next.as_deref())
}

fn view(view: &SignalView, now: Timestamp) -> String {
    let signal = &view.signal;
    let mut facts = Facts::default();
    facts.raw(&format!("{}  {}", signal.id, plain(&signal.title.value)));
    facts.line("project", signal.project.as_str());
    facts.line("kind", format!("{} {}, {}", signal.family, signal.kind, signal.severity.name()));
    let users = signal.users.map(|users| format!(", {users} users")).unwrap_or_default();
    facts.line("seen", format!("{} times{users}", signal.count));
    facts.line("first", when(now, signal.first_seen));
    facts.line("last", when(now, signal.last_seen));
    facts.line("written by", signal.title.from.name());
    if let Some(hold) = signal.hold {
        facts.line("held", hold.name());
    }
    if let Some(case) = &view.case {
        facts.line("case", format!("{} {} {}", case.id, case.state, case.title.value));
    }
    for sample in view.samples.iter().take(SAMPLES_SHOWN) {
        let mut text = sample.text.value.clone();
        for frame in sample.frames.iter().rev().take(FRAMES_SHOWN) {
            text.push_str(&format!("\n{}", parts::frame(frame)));
        }
        facts.part(&format!("sample of {}", when(now, sample.occurred_at)), &quoted(&text));
    }
    facts.part("why", &parts::decisions(&view.decisions, now));
    facts.text()
}

async fn send(face: &Face, file: &Path) -> Result<(), Failure> {
    let items = items(&input(file)?)?;
    let mut results = Vec::new();
    for request in requests(&items) {
        let told = face.client.send(Verb::Post, "/signals", Some(request)).await?;
        results.extend(told.read::<SignalResults>()?.results);
    }
    if face.is_json() {
        let json = serde_json::to_string_pretty(&SignalResults { results: results.clone() })
            .map_err(|error| Failure::new(ExitCode::Failure, error.to_string()))?;
        say(plain_json(&json))?;
    } else {
        say(outcome(&results))?;
    }
    match results.iter().filter(|result| matches!(result, SignalResult::Refused { .. })).count() {
        0 => Ok(()),
        refused => {
            let line = format!("{refused} of {} were refused and are kept nowhere", results.len());
            Err(Failure::new(ExitCode::Failure, line))
        }
    }
}

fn outcome(results: &[SignalResult]) -> String {
    let count = |is: fn(&SignalResult) -> bool| results.iter().filter(|result| is(result)).count();
    let new = count(|result| matches!(result, SignalResult::New { .. }));
    let folded = count(|result| matches!(result, SignalResult::Folded));
    let known = count(|result| matches!(result, SignalResult::Duplicate));
    let mut text = format!("{new} new, {folded} counted in signals that were there, {known} known already");
    for (place, result) in results.iter().enumerate() {
        match result {
            SignalResult::New { signal } => text.push_str(&format!("\n{signal}")),
            SignalResult::Refused { at, expected } => {
                text.push_str(&format!(
                    "\nrefused: number {}, {}: expected {}",
                    place + 1,
                    plain(at),
                    plain(expected)
                ));
            }
            SignalResult::Folded | SignalResult::Duplicate => {}
        }
    }
    text
}

fn input(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed =
        |error: std::io::Error| Failure::new(ExitCode::Usage, format!("{}: {error}", file.display()));
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().lock().take(LARGEST_INPUT + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let opened = std::fs::File::open(file).map_err(failed)?;
        opened.take(LARGEST_INPUT + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST_INPUT {
        let line = format!("{}: expected at most {LARGEST_INPUT} bytes", file.display());
        return Err(Failure::new(ExitCode::Usage, line));
    }
    Ok(bytes)
}

/// One object, an array, or lines. A line that is no JSON goes as a text: the server says what is wrong with it.
fn items(bytes: &[u8]) -> Result<Vec<String>, Failure> {
    let own = |raw: &RawValue| raw.get().to_owned();
    if let Ok(all) = serde_json::from_slice::<Vec<&RawValue>>(bytes) {
        return Ok(all.into_iter().map(own).collect());
    }
    if let Ok(one) = serde_json::from_slice::<&RawValue>(bytes) {
        return Ok(vec![own(one)]);
    }
    let mut items = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        items.push(match serde_json::from_slice::<&RawValue>(line) {
            Ok(item) => own(item),
            Err(_) => serde_json::to_string(&String::from_utf8_lossy(line))
                .map_err(|error| Failure::new(ExitCode::Usage, error.to_string()))?,
        });
    }
    if items.is_empty() {
        return Err(Failure::new(ExitCode::Usage, "expected signals as JSON, got nothing"));
    }
    Ok(items)
}

/// Arrays that each fit into a request.
fn requests(items: &[String]) -> Vec<Vec<u8>> {
    let mut requests: Vec<Vec<u8>> = Vec::new();
    let mut count = 0;
    for item in items {
        match requests.last_mut() {
            Some(request) if request.len() + item.len() < REQUEST_BYTES && count < REQUEST_ITEMS => {
                request.push(b',');
                request.extend_from_slice(item.as_bytes());
                count += 1;
            }
            _ => {
                requests.push(format!("[{item}").into_bytes());
                count = 1;
            }
        }
    }
    requests.iter_mut().for_each(|request| request.push(b']'));
    requests
}

pub(super) fn table(items: &[SignalLine], now: Timestamp) -> Table {
    let mut table = Table::new(["SIGNAL", "PROJECT", "SEVERITY", "COUNT", "LAST SEEN", "TITLE"]);
    for signal in items {
        table.row(&[
            signal.id.to_string(),
            signal.project.to_string(),
            signal.severity.name().to_owned(),
            signal.count.to_string(),
            ago(now, signal.last_seen),
            signal.title.value.clone(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_an_array_or_lines_are_items_and_requests_stay_small() {
        assert_eq!(items(b" {\"a\":1} ").unwrap(), ["{\"a\":1}"]);
        assert_eq!(items(b"[{\"a\":1}, 2]").unwrap(), ["{\"a\":1}", "2"]);
        assert_eq!(
            items(b"{\"a\":1}\n\nnot json\n{\"b\":2}").unwrap(),
            ["{\"a\":1}", "\"not json\"", "{\"b\":2}"]
        );
        assert!(items(b" \n").is_err());
        let many: Vec<String> = (0..REQUEST_ITEMS + 1).map(|n| n.to_string()).collect();
        let sent: Vec<usize> = requests(&many)
            .iter()
            .map(|request| serde_json::from_slice::<Vec<u64>>(request).unwrap().len())
            .collect();
        assert_eq!(sent, [REQUEST_ITEMS, 1]);
        let large = vec!["9".repeat(REQUEST_BYTES / 2), "9".repeat(REQUEST_BYTES)];
        assert_eq!(requests(&large).len(), 2);
    }
}

//! `signalbox automation list`.

use signalbox_control::views::{AutomationLine, FiringLine, Listing};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::Face;
use super::parts;
use crate::cli::{AutomationCommand, Automations};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{plain, when};

pub(crate) async fn run(automations: &Automations, settings: Settings) -> Result<ExitCode, Failure> {
    let AutomationCommand::List = automations.command;
    let face = Face::open(&automations.ask, settings).await?;
    let told = face.client.get("/automations").await;
    let done = told.and_then(|told| face.show(&told, lines));
    face.close(done).await
}

fn lines(listing: &Listing<AutomationLine>, now: Timestamp) -> String {
    if listing.items.is_empty() {
        return "no automations yet: [[automations.rules]] in the settings makes one".to_owned();
    }
    listing.items.iter().map(|line| automation(line, now)).collect::<Vec<_>>().join("\n")
}

fn automation(line: &AutomationLine, now: Timestamp) -> String {
    let schedule = match (&line.schedule, &line.zone) {
        (Some(schedule), Some(zone)) => format!("{schedule} {zone}"),
        _ => "no schedule".to_owned(),
    };
    let next = match line.next {
        Some(next) => format!("next {}", when(now, next)),
        None => "no next: not in these settings".to_owned(),
    };
    let head = format!("{}  {}  {}  {next}", line.name, line.project, plain(&schedule));
    let firings = line.firings.iter().map(|line| firing(line, now));
    std::iter::once(head).chain(firings).collect::<Vec<_>>().join("\n")
}

fn firing(line: &FiringLine, now: Timestamp) -> String {
    let task = line.task.map(|task| format!(" {task}")).unwrap_or_default();
    let reason = line.reason.as_ref().map(|reason| format!(": {}", plain(reason))).unwrap_or_default();
    format!("  {}  {}{task}{reason}", when(now, line.due_at), parts::word(&line.state))
}

//! `signalbox quarantine list|show|retry|drop`.

use serde_json::{Value, json};
use signalbox_control::views::{Listing, QuarantineAsk, QuarantineLine, QuarantineView, RetryResult};
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use crate::cli::{Quarantine, QuarantineCommand};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Table, ago, list, plain, quoted};

pub(crate) async fn run(quarantine: &Quarantine, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&quarantine.ask, settings).await?;
    let done = done(&face, &quarantine.command).await;
    face.close(done).await
}

async fn done(face: &Face, command: &QuarantineCommand) -> Result<(), Failure> {
    match command {
        QuarantineCommand::List { page } => {
            let ask = QuarantineAsk { after: after(page)?, limit: page.limit };
            face.show(&face.client.get(&query("/quarantine", &ask)?).await?, lines)
        }
        QuarantineCommand::Show { id } => {
            face.show(&face.client.get(&format!("/quarantine/{id}")).await?, one)
        }
        QuarantineCommand::Retry { id } => {
            let told = face.client.post(&format!("/quarantine/{id}/retry"), &json!({})).await?;
            face.show(&told, |result: &RetryResult, _| {
                let RetryResult { kept, duplicate, not_a_signal } = result;
                format!("{id} was read: {kept} kept, {duplicate} counted before, {not_a_signal} no signal")
            })
        }
        QuarantineCommand::Drop { id } => {
            let told = face.client.post(&format!("/quarantine/{id}/drop"), &json!({})).await?;
            face.show_or(&told, &format!("{id} is gone"), |_: &Value, _| String::new())
        }
    }
}

fn one(view: &QuarantineView, now: Timestamp) -> String {
    let QuarantineView { record, text, is_cut } = view;
    let cut = if *is_cut { "\n  … and more" } else { "" };
    let head = format!(
        "{} from {} at {}, {} bytes, {}",
        record.id,
        record.source,
        plain(&place(&record.origin)),
        record.size,
        ago(now, record.at)
    );
    format!("{head}\n{}: {}\n\n{}{cut}", plain(&record.code), plain(&record.words), quoted(text))
}

fn lines(listing: &Listing<QuarantineLine>, now: Timestamp) -> String {
    let mut table = Table::new(["QUARANTINED", "SOURCE", "STOOD AT", "CODE", "BYTES", "WHEN", "WHY"]);
    for line in &listing.items {
        table.row(&[
            line.id.to_string(),
            line.source.to_string(),
            place(&line.origin),
            line.code.clone(),
            line.size.to_string(),
            ago(now, line.at),
            line.words.clone(),
        ]);
    }
    list(&table, "nothing is in quarantine: every record was read", listing.next.as_deref())
}

fn place(origin: &RecordOrigin) -> String {
    match origin {
        RecordOrigin::Kafka { stream, offset } => format!("{}/{}@{offset}", stream.topic, stream.partition),
        RecordOrigin::Delivery { delivery } => delivery.to_string(),
        RecordOrigin::Request { id: Some(id) } => format!("request {id}"),
        RecordOrigin::Request { id: None } => "request".to_owned(),
        RecordOrigin::File { name, line } => format!("{name}:{line}"),
    }
}

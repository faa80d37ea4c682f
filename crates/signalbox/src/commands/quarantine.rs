//! `signalbox quarantine list`.

use signalbox_control::views::{Listing, QuarantineAsk, QuarantineLine};
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use crate::cli::{Quarantine, QuarantineCommand};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Table, ago, list};

pub(crate) async fn run(quarantine: &Quarantine, settings: Settings) -> Result<ExitCode, Failure> {
    let QuarantineCommand::List { page } = &quarantine.command;
    let ask = QuarantineAsk { after: after(page)?, limit: page.limit };
    let face = Face::open(&quarantine.ask, settings).await?;
    let told = face.client.get(&query("/quarantine", &ask)?).await;
    let done = told.and_then(|told| face.show(&told, lines));
    face.close(done).await
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

//! `signalbox ingest status|seek`.

use serde_json::Value;
use signalbox_control::views::{Listing, PositionLine, SeekAsk};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::Face;
use crate::cli::{Ingest, IngestCommand};
use crate::fail::Failure;
use crate::out::say;
use crate::settings::Settings;
use crate::show::{Table, ago, plain, plain_json};

/// What is read is the sum of the six after it.
const COUNTS: [&str; 11] = [
    "read",
    "kept",
    "held",
    "overflow",
    "not_a_signal",
    "duplicate",
    "quarantined",
    "new_signals",
    "gaps",
    "dropped_batches",
    "retries",
];

pub(crate) async fn run(wanted: &Ingest, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&wanted.ask, settings).await?;
    let done = match &wanted.command {
        IngestCommand::Status => status(&face).await,
        IngestCommand::Seek { source, topic, partition, to } => {
            let ask =
                SeekAsk { source: source.clone(), topic: topic.clone(), partition: *partition, to: *to };
            seek(&face, &ask).await
        }
    };
    face.close(done).await
}

async fn seek(face: &Face, ask: &SeekAsk) -> Result<(), Failure> {
    let told = face.client.post("/ingest/seek", ask).await?;
    let words = format!("{} {}/{} goes on at {}", ask.source, plain(&ask.topic), ask.partition, ask.to);
    face.show_or(&told, &words, |_: &Value, _| String::new())
}

/// What this server counts since its start, and what the database knows for good.
async fn status(face: &Face) -> Result<(), Failure> {
    let status: Value = face.client.get("/status").await?.read()?;
    let positions = face.client.get("/ingest/positions").await?;
    if face.is_json() {
        let counts: serde_json::Map<String, Value> =
            parts(&status).map(|(name, counts)| (name.to_owned(), counts.clone())).collect();
        let both = serde_json::json!({ "counts": counts, "positions": positions.read::<Value>()?["items"] });
        return say(plain_json(&format!("{both:#}")));
    }
    let positions = lines(&positions.read()?, face.now);
    let far = partitions(&status).map_or_else(String::new, |table| format!("\n\n{table}"));
    say(format_args!("{}{far}\n\n{positions}", counts(&status)))
}

/// Of all parts of the house, those that read records.
fn parts(status: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let parts = status["parts"].as_object().into_iter().flatten();
    parts.filter_map(|(name, part)| {
        // A source shows its counts, a pass those of its last run that worked.
        let counts = part.get("last_report").unwrap_or(part);
        counts.get("read").is_some().then_some((name.as_str(), counts))
    })
}

fn counts(status: &Value) -> String {
    let head = [
        "FROM",
        "READ",
        "KEPT",
        "HELD",
        "OVERFLOW",
        "NO SIGNAL",
        "KNOWN",
        "QUARANTINED",
        "NEW",
        "GAPS",
        "DROPPED",
        "RETRIES",
    ];
    let mut table = Table::new(head);
    let mut is_empty = true;
    for (name, counts) in parts(status) {
        is_empty = false;
        let of = |name: &str| counts.get(name).map_or_else(String::new, ToString::to_string);
        let [read, kept, held, over, none, known, quarantined, new, gaps, dropped, retries] = COUNTS.map(of);
        let name = name.to_owned();
        table.row(&[name, read, kept, held, over, none, known, quarantined, new, gaps, dropped, retries]);
    }
    if is_empty { "no server reads anything just now".to_owned() } else { table.text() }
}

/// How far each partition is that this server reads.
fn partitions(status: &Value) -> Option<String> {
    let head = [
        "SOURCE",
        "TOPIC",
        "PARTITION",
        "NEXT",
        "BEHIND",
        "FOR",
        "A SECOND",
        "READ",
        "KEPT",
        "HELD",
        "NO SIGNAL",
    ];
    let mut table = Table::new(head);
    let mut is_empty = true;
    for (name, part) in parts(status) {
        for one in part["partitions"].as_array().into_iter().flatten() {
            is_empty = false;
            let of = |name: &str| one.get(name).filter(|value| !value.is_null()).map(ToString::to_string);
            let topic = one["topic"].as_str().unwrap_or_default().to_owned();
            let or = |name: &str, otherwise: &str| of(name).unwrap_or_else(|| otherwise.to_owned());
            table.row(&[
                name.trim_start_matches("source ").to_owned(),
                topic,
                or("partition", ""),
                or("next", ""),
                or("lag_records", "?"),
                of("lag_seconds").map_or_else(|| "?".to_owned(), |seconds| format!("{seconds} s")),
                or("per_second", ""),
                or("read", ""),
                or("kept", ""),
                or("held", ""),
                or("not_a_signal", ""),
            ]);
        }
    }
    (!is_empty).then(|| table.text())
}

fn lines(listing: &Listing<PositionLine>, now: Timestamp) -> String {
    if listing.items.is_empty() {
        return "no partition was read yet".to_owned();
    }
    let mut table = Table::new(["SOURCE", "TOPIC", "PARTITION", "NEXT", "MOVED"]);
    for line in &listing.items {
        let (topic, partition) = (line.topic.clone(), line.partition.to_string());
        table.row(&[
            line.source.to_string(),
            topic,
            partition,
            line.next.to_string(),
            ago(now, line.changed_at),
        ]);
    }
    table.text()
}

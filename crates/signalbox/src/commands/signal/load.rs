//! `signalbox signal load FILE|-`: records of a file in whatever format, sent in pieces. The house keeps how far it came, in
//! the step that keeps what was read: a load that was cut off goes on there, and one that is given again does nothing.

use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use signalbox_control::views::{LoadAsk, LoadRecord, LoadResult};
use signalbox_runtime::ExitCode;

use super::progress::Progress;
use super::records::Records;
use crate::cli::LoadArgs;
use crate::commands::face::Face;
use crate::fail::Failure;
use crate::out::say;
use crate::show::{plain, plain_json};

/// A request is cut below what the server takes, but for a single record that is larger.
const REQUEST_BYTES: usize = 4 << 20;
const REQUEST_RECORDS: usize = 1000;

pub(super) async fn load(face: &Face, wanted: &LoadArgs) -> Result<(), Failure> {
    let Source { file, size, reader } = Source::open(wanted)?;
    let mut records = Records::new(reader, &wanted.format).map_err(|error| failed(&wanted.file, &error))?;
    let ask = |from: u64, records: Vec<LoadRecord>| LoadAsk {
        format: wanted.format.clone(),
        project: wanted.project.clone(),
        file: file.clone(),
        from,
        records,
    };
    let mut sum = LoadResult::default();
    let mut progress = Progress::new(size)?;
    let begin = send(face, &ask(0, Vec::new())).await?.next;
    if begin > 0 {
        progress.note(&format!("going on after the {begin} records that were loaded before"));
    }
    let mut at = 0;
    loop {
        let piece = piece(&mut records).map_err(|error| failed(&wanted.file, &error))?;
        let many = u64::try_from(piece.len()).unwrap_or(0);
        if many == 0 {
            break;
        }
        let end = at + many;
        // What was loaded before is passed over, down to the record.
        let known = usize::try_from(begin.saturating_sub(at)).unwrap_or(usize::MAX).min(piece.len());
        let fresh: Vec<LoadRecord> = piece.into_iter().skip(known).collect();
        if !fresh.is_empty() {
            let from = at.max(begin);
            let result = send(face, &ask(from, fresh)).await?;
            if !result.taken {
                let line = format!(
                    "somebody else loads {} at the same time: it is at record {}, not at {from}",
                    wanted.file.display(),
                    result.next
                );
                return Err(Failure::new(ExitCode::Failure, line));
            }
            add(&mut sum, &result);
        }
        at = end;
        progress.show(records.bytes(), at);
    }
    progress.clear();
    sum.next = at.max(begin);
    sum.taken = sum.read > 0;
    told(face, &sum, begin)
}

async fn send(face: &Face, ask: &LoadAsk) -> Result<LoadResult, Failure> {
    face.client.post("/ingest/load", ask).await?.read()
}

/// The next records that fit into one request.
fn piece<R: Read>(records: &mut Records<R>) -> std::io::Result<Vec<LoadRecord>> {
    let (mut piece, mut bytes) = (Vec::new(), 0);
    while piece.len() < REQUEST_RECORDS && bytes < REQUEST_BYTES {
        let Some(record) = records.next_record()? else { break };
        bytes += record.len();
        piece.push(match String::from_utf8(record) {
            Ok(text) => LoadRecord::Text(text),
            Err(error) => LoadRecord::Bytes { base64: STANDARD.encode(error.as_bytes()) },
        });
    }
    Ok(piece)
}

fn add(sum: &mut LoadResult, one: &LoadResult) {
    sum.read += one.read;
    sum.kept += one.kept;
    sum.held += one.held;
    sum.overflow += one.overflow;
    sum.not_a_signal += one.not_a_signal;
    sum.duplicate += one.duplicate;
    sum.quarantined += one.quarantined;
    sum.new_signals += one.new_signals;
}

fn told(face: &Face, sum: &LoadResult, begin: u64) -> Result<(), Failure> {
    if face.is_json() {
        let json = serde_json::to_string_pretty(sum)
            .map_err(|error| Failure::new(ExitCode::Failure, error.to_string()))?;
        return say(plain_json(&json));
    }
    if sum.next == begin && begin > 0 {
        return say(format_args!("all of its {begin} records were loaded before"));
    }
    let parts = [
        (sum.kept, "kept"),
        (sum.held, "kept and held"),
        (sum.overflow, "counted in an overflow signal"),
        (sum.not_a_signal, "no signal"),
        (sum.duplicate, "counted before"),
        (sum.quarantined, "in quarantine"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(many, _)| *many > 0).map(|(many, words)| format!("{many} {words}")).collect();
    let parts = if parts.is_empty() { "nothing in it".to_owned() } else { parts.join(", ") };
    say(format_args!("{} read: {parts}; {} new signals", sum.read, sum.new_signals))
}

/// What is read, and what it is known by.
struct Source {
    file: Option<String>,
    size: Option<u64>,
    reader: Box<dyn Read + Send>,
}

impl Source {
    /// A file is known by its name and its content; standard input by the name that it is given.
    fn open(wanted: &LoadArgs) -> Result<Self, Failure> {
        if wanted.file.as_os_str() == "-" {
            let reader = Box::new(std::io::stdin());
            return Ok(Self { file: wanted.name.clone(), size: None, reader });
        }
        let failed = |error: std::io::Error| failed(&wanted.file, &error);
        let mut opened = File::open(&wanted.file).map_err(failed)?;
        let (digest, size) = digest(&mut opened).map_err(failed)?;
        opened.seek(SeekFrom::Start(0)).map_err(failed)?;
        let own =
            wanted.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let name = wanted.name.clone().unwrap_or_else(|| {
            let short: String = own.chars().take(100).collect();
            format!("{short} {digest}")
        });
        Ok(Self { file: Some(plain(&name)), size: Some(size), reader: Box::new(BufReader::new(opened)) })
    }
}

/// Eight bytes of a hash over a file, and how long it is.
fn digest(file: &mut File) -> std::io::Result<(String, u64)> {
    let (mut hasher, mut size) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        size += u64::try_from(read).unwrap_or(0);
    }
    let digest = hasher.finalize();
    Ok((digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect(), size))
}

fn failed(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(ExitCode::Usage, format!("{}: {error}", file.display()))
}

//! Puts the rooms together: who gives the clock, the ids, the keys and the store to whom. No rule lives here.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use signalbox_ingest::IngestMetrics;
use signalbox_redact::Redactor;
use signalbox_runtime::{
    BuildInfo, Clock, ExitCode, IdSource, Metrics, Randomness, Redact, ServiceIdentity, Telemetry,
    error_chain,
};
use signalbox_store::Location;

use crate::fail::Failure;
use crate::settings::Settings;

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What everything that runs is given.
#[derive(Clone)]
pub(crate) struct Base {
    pub(crate) clock: Clock,
    pub(crate) randomness: Randomness,
    pub(crate) ids: IdSource,
}

pub(crate) fn base() -> Result<Base, Failure> {
    let clock = Clock::system();
    let randomness = Randomness::system().map_err(|error| {
        Failure::new(ExitCode::Failure, format!("no randomness to be had: {}", error_chain(&error)))
    })?;
    let ids = IdSource::new(clock.clone(), randomness.clone());
    Ok(Base { clock, randomness, ids })
}

pub(crate) fn redactor(settings: &Settings) -> Result<Arc<Redactor>, Failure> {
    let redactor = Redactor::new(&settings.redact)
        .map_err(|error| Failure::new(ExitCode::BadConfig, format!("redact: {}", error_chain(&error))))?;
    Ok(Arc::new(redactor))
}

/// Nothing is logged that did not pass the redactor.
pub(crate) fn telemetry(
    settings: &Settings,
    base: &Base,
    redactor: &Arc<Redactor>,
) -> Result<Telemetry, Failure> {
    let redactor = Arc::clone(redactor);
    let redact = Redact::new(move |text: &str| redactor.text(text).text);
    let identity = ServiceIdentity { name: "signalbox", version: VERSION };
    Telemetry::start(&settings.telemetry, identity, base.clock.clone(), redact)
        .map_err(|error| Failure::new(ExitCode::BadConfig, error_chain(&error)))
}

pub(crate) fn metrics() -> Result<Metrics, Failure> {
    let build =
        BuildInfo { version: VERSION, revision: option_env!("SIGNALBOX_REVISION").unwrap_or("unknown") };
    Metrics::new(build).map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))
}

pub(crate) fn ingest_metrics(metrics: &Metrics) -> Result<IngestMetrics, Failure> {
    IngestMetrics::new(metrics).map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))
}

/// Where a team's errors and keys lie: for this user alone, where it was not there before.
pub(crate) fn private_folder(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The documented exit code of a file that cannot be made or written.
pub(crate) fn file_code(error: &std::io::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::StorageFull => ExitCode::DiskFull,
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => ExitCode::StoreHeld,
        _ => ExitCode::BadConfig,
    }
}

pub(crate) fn key_file(settings: &Settings) -> PathBuf {
    beside_the_data(settings, "signalbox.key")
}

/// The token of this computer's own user.
pub(crate) fn token_file(settings: &Settings) -> PathBuf {
    beside_the_data(settings, "token")
}

/// Beside the SQLite file itself, whatever link led there, or in the folder `data` where the database is elsewhere.
fn beside_the_data(settings: &Settings, name: &str) -> PathBuf {
    match &settings.store.url {
        Location::Sqlite(path) => path.canonicalize().unwrap_or_else(|_| path.clone()).with_file_name(name),
        Location::Postgres(_) => PathBuf::from("data").join(name),
    }
}

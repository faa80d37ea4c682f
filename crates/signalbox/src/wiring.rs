//! Puts the rooms together: who gives the clock, the ids, the keys and the store to whom. No rule lives here.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use signalbox_control::{SecretError, Secrets};
use signalbox_redact::Redactor;
use signalbox_runtime::{
    Backoff, BackoffConfig, BuildInfo, Clock, Condition, ExitCode, HealthReporter, IdSource, KeyError,
    Metrics, Randomness, Redact, SealingKeys, ServiceIdentity, Stop, Telemetry, error_chain, resolve_secret,
};
use signalbox_store::{Location, Store, StoreConfig, StoreError};

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

/// The keys that seal: from where settings say, or a file beside the data, made at the first start.
pub(crate) fn sealing_keys(settings: &Settings, base: &Base) -> Result<SealingKeys, Failure> {
    let bad = |line: String| Failure::new(ExitCode::BadConfig, line);
    let keys = match &settings.seal.keys {
        Some(place) => {
            let text =
                resolve_secret(place).map_err(|error| bad(format!("seal.keys: {}", error_chain(&error))))?;
            SealingKeys::from_text(&place.to_string(), &text, base.randomness.clone())
        }
        None => {
            let path = key_file(settings);
            if let Some(folder) = path.parent() {
                private_folder(folder).map_err(|error| {
                    Failure::new(file_code(&error), format!("{}: {error}", folder.display()))
                })?;
            }
            SealingKeys::from_file(&path, base.randomness.clone())
        }
    };
    keys.map_err(|error| {
        let code = match &error {
            KeyError::File { source, .. } => file_code(source),
            _ => ExitCode::BadConfig,
        };
        Failure::new(code, error_chain(&error))
    })
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

/// Do the keys open what lies sealed? A lost key that was replaced in silence would only be missed when it is too
/// late to look for it.
pub(crate) async fn keys_fit(store: &Store, keys: Arc<SealingKeys>, base: &Base) -> Result<(), Failure> {
    let secrets = Secrets::new(store.clone(), base.clock.clone(), base.ids.clone(), keys);
    match secrets.check().await {
        Ok(()) => Ok(()),
        Err(error @ SecretError::Seal { .. }) => Err(Failure::new(
            ExitCode::BadConfig,
            format!("{}: put the key back that sealed it, or remove the secret", error_chain(&error)),
        )),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn key_file(settings: &Settings) -> PathBuf {
    beside_the_data(settings, "signalbox.key")
}

/// The token of this computer's own user.
pub(crate) fn token_file(settings: &Settings) -> PathBuf {
    beside_the_data(settings, "token")
}

/// Beside the SQLite file, or in the folder `data` where the database is elsewhere.
fn beside_the_data(settings: &Settings, name: &str) -> PathBuf {
    match &settings.store.url {
        Location::Sqlite(path) => path.with_file_name(name),
        Location::Postgres(_) => PathBuf::from("data").join(name),
    }
}

/// Opens the store, and goes on trying while it cannot be reached: says so each time, with the wait. None when the
/// process was asked to stop meanwhile.
pub(crate) async fn open_store_patiently(
    config: &StoreConfig,
    base: &Base,
    health: &HealthReporter,
    stop: &Stop,
) -> Result<Option<Store>, StoreError> {
    let mut backoff = Backoff::new(BackoffConfig::default(), base.randomness.clone());
    let trying = async {
        loop {
            let error = match Store::open(config).await {
                Ok(store) => return Ok(Some(store)),
                Err(error) if error.is_passing() => error_chain(&error),
                Err(error) => return Err(error),
            };
            let wait = backoff.next_wait();
            tracing::warn!(error, ?wait, "the store cannot be reached; trying again");
            health.report(Condition::Unavailable(error));
            base.clock.sleep(wait).await;
        }
    };
    tokio::select! {
        opened = trying => opened,
        () = stop.stop_taking() => Ok(None),
    }
}

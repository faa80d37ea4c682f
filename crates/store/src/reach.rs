//! Looks whether the store could be opened, for whoever only asks: `Store::reach`.
//!
//! Writes nothing: no file is made, nothing is brought up to date, no lock is waited for. What opening would fail at
//! is told by the same errors.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::Access;
use rustix::process::{Flock, FlockType};
use signalbox_runtime::KeyId;
use sqlx::Connection as _;
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::{
    CONNECT_BOUND, POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS, has_one_name, lock_path, migrate, within,
};

const MIGRATIONS: &str = "_sqlx_migrations";
const SEALING_KEY: &str = "SELECT id FROM sealing_key";

/// What whoever only asks is told of a store that could be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The key that seals in it; None before its first start.
    pub sealing_key: Option<KeyId>,
}

pub(crate) async fn sqlite(
    path: &Path,
    unreachable: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Reached, StoreError> {
    not_held(path)?;
    has_one_name(path)?;
    can_be_written(path)?;
    not_locked(path)?;
    not_locked(&beside(path, "-shm"))?;
    // Without a log the file itself is all there is; declared unchanging, no log is made beside it.
    let logged = beside(path, "-wal").metadata().is_ok_and(|log| log.len() > 0);
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(!logged);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(&unreachable)?;
    let table = "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'";
    let begun: bool = sqlx::query_scalar(table).fetch_one(&mut connection).await.map_err(&unreachable)?;
    if begun {
        migrate(fit(&mut connection, &SQLITE_MIGRATIONS).await, &SQLITE_MIGRATIONS)?;
    }
    let mut sealing_key = None;
    if begun {
        let asked = sqlx::query_scalar(SEALING_KEY).fetch_optional(&mut connection).await;
        sealing_key = key_of(asked.map_err(&unreachable)?)?;
    }
    connection.close().await.map_err(unreachable)?;
    Ok(Reached { sealing_key })
}

pub(crate) async fn postgres(
    options: &PgConnectOptions,
    unreachable: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Reached, StoreError> {
    let connecting = within(CONNECT_BOUND, PgConnection::connect_with(options));
    let mut connection = connecting.await.map_err(&unreachable)?;
    let table = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    let begun: bool = sqlx::query_scalar(table).fetch_one(&mut connection).await.map_err(&unreachable)?;
    if begun {
        migrate(fit(&mut connection, &POSTGRES_MIGRATIONS).await, &POSTGRES_MIGRATIONS)?;
    }
    let mut sealing_key = None;
    if begun {
        let asked = sqlx::query_scalar(SEALING_KEY).fetch_optional(&mut connection).await;
        sealing_key = key_of(asked.map_err(&unreachable)?)?;
    }
    let shut = "SELECT current_setting('transaction_read_only') = 'on'";
    let is_shut: bool = sqlx::query_scalar(shut).fetch_one(&mut connection).await.map_err(&unreachable)?;
    connection.close().await.map_err(unreachable)?;
    if is_shut {
        let says = sqlx::Error::Io(io::Error::new(
            io::ErrorKind::ReadOnlyFilesystem,
            "its transactions are read-only",
        ));
        return Err(StoreError::ReadOnly { method: Method::Open, source: says });
    }
    Ok(Reached { sealing_key })
}

fn key_of(text: Option<String>) -> Result<Option<KeyId>, StoreError> {
    let read = |text: String| {
        text.parse().map_err(|_| StoreError::damaged("id of a sealing key", DamageSource::Value(text)))
    };
    text.map(read).transpose()
}

/// Is all that was done to the database known here, and known as the same?
async fn fit<C: Migrate>(connection: &mut C, known: &Migrator) -> Result<(), MigrateError> {
    if let Some(version) = connection.dirty_version(MIGRATIONS).await? {
        return Err(MigrateError::Dirty(version));
    }
    for applied in connection.list_applied_migrations(MIGRATIONS).await? {
        match known.iter().find(|migration| migration.version == applied.version) {
            None => return Err(MigrateError::VersionMissing(applied.version)),
            Some(migration) if migration.checksum != applied.checksum => {
                return Err(MigrateError::VersionMismatch(applied.version));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A server holds its lock file as long as it runs. Shared, so that two who only ask are not in each other's way.
fn not_held(path: &Path) -> Result<(), StoreError> {
    let lock = lock_path(path)?;
    let Ok(file) = File::open(&lock) else { return Ok(()) };
    match file.try_lock_shared() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StoreError::HeldByAnother { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StoreError::File { path: lock, source }),
    }
}

/// The file, and the folder in which SQLite's log and the lock file have their places.
fn can_be_written(path: &Path) -> Result<(), StoreError> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    for place in [real.as_path(), real.parent().unwrap_or(Path::new("/"))] {
        // Anything else is said better by opening it.
        if let Err(refused @ (rustix::io::Errno::ROFS | rustix::io::Errno::ACCESS)) =
            rustix::fs::access(place, Access::WRITE_OK)
        {
            return Err(StoreError::ReadOnly {
                method: Method::Open,
                source: sqlx::Error::Io(refused.into()),
            });
        }
    }
    Ok(())
}

/// Asks who locks any part of a file so that it could not be read; readers of it are in nobody's way.
fn not_locked(path: &Path) -> Result<(), StoreError> {
    let Ok(file) = File::open(path) else { return Ok(()) };
    // No length: up to the end, wherever that is.
    let holder = rustix::process::fcntl_getlk(&file, &Flock::from(FlockType::ReadLock));
    match holder.ok().flatten() {
        None => Ok(()),
        Some(holder) => {
            let who = match holder.pid {
                Some(pid) => format!("process {} locks {}", pid.as_raw_nonzero(), path.display()),
                None => format!("{} is locked", path.display()),
            };
            let source = sqlx::Error::Io(io::Error::new(io::ErrorKind::WouldBlock, who));
            Err(StoreError::Locked { method: Method::Open, source })
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = real.into_os_string();
    name.push(ending);
    PathBuf::from(name)
}

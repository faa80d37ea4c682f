//! Opening: reach the database, hold it, bring it up to date, hand out steps.
//!
//! SQLite: one writer whose transactions begin IMMEDIATE (a deferred one that reads and then writes fails at once with
//! SQLITE_BUSY), a pool of readers, WAL, and a lock file beside it so that one server has it. PostgreSQL: one pool;
//! migrations run under its advisory lock.

use std::fs::DirBuilder;
use std::fs::{File, TryLockError};
use std::future::Future;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use signalbox_runtime::{Clock, resolve_secret};
use sqlx::Connection as _;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::config::{Location, StoreConfig};
use crate::error::{Kind, StoreError, kind_of};
use crate::method::{Method, MethodKind};
use crate::reach::{self, Reached};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::step::{Step, Tx};

pub(crate) static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
pub(crate) static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a connection is waited for before the store counts as unreachable; the caller's pass tries again.
const ACQUIRE_BOUND: Duration = Duration::from_secs(10);
/// How long a database may take to answer at the door.
pub(crate) const CONNECT_BOUND: Duration = Duration::from_secs(10);
/// Another program (a backup, a shell) may hold SQLite for a moment.
const SQLITE_BUSY_BOUND: Duration = Duration::from_secs(5);

/// The store, open. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    location: Location,
    pools: Pools,
}

enum Pools {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        /// Held while the store is open; the operating system lets go of it when the process ends, however it ends.
        _held: File,
    },
    Postgres {
        pool: PgPool,
        options: Box<PgConnectOptions>,
    },
}

impl Store {
    /// Opens it for one server; makes an SQLite file that is not there yet.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let connections = config.connections.get();
        let pools = match &config.url {
            Location::Sqlite(path) => open_sqlite(path, connections).await?,
            Location::Postgres(url) => open_postgres(url, config).await?,
        };
        Ok(Self { inner: Arc::new(Inner { location: config.url.clone(), pools }) })
    }

    /// Could it be opened? Writes nothing and brings nothing up to date.
    pub async fn reach(config: &StoreConfig) -> Result<Reached, StoreError> {
        let unreachable = |source| unreachable_at(&config.url, source);
        match &config.url {
            Location::Sqlite(path) => reach::sqlite(path, unreachable).await,
            Location::Postgres(url) => reach::postgres(&postgres_options(url, config)?, unreachable).await,
        }
    }

    pub fn location(&self) -> &Location {
        &self.inner.location
    }

    /// Waits until every connection is given back and closed.
    pub async fn close(&self) {
        match &self.inner.pools {
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// How another connection to the same server is made; None on SQLite.
    pub(crate) fn postgres_options(&self) -> Option<&PgConnectOptions> {
        match &self.inner.pools {
            Pools::Sqlite { .. } => None,
            Pools::Postgres { options, .. } => Some(options),
        }
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl Store {
    /// Can it be read right now?
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(Method::Ping).await?.commit().await
    }

    /// One snapshot that is only read.
    pub(crate) async fn read(&self, method: Method) -> Result<Step, StoreError> {
        debug_assert_eq!(method.kind(), MethodKind::Read, "{method}");
        let tx = match &self.inner.pools {
            #[cfg(feature = "sqlite")]
            Pools::Sqlite { readers, .. } => readers.begin().await.map(Tx::Sqlite),
            #[cfg(feature = "postgres")]
            Pools::Postgres { pool, .. } => {
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Tx::Postgres)
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => Err(sqlx::Error::PoolClosed),
        };
        tx.map(|tx| Step::new(tx, method)).map_err(|error| StoreError::from_sqlx(method, error))
    }

    /// One transaction that writes.
    pub(crate) async fn write(&self, method: Method) -> Result<Step, StoreError> {
        debug_assert_eq!(method.kind(), MethodKind::Write, "{method}");
        let tx = match &self.inner.pools {
            #[cfg(feature = "sqlite")]
            Pools::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            #[cfg(feature = "postgres")]
            Pools::Postgres { pool, .. } => pool.begin().await.map(Tx::Postgres),
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => Err(sqlx::Error::PoolClosed),
        };
        tx.map(|tx| Step::new(tx, method)).map_err(|error| StoreError::from_sqlx(method, error))
    }
}

async fn open_sqlite(path: &Path, readers: u32) -> Result<Pools, StoreError> {
    let held = hold(path)?;
    has_one_name(path)?;
    // Made here, because SQLite would let everybody read it; its log and index get the mode of the database.
    make_private(path)?;
    let unreachable = |source| unreachable_at(&Location::Sqlite(path.to_owned()), source);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged record survives a power cut: the log is synced at each commit.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(SQLITE_BUSY_BOUND);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_BOUND)
        // SQLite rolls back by itself when the disk is full; the driver then still believes in its transaction, and
        // would begin no other. Such a connection is closed.
        .after_release(|connection, _| {
            let is_free = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_free) })
        })
        .connect_with(options.clone())
        .await
        .map_err(unreachable)?;
    migrate(SQLITE_MIGRATIONS.run(&writer).await, &SQLITE_MIGRATIONS)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(readers)
        .acquire_timeout(ACQUIRE_BOUND)
        .connect_with(options.read_only(true).create_if_missing(false))
        .await
        .map_err(unreachable)?;
    Ok(Pools::Sqlite { writer, readers, _held: held })
}

/// A second hard link would be a second lock file and a second log to SQLite, which breaks a database.
pub(crate) fn has_one_name(path: &Path) -> Result<(), StoreError> {
    match path.metadata() {
        Ok(about) if about.nlink() > 1 => Err(StoreError::SecondName { path: path.to_owned() }),
        _ => Ok(()),
    }
}

/// Takes the lock file beside the database, so that two servers never share one SQLite file.
fn hold(path: &Path) -> Result<File, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        // What lies there is a team's errors: nobody else on this computer reads them.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| StoreError::File { path: folder.to_owned(), source })?;
    }
    let lock = lock_path(path)?;
    let file = make_private(&lock)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::HeldByAnother { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StoreError::File { path: lock, source }),
    }
}

/// Opens a file, which only this user may read if it is new.
fn make_private(path: &Path) -> Result<File, StoreError> {
    let opened = File::options().create(true).truncate(false).write(true).mode(0o600).open(path);
    opened.map_err(|source| StoreError::File { path: path.to_owned(), source })
}

/// Named after the file itself, not after the way that led to it: a link to the database is the same database.
pub(crate) fn lock_path(path: &Path) -> Result<PathBuf, StoreError> {
    let file = |source| StoreError::File { path: path.to_owned(), source };
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let folder =
                path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            folder.canonicalize().map_err(file)?.join(path.file_name().unwrap_or_default())
        }
        Err(source) => return Err(file(source)),
    };
    let mut name = real.into_os_string();
    name.push(".lock");
    Ok(PathBuf::from(name))
}

async fn open_postgres(url: &str, config: &StoreConfig) -> Result<Pools, StoreError> {
    let unreachable = |source| unreachable_at(&config.url, source);
    let options = postgres_options(url, config)?;
    // One connection by itself, because a pool only says that it waited.
    let first = within(CONNECT_BOUND, PgConnection::connect_with(&options)).await.map_err(unreachable)?;
    within(CONNECT_BOUND, first.close()).await.map_err(unreachable)?;
    let pool = PgPoolOptions::new()
        .max_connections(config.connections.get())
        .acquire_timeout(ACQUIRE_BOUND)
        .connect_with(options.clone())
        .await
        .map_err(unreachable)?;
    migrate(POSTGRES_MIGRATIONS.run(&pool).await, &POSTGRES_MIGRATIONS)?;
    Ok(Pools::Postgres { pool, options: Box::new(options) })
}

/// What accepts a connection and then says nothing would be waited for for ever.
pub(crate) async fn within<T>(
    bound: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match Clock::system().timeout(bound, work).await {
        Ok(done) => done,
        Err(_) => {
            let silent = format!("no answer within {bound:?}");
            Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, silent)))
        }
    }
}

fn postgres_options(url: &str, config: &StoreConfig) -> Result<PgConnectOptions, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(|source| unreachable_at(&config.url, source))?;
    let options = options.application_name("signalbox");
    Ok(match &config.password {
        Some(place) => options.password(&resolve_secret(place)?),
        None => options,
    })
}

/// At the door: what is away may come back, what refuses us will refuse us again.
fn unreachable_at(location: &Location, source: sqlx::Error) -> StoreError {
    match kind_of(&source) {
        Kind::Gone => StoreError::Unreachable { location: location.clone(), source },
        Kind::Other => StoreError::Refused { location: location.clone(), source },
        _ => StoreError::from_sqlx(Method::Open, source),
    }
}

pub(crate) fn migrate(done: Result<(), MigrateError>, known: &Migrator) -> Result<(), StoreError> {
    let newest = known.iter().map(|migration| migration.version).max().unwrap_or_default();
    match done {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) if found > newest => {
            Err(StoreError::Newer { found, newest })
        }
        Err(MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _))
            if kind_of(&source) != Kind::Other =>
        {
            Err(StoreError::from_sqlx(Method::Open, source))
        }
        Err(source) => Err(StoreError::Migrate { source }),
    }
}

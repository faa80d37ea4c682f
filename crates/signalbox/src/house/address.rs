//! Where this house's server listens, written beside its data so that commands find it whatever port it has.
//!
//! The server holds a lock on the file for as long as it lives, and the system lets go of it however it ends: a file that
//! nobody holds is stale and says nothing. It is a new file each time, so a held one never has an older server's address.
//! Called by `serve` and by the client.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use signalbox_runtime::Clock;
use signalbox_store::Location;

use crate::settings::Settings;

/// An address and the name of a database.
const LONGEST: u64 = 4096;
/// A command that looks holds the file for a moment.
const TRIES: u32 = 40;
const RETRY: Duration = Duration::from_millis(25);

/// Held while the server answers.
pub(super) struct Announced {
    path: PathBuf,
    _held: File,
}

impl Announced {
    /// At a clean end.
    pub(super) fn withdraw(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!("{}: {error}", self.path.display());
        }
    }
}

/// Says where the server listens. None where it could not: then commands are told the address by hand.
pub(super) async fn announce(settings: &Settings, address: SocketAddr, clock: &Clock) -> Option<Announced> {
    let path = path(settings);
    let text = format!("{address}\n{}\n", settings.store.url);
    for _ in 0..TRIES {
        match write(&path, &text) {
            Ok(Some(held)) => return Some(Announced { path, _held: held }),
            Ok(None) => clock.sleep(RETRY).await,
            Err(error) => {
                tracing::warn!("{}: {error}; commands do not find this server by themselves", path.display());
                return None;
            }
        }
    }
    tracing::warn!("{}: another server says there where it listens", path.display());
    None
}

/// A new file in the place of a stale one; None where somebody holds it.
fn write(path: &Path, text: &str) -> std::io::Result<Option<File>> {
    match File::open(path) {
        Ok(old) => {
            if !lock(&old)? {
                return Ok(None);
            }
            std::fs::remove_file(path)?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error),
    };
    if !lock(&file)? {
        return Ok(None);
    }
    file.write_all(text.as_bytes())?;
    Ok(Some(file))
}

fn lock(file: &File) -> std::io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Where the server of this database listens, as long as it lives.
pub(crate) fn find(settings: &Settings) -> Option<SocketAddr> {
    let file = File::open(path(settings)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        Ok(()) | Err(TryLockError::Error(_)) => return None,
    }
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    let (address, database) = text.trim_end().split_once('\n')?;
    // Servers of several databases may be started in one folder; the file beside a SQLite database is its own.
    let is_this_one = match &settings.store.url {
        Location::Sqlite(_) => true,
        Location::Postgres(_) => database == settings.store.url.to_string(),
    };
    address.parse().ok().filter(|_| is_this_one)
}

/// What to connect to, to reach a server that listens there.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    SocketAddr::new(ip, address.port())
}

/// Named after the database itself, not after the way that led to it: a link to it is the same database.
fn path(settings: &Settings) -> PathBuf {
    match &settings.store.url {
        Location::Sqlite(path) => {
            let mut name = path.canonicalize().unwrap_or_else(|_| path.clone()).into_os_string();
            name.push(".server");
            PathBuf::from(name)
        }
        Location::Postgres(_) => PathBuf::from("data").join("server"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(folder: &Path) -> Settings {
        let mut settings = Settings::default();
        settings.store.url = Location::Sqlite(folder.join("house.db"));
        settings
    }

    #[tokio::test]
    async fn an_address_is_found_while_its_server_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let (settings, clock) = (settings(folder.path()), Clock::system());
        let address: SocketAddr = "0.0.0.0:4711".parse().unwrap();
        assert_eq!(find(&settings), None);
        let held = announce(&settings, address, &clock).await.unwrap();
        assert_eq!(find(&settings), Some(address));
        assert_eq!(reachable(address), "127.0.0.1:4711".parse().unwrap());
        assert!(write(&path(&settings), "another").unwrap().is_none(), "it is held");
        // As a kill does: the lock is gone, the file stays.
        drop(held);
        assert!(path(&settings).exists());
        assert_eq!(find(&settings), None);
        let next = announce(&settings, "127.0.0.1:5000".parse().unwrap(), &clock).await.unwrap();
        assert_eq!(find(&settings), Some("127.0.0.1:5000".parse().unwrap()));
        next.withdraw();
        assert!(!path(&settings).exists());
    }

    #[test]
    fn what_is_no_address_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        for text in ["", "\n\n", "elsewhere:1\nx\n", "127.0.0.1:80"] {
            let held = write(&path(&settings), text).unwrap();
            assert!(held.is_some() && find(&settings).is_none(), "{text:?}");
        }
    }
}

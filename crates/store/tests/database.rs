//! A PostgreSQL database of its own for each test, on the server whose socket folder the environment names.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// Goes away with its test.
pub struct Database {
    pub url: String,
    name: String,
    socket: String,
}

impl Database {
    /// None where no server is named.
    pub fn create() -> Option<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let socket = std::env::var("SIGNALBOX_TEST_POSTGRES_SOCKET").ok()?;
        let name = format!("store_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        assert!(psql(&socket, &format!("CREATE DATABASE {name}")), "no database could be made at {socket}");
        Some(Self { url: format!("postgres://signalbox@localhost/{name}?host={socket}"), name, socket })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = psql(&self.socket, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        assert!(dropped || std::thread::panicking(), "{} is left behind", self.name);
    }
}

fn psql(socket: &str, command: &str) -> bool {
    Command::new("psql")
        .args(["-h", socket, "-U", "signalbox", "-d", "postgres", "-q", "-c", command])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

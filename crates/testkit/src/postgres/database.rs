//! One database of a test's own, and `psql` to look into it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::PostgresError;
use super::server::{OWNER, PORT, clean_environment};

/// How `psql` reaches the server.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    psql: PathBuf,
    socket_folder: PathBuf,
}

/// A database that no other test knows. It goes with its server.
#[derive(Debug, Clone)]
pub struct Database {
    connection: Connection,
    name: String,
    url: String,
}

impl Connection {
    pub(super) fn new(psql: PathBuf, socket_folder: PathBuf) -> Self {
        Self { psql, socket_folder }
    }

    pub(super) fn query(&self, database: &str, sql: &str) -> Result<String, PostgresError> {
        let mut command = Command::new(&self.psql);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", OWNER, "-p", PORT]);
        command.arg("-h").arg(&self.socket_folder).args(["-d", database, "-c", sql]);
        clean_environment(&mut command);
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|source| PostgresError::Psql { program: self.psql.clone(), source })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        Err(PostgresError::Refused { sql: sql.to_owned(), said })
    }
}

impl Database {
    pub(super) fn new(connection: Connection, name: String) -> Self {
        let url = url(&connection.socket_folder, &name);
        Self { connection, name, url }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a client connects to: a unix socket, so its folder stands in the host's place with its slashes
    /// written as `%2F`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL and returns what `psql` prints: a line a row, `|` between the columns.
    ///
    /// # Errors
    /// When the server does not run or refuses.
    pub fn query(&self, sql: &str) -> Result<String, PostgresError> {
        self.connection.query(&self.name, sql)
    }
}

fn url(socket_folder: &Path, name: &str) -> String {
    let mut host = String::new();
    for byte in socket_folder.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => host.push(char::from(*byte)),
            other => host.push_str(&format!("%{other:02X}")),
        }
    }
    format!("postgres://{OWNER}@{host}:{PORT}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_folder_is_the_host() {
        let expect = "postgres://signalbox@%2Ftmp%2Fa%20b%2Fpg:5432/test_1";
        assert_eq!(url(Path::new("/tmp/a b/pg"), "test_1"), expect);
    }
}

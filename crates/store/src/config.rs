//! Where the store is. Owned by the store, read by whoever composes settings.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use signalbox_domain::secret_ref::SecretRef;
use sqlx::postgres::PgConnectOptions;
use url::Url;

/// Which database, and where.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Location {
    Sqlite(PathBuf),
    /// The whole URL; it may hold a password, so it is shown without one.
    Postgres(String),
}

/// Why a text names no database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    #[error(
        "expected sqlite:PATH or postgres://HOST:PORT/DATABASE, got something with the scheme {scheme:?}"
    )]
    Scheme {
        /// What stands before the colon only: the rest may hold a password.
        scheme: String,
    },
    /// Its value is not repeated: it may be a secret.
    #[error(
        "expected parameters that a connection has, such as host, sslmode or application_name, got {name:?}"
    )]
    Parameter { name: String },
    /// A store without a file would forget everything, and each of its connections would have one of its own.
    #[error("expected sqlite:PATH with the path of a file, such as sqlite:data/signalbox.db")]
    NoFile,
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let (scheme, rest) = text.split_once(':').unwrap_or((text, ""));
        match scheme {
            "sqlite" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" | ":memory:" => Err(LocationError::NoFile),
                folder if folder.ends_with('/') => Err(LocationError::NoFile),
                path => Ok(Self::Sqlite(PathBuf::from(path))),
            },
            "postgres" | "postgresql"
                if rest.starts_with("//") && known_parameters(text)?.parse::<PgConnectOptions>().is_ok() =>
            {
                Ok(Self::Postgres(text.to_owned()))
            }
            _ => Err(LocationError::Scheme { scheme: scheme.chars().take(32).collect() }),
        }
    }
}

/// What the driver understands. Of anything else it only logs that it ignores it, with the value.
const PARAMETERS: [&str; 17] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    PASSWORD,
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];
const PASSWORD: &str = "password";

fn known_parameters(url: &str) -> Result<&str, LocationError> {
    let Ok(parsed) = Url::parse(url) else { return Ok(url) };
    let is_known = |name: &str| {
        PARAMETERS.contains(&name) || name == "statement-cache-capacity" || name.starts_with("options[")
    };
    match parsed.query_pairs().find(|(name, _)| !is_known(name)) {
        None => Ok(url),
        Some((name, _)) => Err(LocationError::Parameter { name: name.chars().take(32).collect() }),
    }
}

impl Location {
    /// Does the text itself hold one?
    pub fn has_password(&self) -> bool {
        let Self::Postgres(url) = self else { return false };
        let Ok(parsed) = Url::parse(url) else { return true };
        parsed.password().is_some() || parsed.query_pairs().any(|(name, _)| name == PASSWORD)
    }
}

impl TryFrom<String> for Location {
    type Error = LocationError;

    fn try_from(text: String) -> Result<Self, LocationError> {
        text.parse()
    }
}

impl From<Location> for String {
    fn from(location: Location) -> String {
        match location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Postgres(url) => url,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_userinfo(url)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The scheme, host and database of a URL: no user, no password, no parameters (they may hold one too).
fn without_userinfo(url: &str) -> String {
    let (scheme, rest) = url.split_once("//").unwrap_or(("", url));
    let rest = rest.split('?').next().unwrap_or_default();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}//{host}")
}

/// The store's part of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: Location,
    /// The password for PostgreSQL, where the URL has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretRef>,
    /// How many connections read at once (SQLite), or are open at all (PostgreSQL).
    pub connections: NonZeroU32,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: Location::Sqlite(PathBuf::from("data/signalbox.db")),
            password: None,
            connections: const { NonZeroU32::new(8).unwrap() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_are_named_by_a_url() {
        let sqlite = |path: &str| Ok(Location::Sqlite(PathBuf::from(path)));
        assert_eq!("sqlite:data/x.db".parse(), sqlite("data/x.db"));
        assert_eq!("sqlite:///var/x.db".parse(), sqlite("/var/x.db"));
        assert!(matches!("postgres://h/db".parse(), Ok(Location::Postgres(_))));
    }

    #[test]
    fn what_is_no_database_is_named_without_what_may_be_secret() {
        let error = "mysql://root:hunter2@h/db".parse::<Location>().unwrap_err().to_string();
        assert!(error.ends_with("the scheme \"mysql\""), "{error}");
        let error = "postgres://ada:hunter2@h:notaport/db".parse::<Location>().unwrap_err().to_string();
        assert!(error.contains("HOST:PORT") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_parameter_that_nobody_understands_is_refused_without_its_value() {
        for name in ["Password", "pass", "sslmod"] {
            let error = format!("postgres://h/db?{name}=hunter2").parse::<Location>().unwrap_err();
            assert_eq!(error, LocationError::Parameter { name: name.to_owned() });
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        let location = |url: &str| url.parse::<Location>().unwrap();
        assert!(location("postgres://h/db?p%61ssword=hunter2").has_password());
        assert!(location("postgres://ada:hunter2@h/db").has_password());
        assert!(!location("postgres://ada@h/db?sslmode=require&options[search_path]=x").has_password());
    }

    #[test]
    fn a_store_without_a_file_is_refused() {
        for text in ["sqlite:", "sqlite://", "sqlite::memory:", "sqlite://:memory:", "sqlite:data/"] {
            assert_eq!(text.parse::<Location>(), Err(LocationError::NoFile), "{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let location: Location = "postgres://ada:hunter2@db.example/app?password=hunter3".parse().unwrap();
        assert_eq!(location.to_string(), "postgres://db.example/app");
        assert_eq!(format!("{location:?}"), "postgres://db.example/app");
    }
}

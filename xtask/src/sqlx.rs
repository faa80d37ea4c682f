//! `cargo xtask sqlx [--check]`: the offline query data of store, described by both databases.
//!
//! ```text
//! for PostgreSQL and SQLite:  a fresh database ─▶ store's own migrations ─▶ store's library compiled against it,
//!                             each checked query writing one file  ─▶  crates/store/.sqlx
//! ```
//!
//! sqlx looks for offline data in `SQLX_OFFLINE_DIR`, then beside the crate's Cargo.toml, then at the workspace's
//! root (by starting cargo). Beside the crate is found without starting anything, and only store has queries.
//!
//! What store must offer: features `postgres` and `sqlite` that gate only its own modules of checked queries (sqlx itself
//! stays whole, so both passes share one build of it); a bin `migrate` that compiles without either and brings the
//! database at the URL given to it up to date; checked queries in the library only, not in its tests.
//! Called by people and by `ci`. It must never touch a database that it did not make.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use cargo_metadata::{Message, Package, TargetKind};

use crate::files::{self, Folder, Renewal};
use crate::house::House;
use crate::postgres::Temporary;
use crate::process::{capture, run, say};
use crate::tools::{self, Tool};

pub const TOOLS: &[Tool] = &[Tool::Postgres, Tool::Setpriv];

const PACKAGE: &str = "signalbox-store";
const MIGRATE: &str = "migrate";

/// A database that a pass describes queries with; each is a feature of store.
#[derive(Debug, Clone, Copy)]
enum Database {
    Postgres,
    Sqlite,
}

impl Database {
    fn feature(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        }
    }
}

/// Writes the query data, or fails with each file that is missing, stale or surplus.
pub fn renew(house: &House, renewal: Renewal) -> anyhow::Result<()> {
    let store = house.member(PACKAGE)?;
    require_shape(store)?;
    tools::require(TOOLS.iter().copied())?;
    let beside = store.manifest_path.parent().context("a manifest has a folder")?.join(".sqlx");
    let place = tempfile::Builder::new().prefix("sqlx-").tempdir().context("making a folder")?;
    let server = Temporary::start(&[("fsync", "off")])?;
    server.create_database("store")?;
    let file = place.path().join("store.db");
    let sqlite = format!("sqlite://{}?mode=rwc", file.display());
    let postgres = describe(house, Database::Postgres, &server.url("store"), place.path())?;
    let sqlite = describe(house, Database::Sqlite, &sqlite, place.path())?;
    let described = join(postgres, sqlite)?;
    say(&files::settle(&described, beside.as_std_path(), renewal, "cargo xtask sqlx")?);
    Ok(())
}

/// Fails by the name of what store lacks.
fn require_shape(store: &Package) -> anyhow::Result<()> {
    for database in [Database::Postgres, Database::Sqlite] {
        let feature = database.feature();
        ensure!(store.features.contains_key(feature), "{PACKAGE} has no feature `{feature}`");
    }
    let is_migrate =
        |target: &&cargo_metadata::Target| target.name == MIGRATE && target.kind.contains(&TargetKind::Bin);
    ensure!(store.targets.iter().any(|target| is_migrate(&target)), "{PACKAGE} has no bin `{MIGRATE}`");
    Ok(())
}

/// One pass: migrates the database, compiles store against it, and takes what the queries wrote.
fn describe(house: &House, database: Database, url: &str, place: &Path) -> anyhow::Result<Folder> {
    let feature = database.feature();
    let mut migrate = house.cargo();
    migrate.args([
        "run",
        "--quiet",
        "--package",
        PACKAGE,
        "--no-default-features",
        "--bin",
        MIGRATE,
        "--",
        url,
    ]);
    run(&mut migrate).with_context(|| format!("migrating the {feature} database"))?;

    let written = place.join(feature);
    std::fs::create_dir(&written).context("making a folder")?;
    compile(house, database, url, &written)?;
    let described = files::read(&written)?;
    if described.is_empty() {
        bail!("the feature `{feature}` of {PACKAGE} has no checked query");
    }
    Ok(described)
}

/// Compiles store's library against the database. A flag that no build had before makes cargo compile it again and
/// nothing else; what that build leaves in the target folder is of no use to any other and is removed.
fn compile(house: &House, database: Database, url: &str, written: &Path) -> anyhow::Result<()> {
    let feature = database.feature();
    let unheard = format!("--cfg=sqlx_pass=\"{}\"", written.display());
    let mut compile = house.cargo();
    compile.args(["rustc", "--quiet", "--package", PACKAGE, "--lib", "--profile", "check"]);
    compile.args(["--message-format", "json-render-diagnostics"]);
    compile.args(["--no-default-features", "--features", feature, "--", &unheard]);
    compile.env("DATABASE_URL", url).env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", written);
    let messages = capture(&mut compile).with_context(|| format!("describing the queries of {feature}"))?;
    for message in Message::parse_stream(messages.as_bytes()) {
        if let Message::CompilerArtifact(artifact) = message.context("reading cargo's messages")?
            && artifact.target.name == PACKAGE.replace('-', "_")
        {
            for file in &artifact.filenames {
                std::fs::remove_file(file).with_context(|| format!("removing {file}"))?;
            }
        }
    }
    Ok(())
}

/// Both passes in one folder. A file is named by its statement, so one text cannot be described twice.
fn join(postgres: Folder, sqlite: Folder) -> anyhow::Result<Folder> {
    let both: Vec<&str> =
        postgres.keys().filter(|name| sqlite.contains_key(*name)).map(String::as_str).collect();
    if !both.is_empty() {
        let statements: Vec<_> = both
            .iter()
            .filter_map(|name| postgres.get(*name))
            .map(|file| String::from_utf8_lossy(file))
            .collect();
        bail!(
            "the databases share a statement; its text must differ (a comment is enough):\n{}",
            statements.join("\n")
        );
    }
    Ok(postgres.into_iter().chain(sqlite).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_of_both_databases_is_refused_with_its_text() {
        let folder = |name: &str, text: &str| Folder::from([(name.to_owned(), text.as_bytes().to_owned())]);
        assert_eq!(join(folder("a", "1"), folder("b", "2")).unwrap().len(), 2);
        let refusal = join(folder("a", "SELECT 1"), folder("a", "SELECT 1")).unwrap_err().to_string();
        assert!(refusal.ends_with("SELECT 1"), "{refusal}");
    }
}

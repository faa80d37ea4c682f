//! A connection beside the store: to see what it wrote, and to write rows that only other owners' methods make.

use signalbox_store::Location;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::fixture::Fixture;

pub(crate) enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Id(Uuid),
    NoId,
    Number(i64),
    NoNumber,
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// Both drivers have the same methods and no common type.
macro_rules! bound {
    ($sql:expr, $cells:expr) => {
        $cells.iter().fold(sqlx::query($sql), |query, cell| match *cell {
            Cell::Id(id) => query.bind(id),
            Cell::NoId => query.bind(None::<Uuid>),
            Cell::Number(number) => query.bind(number),
            Cell::NoNumber => query.bind(None::<i64>),
            Cell::Text(text) => query.bind(text.to_owned()),
            Cell::Bytes(bytes) => query.bind(bytes.to_owned()),
        })
    };
}

impl Raw {
    pub(crate) async fn beside(fixture: &Fixture) -> Self {
        match fixture.store.location() {
            Location::Sqlite(path) => {
                let url = format!("sqlite:{}", path.display());
                Self::Sqlite(SqliteConnection::connect(&url).await.unwrap())
            }
            Location::Postgres(url) => Self::Postgres(PgConnection::connect(url).await.unwrap()),
        }
    }

    pub(crate) async fn run(&mut self, sql: &'static str, cells: &[Cell<'_>]) {
        match self {
            Self::Sqlite(connection) => bound!(sql, cells).execute(connection).await.map(|_| ()),
            Self::Postgres(connection) => bound!(sql, cells).execute(connection).await.map(|_| ()),
        }
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// A row with these columns.
    pub(crate) async fn insert(&mut self, table: &str, row: &[(&str, Cell<'_>)]) {
        let columns: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
        let places: Vec<String> = (1..=row.len()).map(|n| format!("${n}")).collect();
        let cells: Vec<Cell<'_>> = row.iter().map(|(_, cell)| *cell).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
        let done = match self {
            Self::Sqlite(connection) => {
                bound!(AssertSqlSafe(sql), cells).execute(connection).await.map(|_| ())
            }
            Self::Postgres(connection) => {
                bound!(AssertSqlSafe(sql), cells).execute(connection).await.map(|_| ())
            }
        };
        done.unwrap_or_else(|error| panic!("a row of {table}: {error}"));
    }

    pub(crate) async fn numbers(&mut self, sql: &str) -> Vec<i64> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
        }
        .unwrap()
    }

    pub(crate) async fn texts(&mut self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
        }
        .unwrap()
    }

    pub(crate) async fn ids(&mut self, sql: &str) -> Vec<Uuid> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
        }
        .unwrap()
    }
}

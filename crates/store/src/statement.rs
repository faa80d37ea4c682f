//! How a statement is run: its two texts side by side, both checked at compile time, the one for the open database
//! executed. Only the store's own modules use these.

/// How many rows it changed.
macro_rules! execute {
    ($step:expr, $sqlite:tt, $postgres:tt $(, $argument:expr)* $(,)?) => {{
        let (tx, method) = $step.parts();
        match tx {
            #[cfg(feature = "sqlite")]
            $crate::step::Tx::Sqlite(tx) => {
                sqlx::query_file!($sqlite $(, $argument)*).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            #[cfg(feature = "postgres")]
            $crate::step::Tx::Postgres(tx) => {
                sqlx::query_file!($postgres $(, $argument)*).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err(|error| $crate::StoreError::from_sqlx(method, error))
    }};
}

macro_rules! fetch {
    ($how:ident, $step:expr, $row:ty, $sqlite:tt, $postgres:tt $(, $argument:expr)* $(,)?) => {{
        let (tx, method) = $step.parts();
        match tx {
            #[cfg(feature = "sqlite")]
            $crate::step::Tx::Sqlite(tx) => {
                sqlx::query_file_as!($row, $sqlite $(, $argument)*).$how(&mut **tx).await
            }
            #[cfg(feature = "postgres")]
            $crate::step::Tx::Postgres(tx) => {
                sqlx::query_file_as!($row, $postgres $(, $argument)*).$how(&mut **tx).await
            }
        }
        .map_err(|error| $crate::StoreError::from_sqlx(method, error))
    }};
}

/// A statement over many rows at once, whose parameters differ: JSON for SQLite, arrays for PostgreSQL.
macro_rules! execute_many {
    ($step:expr, $sqlite:tt [$($json:expr),* $(,)?], $postgres:tt [$($array:expr),* $(,)?] $(,)?) => {{
        let (tx, method) = $step.parts();
        match tx {
            #[cfg(feature = "sqlite")]
            $crate::step::Tx::Sqlite(tx) => {
                sqlx::query_file!($sqlite $(, $json)*).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            #[cfg(feature = "postgres")]
            $crate::step::Tx::Postgres(tx) => {
                sqlx::query_file!($postgres $(, $array)*).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err(|error| $crate::StoreError::from_sqlx(method, error))
    }};
}

/// Every row that a statement over many rows gives.
macro_rules! fetch_many {
    ($step:expr, $row:ty, $sqlite:tt [$($json:expr),* $(,)?], $postgres:tt [$($array:expr),* $(,)?] $(,)?) => {{
        let (tx, method) = $step.parts();
        match tx {
            #[cfg(feature = "sqlite")]
            $crate::step::Tx::Sqlite(tx) => {
                sqlx::query_file_as!($row, $sqlite $(, $json)*).fetch_all(&mut **tx).await
            }
            #[cfg(feature = "postgres")]
            $crate::step::Tx::Postgres(tx) => {
                sqlx::query_file_as!($row, $postgres $(, $array)*).fetch_all(&mut **tx).await
            }
        }
        .map_err(|error| $crate::StoreError::from_sqlx(method, error))
    }};
}

/// Every row of it.
macro_rules! fetch_all {
    ($($rest:tt)*) => { $crate::statement::fetch!(fetch_all, $($rest)*) };
}

/// The row of it, if there is one.
macro_rules! fetch_optional {
    ($($rest:tt)*) => { $crate::statement::fetch!(fetch_optional, $($rest)*) };
}

/// Its one row.
macro_rules! fetch_one {
    ($($rest:tt)*) => { $crate::statement::fetch!(fetch_one, $($rest)*) };
}

pub(crate) use {execute, execute_many, fetch, fetch_all, fetch_many, fetch_one, fetch_optional};

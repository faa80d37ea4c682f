//! A step: one transaction of one method. Committed as a whole, or it never happened.
//!
//! Each write passes two points at which a test may kill the process: just before its commit (nothing happened) and
//! just after it (everything did, and the caller does not know). A step that changed nothing is no place to die at.

use crate::error::StoreError;
use crate::method::Method;

/// An open transaction of either database.
pub(crate) enum Tx {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

pub(crate) struct Step {
    tx: Tx,
    method: Method,
}

impl Step {
    pub(crate) fn new(tx: Tx, method: Method) -> Self {
        Self { tx, method }
    }

    /// For the statement macros.
    pub(crate) fn parts(&mut self) -> (&mut Tx, Method) {
        (&mut self.tx, self.method)
    }

    /// Ends the method. A step that is dropped instead is rolled back.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let mut this = self;
        let method = this.method;
        let is_place = failpoint::is_place(&mut this).await?;
        if is_place {
            failpoint::reach(method, failpoint::Side::Before);
        }
        match this.tx {
            #[cfg(feature = "sqlite")]
            Tx::Sqlite(tx) => tx.commit().await,
            #[cfg(feature = "postgres")]
            Tx::Postgres(tx) => tx.commit().await,
        }
        .map_err(|error| StoreError::from_sqlx(method, error))?;
        if is_place {
            failpoint::reach(method, failpoint::Side::After);
        }
        Ok(())
    }
}

/// Points at which a test kills the process, as `kill -9` would: `SIGNALBOX_FAILPOINT=task_open:before:1` ends it
/// at the first time that `task_open` is about to commit. Built only with the feature `failpoints`.
#[cfg(feature = "failpoints")]
mod failpoint {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    use super::{Step, Tx};
    use crate::StoreError;
    use crate::method::Method;

    /// Rows that SQLite's one writer had changed at the last commit.
    static CHANGED: AtomicI64 = AtomicI64::new(0);

    /// Has the step that is to be killed changed a row? Asked of the database, since methods need not count.
    pub(super) async fn is_place(step: &mut Step) -> Result<bool, StoreError> {
        if configured().is_none() {
            return Ok(false);
        }
        let method = step.method;
        let asked = match &mut step.tx {
            #[cfg(feature = "sqlite")]
            Tx::Sqlite(tx) => {
                let total = sqlx::query_scalar("SELECT total_changes()").fetch_one(&mut **tx).await;
                total.map(|total: i64| CHANGED.swap(total, Ordering::SeqCst) != total)
            }
            #[cfg(feature = "postgres")]
            Tx::Postgres(tx) => {
                let asks = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL";
                sqlx::query_scalar(asks).fetch_one(&mut **tx).await
            }
        };
        asked.map_err(|error| StoreError::from_sqlx(method, error))
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(super) enum Side {
        Before,
        After,
    }

    struct Point {
        method: String,
        side: String,
        passes_left: AtomicU32,
    }

    fn configured() -> Option<&'static Point> {
        static POINT: OnceLock<Option<Point>> = OnceLock::new();
        POINT
            .get_or_init(|| {
                let text = std::env::var("SIGNALBOX_FAILPOINT").ok()?;
                let mut parts = text.split(':').map(str::to_owned);
                let (method, side) = (parts.next()?, parts.next()?);
                let nth = parts.next().and_then(|n| n.parse().ok()).unwrap_or(1);
                Some(Point { method, side, passes_left: AtomicU32::new(nth) })
            })
            .as_ref()
    }

    pub(super) fn reach(method: Method, side: Side) {
        let Some(point) = configured() else { return };
        let name = if side == Side::Before { "before" } else { "after" };
        if point.method != method.name() || point.side != name {
            return;
        }
        if point.passes_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            tracing::warn!(method = method.name(), side = name, "failpoint reached: the process ends here");
            // The signal that no handler sees: what a crash, the kernel's memory killer or an operator does.
            let killed =
                rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            debug_assert!(killed.is_ok());
            std::process::abort();
        }
    }
}

#[cfg(not(feature = "failpoints"))]
mod failpoint {
    use super::Step;
    use crate::StoreError;
    use crate::method::Method;

    #[expect(clippy::unused_async, reason = "the one that kills asks the database")]
    pub(super) async fn is_place(_step: &mut Step) -> Result<bool, StoreError> {
        Ok(false)
    }

    #[derive(Clone, Copy)]
    pub(super) enum Side {
        Before,
        After,
    }

    pub(super) fn reach(_method: Method, _side: Side) {}
}

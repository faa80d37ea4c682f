//! Wake-ups between processes on PostgreSQL: LISTEN on a connection of its own, NOTIFY debounced by the runtime, never
//! one a row (its commit lock is global). SQLite has one process, whose wake-ups need no carrier.

use signalbox_runtime::{BridgeSession, Channel, WakeupBridge};
use sqlx::postgres::{PgConnection, PgListener};
use sqlx::{Connection as _, Executor as _};

use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;

/// The one channel of PostgreSQL; its messages name ours, by commas.
const LISTEN_CHANNEL: &str = "signalbox_wakeups";

/// Makes connections for wake-ups; `None` from [`Store::wakeup_bridge`] where one process has the database.
pub struct PostgresBridge {
    store: Store,
}

pub struct PostgresSession {
    listener: PgListener,
    sender: PgConnection,
}

impl Store {
    /// What carries wake-ups to other processes, where there can be any.
    pub fn wakeup_bridge(&self) -> Option<PostgresBridge> {
        self.postgres_options().map(|_| PostgresBridge { store: self.clone() })
    }
}

impl WakeupBridge for PostgresBridge {
    type Error = StoreError;
    type Session = PostgresSession;

    async fn connect(&mut self) -> Result<PostgresSession, StoreError> {
        let lost = |error| StoreError::from_sqlx(Method::Wakeups, error);
        let options = self.store.postgres_options().ok_or_else(|| lost(sqlx::Error::PoolClosed))?;
        let sender = PgConnection::connect_with(options).await.map_err(lost)?;
        // A pool of one, because a listener outlives no pool: it is never the pool that queries wait for.
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(lost)?;
        let mut listener = PgListener::connect_with(&pool).await.map_err(lost)?;
        // A silent reconnect would hide that messages were missed: the bridge reconnects and wakes everybody.
        listener.eager_reconnect(false);
        listener.listen(LISTEN_CHANNEL).await.map_err(lost)?;
        Ok(PostgresSession { listener, sender })
    }
}

impl BridgeSession for PostgresSession {
    type Error = StoreError;

    async fn send(&mut self, channels: &[Channel]) -> Result<(), StoreError> {
        let names: Vec<&str> = channels.iter().map(|channel| channel.name()).collect();
        let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(LISTEN_CHANNEL).bind(names.join(","));
        self.sender
            .execute(notify)
            .await
            .map(drop)
            .map_err(|error| StoreError::from_sqlx(Method::Wakeups, error))
    }

    async fn receive(&mut self) -> Result<Vec<String>, StoreError> {
        let message = self
            .listener
            .try_recv()
            .await
            .and_then(|message| message.ok_or(sqlx::Error::PoolClosed))
            .map_err(|error| StoreError::from_sqlx(Method::Wakeups, error))?;
        Ok(message.payload().split(',').map(str::to_owned).collect())
    }
}

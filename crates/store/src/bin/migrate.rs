//! Brings the database at a URL up to date: `migrate sqlite:PATH|postgres://…`. Called by `cargo xtask sqlx`, which
//! builds it with no feature at all: it may use no checked statement.

use std::error::Error;

use signalbox_store::{Store, StoreConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("expected sqlite:PATH or postgres://…")?;
    let config = StoreConfig { url: url.parse()?, ..StoreConfig::default() };
    Store::open(&config).await?.close().await;
    Ok(())
}

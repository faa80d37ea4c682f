//! Brings the database at a URL up to date: `migrate sqlite:PATH|postgres://…`. Called by `cargo xtask sqlx`.

use anyhow::Context as _;
use signalbox_store::{Store, StoreConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let url = std::env::args().nth(1).context("expected sqlite:PATH or postgres://…")?;
    let config = StoreConfig { url: url.parse()?, ..StoreConfig::default() };
    Store::open(&config).await?.close().await;
    Ok(())
}

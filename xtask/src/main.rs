//! The house's own chores. Called by people and by CI, never by the product.

fn main() -> anyhow::Result<()> {
    anyhow::bail!("usage: cargo xtask layers|ci|states|sqlx|bench NAME")
}

//! The house's own chores: gates, generated files, benches. Called by people and by CI, never by the product.
//!
//! ```text
//! cargo xtask layers            who may depend on whom: cargo metadata against DESIGN's table
//! cargo xtask licences          licences, bans and sources of every dependency against deny.toml
//! cargo xtask homes             no tracked file holds a path of a developer's home
//! cargo xtask states [--check]  docs/states.md, drawn from the state machines in domain
//! cargo xtask sqlx [--check]    the offline query data of store, from both databases
//! cargo xtask bench NAME …      signalbox-bench in release
//! cargo xtask ci [STEP…]        all the gates; tests are `./test`'s
//! ```
//!
//! A chore is a function of the [`house::House`] that says what is wrong by name. It never passes because something
//! was absent. It must not know the product's crates as code: it runs cargo, and reads what cargo says.

pub mod ci;
pub mod files;
pub mod homes;
pub mod house;
pub mod layers;
pub mod licences;
pub mod postgres;
pub mod process;
pub mod sqlx;
pub mod states;
pub mod timing;
pub mod tools;
pub mod verification;

//! Who and where: projects, their public keys, repositories, people, tokens, secrets. One file a table.
//!
//! Never holds a secret in clear: tokens come in as hashes, secrets sealed. Whether somebody may is not decided here.
//! Called by control (for every face), and by stages that ask which projects and repositories there are.

mod keys;
mod people;
mod projects;
mod repositories;
mod row;
mod sealing_key;
mod secrets;
mod tokens;

pub(crate) use people::people_within;
pub(crate) use repositories::repositories_within;
pub use sealing_key::KeyPut;
pub use secrets::{Removed, SealedSecret, SecretEntry};
pub use tokens::Revoked;

/// These lists are kept by hand and read whole; a longer one is cut rather than held in memory.
const LONGEST_LIST: i64 = 10_000;

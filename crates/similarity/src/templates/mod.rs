//! Message templates: masking of variable parts, and online mining of templates per stream.
//!
//! `mask` is stateless and versioned, so it may be part of a fingerprint. `miner` learns from one stream and gives
//! features for grouping; its ids must never become part of a fingerprint, because they depend on what came before.

mod dates;
mod lexicon;
mod mask;
mod miner;
mod recognise;
mod shape;
mod words;

pub use mask::{MASK_VERSION, Masked, mask};
pub use miner::{Fit, MINER_VERSION, Mined, MinerConfig, MinerError, TemplateId, TemplateMiner};
pub use recognise::PLACEHOLDERS;

#[cfg(test)]
mod tests;

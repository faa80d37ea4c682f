//! Pure similarity: what two hints have in common, and what is unusual in a stream.
//!
//! No IO, no clock, no randomness: every answer follows from the input and the state handed in.

pub mod anomaly;
pub mod clicks;
pub mod lab_streams;
pub mod templates;

//! What fingerprints and grouping promise, checked over generated inputs.

mod fingerprints;
mod grouping;
mod splitting;

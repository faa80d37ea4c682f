//! Pure similarity: frames, templates, fingerprints, grouping, anomalies.

pub mod lab_streams;
pub mod templates;

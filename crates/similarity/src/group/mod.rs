//! Grouping: which signals share one cause. Incremental, deterministic, bounded; one `ProjectIndex` a project.
//!
//! signal → candidates by rare features (`postings`) → scored pairwise against each case's exemplars (`score`, `align`)
//! → placement with ranked candidates and reasons (`index`). Never looks at the clock: order is the caller's.

pub(crate) mod align;
mod index;
mod postings;
pub(crate) mod score;
mod snapshot;

pub use index::{Candidate, CaseId, Note, Placement, ProjectIndex};
pub use score::{Evidence, Reason, SourcePair, Weights};
pub use snapshot::{SNAPSHOT_VERSION, Snapshot, SnapshotError};

pub(crate) use index::Rarity;
pub(crate) use score::pair;

//! Grouping: which signals share one cause. Incremental, deterministic, bounded; one `ProjectIndex` a project.
//!
//! signal → candidates by rare features (`postings`) → scored pairwise against each case's exemplars (`score`, `align`)
//! → placement with ranked candidates and reasons (`index`). A case that holds unlike things falls apart again
//! (`split`), and what the index knows of it is told anew (`members`). Never looks at the clock: order is the caller's.

pub(crate) mod align;
mod index;
mod kept;
mod members;
mod postings;
pub(crate) mod score;
mod snapshot;
mod split;

pub use index::{Candidate, CaseId, Note, Placement, ProjectIndex};
pub use kept::KeptError;
pub use members::UnknownCase;
pub use score::{Evidence, Reason, SourcePair, Weights};
pub use snapshot::{SNAPSHOT_VERSION, Snapshot, SnapshotError};
pub use split::{Bond, Leaving, Member, Split};

pub(crate) use index::Rarity;
pub(crate) use score::pair;

//! What the last pass did, shown as it stands.

use serde::Serialize;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PlannerStatus {
    pub projects: u64,
    pub signals: u64,
    pub cases: u64,
    pub tasks: u64,
    /// Plans that somebody else's write overtook; the next pass plans them anew.
    pub stale: u64,
    /// Plans that policy forbids as they stand; a decision on each case says why.
    pub refused: u64,
    /// A project had more than one plan takes: the next pass begins at once.
    pub more: bool,
}

//! `cargo xtask layers`: reads what the workspace depends on and holds the table of `layers/table.rs` against it.
//!
//! ```text
//! cargo metadata ─▶ Graph (edges::read) ─▶ check (pure) ─▶ one line a violation
//! ```
//!
//! It must never judge by what happens to be compiled: an optional or a platform's dependency is an edge as well.
//! Called by `main` and as a step of `ci`.

mod edges;
mod table;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use anyhow::bail;
use cargo_metadata::Metadata;

pub use edges::read;
use table::{Inside, Room, Use};

/// What Cargo.toml calls a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Normal,
    Build,
    Dev,
}

/// A dependency that a workspace member declares, on another member or on an outside crate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub kind: Kind,
}

/// The workspace as the check sees it.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub members: BTreeSet<String>,
    pub edges: Vec<Edge>,
    /// Normal dependencies as resolved, outside crates included: what a crate links in the end. A member stands
    /// under its name, an outside crate under `name@version`.
    pub resolved: BTreeMap<String, BTreeSet<String>>,
}

/// What the table forbids, in one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    Unknown { member: String },
    Forbidden { edge: Edge, reason: String },
    Reached { path: Vec<String>, reason: String },
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { member } => {
                write!(
                    out,
                    "{member}: unknown to the table; name it in the table (xtask/src/layers/table.rs)"
                )
            }
            Self::Forbidden { edge: Edge { from, to, kind }, reason } => {
                let kind = match kind {
                    Kind::Normal => "",
                    Kind::Build => " (build)",
                    Kind::Dev => " (dev)",
                };
                write!(out, "{from} → {to}{kind}: {reason}")
            }
            Self::Reached { path, reason } => write!(out, "{}: {reason}", path.join(" → ")),
        }
    }
}

/// The gate: fails with one line a violation.
pub fn hold(metadata: &Metadata) -> anyhow::Result<String> {
    let graph = read(metadata)?;
    let violations = check(&graph);
    if violations.is_empty() {
        return Ok(format!("{} members, {} edges, all in the table", graph.members.len(), graph.edges.len()));
    }
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    bail!("{} against the table:\n{}", lines.len(), lines.join("\n"))
}

/// Every violation, sorted. Pure.
pub fn check(graph: &Graph) -> Vec<Violation> {
    let mut found = BTreeSet::new();
    for member in &graph.members {
        match table::room_of(member) {
            None => {
                found.insert(Violation::Unknown { member: member.clone() });
            }
            Some(room) if room.usage == Use::Pure => found.extend(impurity(graph, member)),
            Some(_) => {}
        }
    }
    for edge in graph.edges.iter().filter(|edge| edge.from != edge.to) {
        let Some(from) = table::room_of(&edge.from) else { continue };
        let reason = if graph.members.contains(&edge.to) {
            inside_reason(from, edge)
        } else {
            outside_reason(from, edge)
        };
        if let Some(reason) = reason {
            found.insert(Violation::Forbidden { edge: edge.clone(), reason });
        }
    }
    found.into_iter().collect()
}

/// Why a member may not name another member, or nothing.
fn inside_reason(from: &Room, edge: &Edge) -> Option<String> {
    let to = table::room_of(&edge.to)?;
    match (from.usage, to.usage) {
        (_, Use::Fixture) if edge.kind == Kind::Dev || from.is_open_gate() => None,
        (_, Use::Fixture) => Some("fixtures are for dev-dependencies only".to_owned()),
        (_, Use::Gate) if from.is_open_gate() => None,
        (_, Use::Gate) => Some("gates stand outside the product: nothing leans on them".to_owned()),
        (Use::Stage, Use::Stage) => Some("no stage names another: stages meet in the store".to_owned()),
        _ => row_reason(from, to),
    }
}

fn row_reason(from: &Room, to: &Room) -> Option<String> {
    match from.inside {
        Inside::Everything => None,
        Inside::Only(groups) if groups.iter().any(|group| group.contains(&to.package)) => None,
        Inside::Only(groups) => {
            let row: Vec<&str> = groups.iter().flat_map(|group| group.iter().copied()).collect();
            let row = if row.is_empty() { "nothing".to_owned() } else { row.join(", ") };
            Some(format!("its row in the table allows {row} inside"))
        }
    }
}

/// Why a member may not name an outside crate, or nothing.
fn outside_reason(from: &Room, edge: &Edge) -> Option<String> {
    let knowledge = table::KNOWLEDGE.iter().find(|knowledge| knowledge.covers(&edge.to))?;
    let allowed = from.is_open_gate() || knowledge.holders.contains(&from.package);
    (!allowed).then(|| knowledge.reason.to_owned())
}

/// The shortest way from a pure crate to each crate that reads the world, through whatever it links.
fn impurity(graph: &Graph, member: &str) -> Vec<Violation> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([member]);
    let mut found = Vec::new();
    while let Some(at) = queue.pop_front() {
        for next in graph.resolved.get(at).into_iter().flatten().map(String::as_str) {
            if next == member || came_from.contains_key(next) {
                continue;
            }
            came_from.insert(next, at);
            if table::reads_the_world(next) {
                let path = way(&came_from, member, next);
                let reason = "a pure crate has no runtime and no IO, nor does what it links".to_owned();
                found.push(Violation::Reached { path, reason });
            } else {
                queue.push_back(next);
            }
        }
    }
    found
}

fn way(came_from: &BTreeMap<&str, &str>, start: &str, end: &str) -> Vec<String> {
    let mut path = vec![end.to_owned()];
    let mut at = end;
    while at != start {
        let Some(before) = came_from.get(at) else { break };
        at = before;
        path.push(at.to_owned());
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests;

//! From `cargo metadata` to the graph that the check reads. Called by `layers::hold`; it must not judge.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};

use super::{Edge, Graph, Kind};

/// Declared edges of every member, and the resolved normal edges of everything.
pub fn read(metadata: &Metadata) -> anyhow::Result<Graph> {
    let members: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    let mut edges = BTreeSet::new();
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            edges.insert(Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                kind: kind(dependency.kind).with_context(|| {
                    format!("{} → {}: a kind of dependency that is not known", package.name, dependency.name)
                })?,
            });
        }
    }
    Ok(Graph { members, edges: edges.into_iter().collect(), resolved: resolved(metadata)? })
}

fn kind(kind: DependencyKind) -> Option<Kind> {
    match kind {
        DependencyKind::Normal => Some(Kind::Normal),
        DependencyKind::Build => Some(Kind::Build),
        DependencyKind::Development => Some(Kind::Dev),
        _ => None,
    }
}

fn resolved(metadata: &Metadata) -> anyhow::Result<BTreeMap<String, BTreeSet<String>>> {
    let resolve = metadata.resolve.as_ref().context("cargo metadata gave no resolved graph")?;
    let labels: BTreeMap<&PackageId, String> =
        metadata.packages.iter().map(|package| (&package.id, label(metadata, package))).collect();
    let name = |id: &PackageId| labels.get(id).cloned().with_context(|| format!("no package {id}"));
    let mut graph = BTreeMap::new();
    for node in &resolve.nodes {
        let mut linked = BTreeSet::new();
        for dependency in &node.deps {
            if dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal) {
                linked.insert(name(&dependency.pkg)?);
            }
        }
        graph.insert(name(&node.id)?, linked);
    }
    Ok(graph)
}

fn label(metadata: &Metadata, package: &Package) -> String {
    if metadata.workspace_members.contains(&package.id) {
        package.name.to_string()
    } else {
        format!("{}@{}", package.name, package.version)
    }
}

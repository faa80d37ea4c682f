//! `cargo xtask licences`: every dependency's licence, name, version requirement and source against deny.toml.
//!
//! cargo-deny reads the same page and says more; this says what must hold on every machine without installing it.
//! A key of deny.toml that is not understood here is an error, never ignored. Called by `main` and by `ci`.

mod page;

use anyhow::{Context, bail};
use cargo_metadata::{Metadata, Package};
use spdx::{Expression, Licensee, ParseMode};

use crate::house::House;
use page::Page;

const PAGE: &str = "deny.toml";

/// The gate: fails with one line a finding.
pub fn hold(house: &House) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(house.file(PAGE)).with_context(|| format!("reading {PAGE}"))?;
    let page = page::read(&text)?;
    let findings = check(&house.metadata, &page)?;
    if findings.is_empty() {
        return Ok(format!("{} packages, all within {PAGE}", house.metadata.packages.len()));
    }
    bail!("{} against {PAGE}:\n{}", findings.len(), findings.join("\n"))
}

/// Every finding, sorted by package.
fn check(metadata: &Metadata, page: &Page) -> anyhow::Result<Vec<String>> {
    let allowed = licensees(&page.licenses.allow)?;
    let mut findings = Vec::new();
    for package in &metadata.packages {
        let said = [
            licence(package, &allowed, page)?,
            ban(package, page),
            source(package, page),
            wildcards(metadata, package, page),
        ];
        findings.extend(
            said.into_iter().flatten().map(|said| format!("{} {}: {said}", package.name, package.version)),
        );
    }
    findings.sort();
    Ok(findings)
}

fn licensees(names: &[String]) -> anyhow::Result<Vec<Licensee>> {
    names
        .iter()
        .map(|name| Licensee::parse(name).with_context(|| format!("{PAGE}: {name} is no licence")))
        .collect()
}

/// Why the licence is not accepted, or nothing.
fn licence(package: &Package, allowed: &[Licensee], page: &Page) -> anyhow::Result<Option<String>> {
    let exceptions = page.licenses.exceptions.iter().filter(|exception| exception.package == *package.name);
    let extra =
        exceptions.map(|exception| licensees(&exception.allow)).collect::<anyhow::Result<Vec<_>>>()?;
    let Some(text) = &package.license else { return Ok(Some("names no licence".to_owned())) };
    let expression = match Expression::parse_mode(text, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => return Ok(Some(format!("its licence “{text}” is unreadable: {}", error.reason))),
    };
    let accepted = expression.evaluate(|wanted| {
        allowed.iter().chain(extra.iter().flatten()).any(|licensee| licensee.satisfies(wanted))
    });
    Ok((!accepted).then(|| format!("its licence “{text}” is not allowed")))
}

fn ban(package: &Package, page: &Page) -> Option<String> {
    let ban = page.bans.deny.iter().find(|ban| ban.package == *package.name)?;
    Some(format!("banned: {}", ban.reason))
}

/// Where it comes from; a member of the workspace comes from nowhere.
fn source(package: &Package, page: &Page) -> Option<String> {
    let source = package.source.as_ref()?;
    let (kind, address) = source.repr.split_once('+').unwrap_or(("", source.repr.as_str()));
    let known = match kind {
        "registry" => &page.sources.allow_registry,
        "git" => &page.sources.allow_git,
        // `sparse+https://…/` names a registry as well, and its address counts with the prefix.
        _ => {
            return (!page.sources.allow_registry.contains(&source.repr))
                .then(|| format!("unknown source {}", source.repr));
        }
    };
    let address = address.split(['?', '#']).next().unwrap_or(address);
    (!known.iter().any(|known| known == address)).then(|| format!("unknown source {kind} {address}"))
}

/// Members must choose their versions; a path inside the workspace has none to choose.
fn wildcards(metadata: &Metadata, package: &Package, page: &Page) -> Option<String> {
    if !page.bans.refuses_wildcards() || !metadata.workspace_members.contains(&package.id) {
        return None;
    }
    let open = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.path.is_none() && dependency.req.comparators.is_empty());
    let names: Vec<&str> = open.map(|dependency| dependency.name.as_str()).collect();
    (!names.is_empty()).then(|| format!("depends on any version of {}", names.join(", ")))
}

#[cfg(test)]
mod tests;

//! deny.toml as this house uses it. Called by `licences`.
//!
//! Keys are cargo-deny's. One that is not listed here is refused: a rule that looks held but is not is worse than none.

use anyhow::Context;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Page {
    #[expect(
        dead_code,
        reason = "which features cargo-deny looks at; this gate reads what the workspace resolves"
    )]
    #[serde(default)]
    graph: toml::Table,
    #[expect(dead_code, reason = "known security faults: needs a database that only cargo-deny fetches")]
    #[serde(default)]
    advisories: toml::Table,
    pub(super) licenses: Licenses,
    pub(super) bans: Bans,
    pub(super) sources: Sources,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Licenses {
    pub(super) allow: Vec<String>,
    #[serde(default)]
    pub(super) exceptions: Vec<Exception>,
    #[expect(dead_code, reason = "whether cargo-deny speaks of allowances that nothing uses")]
    unused_allowed_license: Option<String>,
    #[expect(dead_code, reason = "how sure cargo-deny must be of a licence that it reads from a file")]
    confidence_threshold: Option<f64>,
}

/// A licence that only one package may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Exception {
    #[serde(rename = "crate")]
    pub(super) package: String,
    pub(super) allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Bans {
    #[expect(dead_code, reason = "whether cargo-deny speaks of crates that are there twice")]
    multiple_versions: Option<String>,
    wildcards: Level,
    #[expect(dead_code, reason = "a path has no version here in any case")]
    allow_wildcard_paths: Option<bool>,
    pub(super) deny: Vec<Ban>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Allow,
    Warn,
    Deny,
}

impl Bans {
    pub(super) fn refuses_wildcards(&self) -> bool {
        self.wildcards == Level::Deny
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Ban {
    #[serde(rename = "crate")]
    pub(super) package: String,
    pub(super) reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Sources {
    unknown_registry: Level,
    unknown_git: Level,
    pub(super) allow_registry: Vec<String>,
    pub(super) allow_git: Vec<String>,
}

/// Reads the page; the error names the key.
pub(super) fn read(text: &str) -> anyhow::Result<Page> {
    let page: Page = toml::from_str(text).context("reading deny.toml")?;
    let Sources { unknown_registry, unknown_git, .. } = &page.sources;
    anyhow::ensure!(
        (unknown_registry, unknown_git) == (&Level::Deny, &Level::Deny),
        "deny.toml: unknown-registry and unknown-git must be \"deny\": this gate knows no other way"
    );
    Ok(page)
}

//! Projects and repositories as people send them; they are shown as the domain's nouns.

use serde::{Deserialize, Serialize};
use signalbox_domain::names::{ProjectName, RepositoryName};
use signalbox_domain::project_key::PublicKey;
use signalbox_domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    pub name: ProjectName,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRepository {
    pub name: RepositoryName,
    /// A path or URL that git understands; never with a password in it.
    pub location: String,
    #[serde(default = "main")]
    pub default_branch: String,
}

/// A project's public key, as the settings of SDKs want it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    pub key: PublicKey,
    pub made_at: Timestamp,
    /// For Sentry's SDKs; the key stands in it.
    pub sentry_dsn: String,
    /// For PostHog's SDKs, with the key itself.
    pub posthog_host: String,
}

fn main() -> String {
    "main".to_owned()
}

//! Projects and repositories as people send them; they are shown as the domain's nouns.

use serde::{Deserialize, Serialize};
use signalbox_domain::names::{ProjectName, RepositoryName};

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

fn main() -> String {
    "main".to_owned()
}

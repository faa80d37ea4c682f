//! Releases and deploys: which version, of which commit, reached which environment, when.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{DeployId, ProjectId, ReleaseId, RepositoryId};
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub id: ReleaseId,
    pub project: ProjectId,
    pub version: String,
    pub repository: Option<RepositoryId>,
    pub commit: Option<String>,
    pub at: Timestamp,
}

impl Form for Release {
    const NAME: &'static str = "release";
    const VERSION: u16 = 1;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeployStatus {
    Started,
    Succeeded,
    Failed,
    RolledBack,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deploy {
    pub id: DeployId,
    pub release: ReleaseId,
    pub environment: String,
    pub status: DeployStatus,
    pub at: Timestamp,
}

impl Form for Deploy {
    const NAME: &'static str = "deploy";
    const VERSION: u16 = 1;
}

//! Who and where: projects, repositories, people.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{PersonId, ProjectId, RepositoryId};
use crate::names::{ProjectName, RepositoryName};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    pub id: ProjectId,
    pub name: ProjectName,
}

impl Form for Project {
    const NAME: &'static str = "project";
    const VERSION: u16 = 1;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    pub id: RepositoryId,
    pub project: ProjectId,
    pub name: RepositoryName,
    /// A path or URL that git understands; never with a password in it.
    pub location: String,
    pub default_branch: String,
}

impl Form for Repository {
    const NAME: &'static str = "repository";
    const VERSION: u16 = 1;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// Commit addresses and forge logins by which the person is recognised.
    pub emails: Vec<String>,
    pub logins: Vec<String>,
}

impl Form for Person {
    const NAME: &'static str = "person";
    const VERSION: u16 = 1;
}

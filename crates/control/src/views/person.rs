//! People of the team, and by what their commits and pull requests are recognised.

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::PersonId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutPerson {
    /// The name of their token, where they have one.
    pub name: String,
    #[serde(default)]
    pub logins: Vec<String>,
    #[serde(default)]
    pub emails: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    pub id: PersonId,
    pub name: String,
    pub logins: Vec<String>,
    pub emails: Vec<String>,
}

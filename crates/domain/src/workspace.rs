//! How a workspace is prepared, how a job is done, and what agents may call.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::names::Label;
use crate::provenance::Sourced;

/// A script and its bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    pub script: String,
    pub timeout: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    pub name: Label,
    pub setup: Option<Script>,
    pub check: Option<Script>,
    pub teardown: Option<Script>,
}

impl Form for Environment {
    const NAME: &'static str = "environment";
    const VERSION: u16 = 1;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    pub name: Label,
    pub description: String,
    pub body: Sourced<String>,
}

impl Form for Skill {
    const NAME: &'static str = "skill";
    const VERSION: u16 = 1;
}

/// Something an agent may call, and the hosts and secrets that it needs for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    pub name: Label,
    pub command: Vec<String>,
    pub hosts: Vec<String>,
    pub secrets: Vec<Label>,
}

impl Form for Tool {
    const NAME: &'static str = "tool";
    const VERSION: u16 = 1;
}

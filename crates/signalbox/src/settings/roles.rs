//! What a process does: all of it on one machine, a part of it where several share the work.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One part of the house that a process can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Answers the API: people, runners, senders of signals.
    Api,
    /// Reads the sources.
    Ingest,
    Planner,
    Dispatcher,
    Automations,
    /// Works on local and worktree runs of this computer.
    Runner,
    /// Takes away what retention no longer keeps.
    Sweep,
}

impl Role {
    pub(crate) const ALL: [Self; 7] = [
        Self::Api,
        Self::Ingest,
        Self::Planner,
        Self::Dispatcher,
        Self::Automations,
        Self::Runner,
        Self::Sweep,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Ingest => "ingest",
            Self::Planner => "planner",
            Self::Dispatcher => "dispatcher",
            Self::Automations => "automations",
            Self::Runner => "runner",
            Self::Sweep => "sweep",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|role| role.name()).collect();
            format!("expected one of {}", names.join(", "))
        })
    }
}

/// At least one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Role>")]
pub(crate) struct Roles(BTreeSet<Role>);

impl Default for Roles {
    fn default() -> Self {
        Self(Role::ALL.into())
    }
}

impl TryFrom<Vec<Role>> for Roles {
    type Error = &'static str;

    fn try_from(roles: Vec<Role>) -> Result<Self, &'static str> {
        if roles.is_empty() {
            Err("expected at least one role")
        } else {
            Ok(Self(roles.into_iter().collect()))
        }
    }
}

impl Roles {
    pub(crate) fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|role| role.name()).collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_or_refused() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert!("king".parse::<Role>().unwrap_err().contains("api, ingest"));
        assert!(Roles::try_from(Vec::new()).is_err());
        let two = Roles::try_from(vec![Role::Planner, Role::Api]).unwrap();
        assert_eq!(two.to_string(), "api, planner");
        assert!(two.has(Role::Api) && !two.has(Role::Runner));
    }
}

//! Who may do what: roles, actions, and the one total match between them.
//!
//! A token is kept as a hash; what it may do follows from its role and its scope, never from an address.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{ProjectId, RunId, TokenId};
use crate::names::Label;
use crate::time::Timestamp;

/// What a token's holder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Works with cases and tasks.
    Engineer,
    /// Keeps the system running: sources, quarantine, limits, held checkpoints.
    Operator,
    /// Gives access and keeps secrets.
    Admin,
    /// A process that leases runs.
    Runner,
    /// One run's agent, for as long as the run lives.
    Run,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Read,
    SendSignals,
    WorkOnTasks,
    DecideCases,
    Operate,
    ReadQuarantine,
    ManageAccess,
    ManageSecrets,
    LeaseRuns,
    ReportOnRun,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("a {role} token may not {action}")]
    Role { role: Role, action: Action },
    #[error("this token is for another project")]
    Project,
    #[error("this token is for another run")]
    Run,
}

impl Role {
    pub const ALL: [Self; 6] =
        [Self::Viewer, Self::Engineer, Self::Operator, Self::Admin, Self::Runner, Self::Run];

    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Engineer => "engineer",
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Runner => "runner",
            Self::Run => "run",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// People's roles grow: each may do all that the one before may. Machines' roles stand apart.
    pub fn may(self, action: Action) -> bool {
        match action {
            Action::Read => !matches!(self, Self::Runner | Self::Run),
            Action::SendSignals | Action::WorkOnTasks | Action::DecideCases => {
                matches!(self, Self::Engineer | Self::Operator | Self::Admin)
            }
            Action::Operate | Action::ReadQuarantine => matches!(self, Self::Operator | Self::Admin),
            Action::ManageAccess | Action::ManageSecrets => matches!(self, Self::Admin),
            Action::LeaseRuns => matches!(self, Self::Runner),
            Action::ReportOnRun => matches!(self, Self::Runner | Self::Run),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Action {
    pub const ALL: [Self; 10] = [
        Self::Read,
        Self::SendSignals,
        Self::WorkOnTasks,
        Self::DecideCases,
        Self::Operate,
        Self::ReadQuarantine,
        Self::ManageAccess,
        Self::ManageSecrets,
        Self::LeaseRuns,
        Self::ReportOnRun,
    ];
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Read => "read",
            Self::SendSignals => "send signals",
            Self::WorkOnTasks => "work on tasks",
            Self::DecideCases => "decide cases",
            Self::Operate => "operate the system",
            Self::ReadQuarantine => "read quarantine",
            Self::ManageAccess => "manage access",
            Self::ManageSecrets => "manage secrets",
            Self::LeaseRuns => "lease runs",
            Self::ReportOnRun => "report on a run",
        })
    }
}

/// What a token is limited to, beside its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Scope {
    Everything,
    Project { project: ProjectId },
    Run { run: RunId },
}

impl Form for Scope {
    const NAME: &'static str = "scope";
    const VERSION: u16 = 1;
}

/// What an action touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    System,
    Project(ProjectId),
    Run { run: RunId, project: ProjectId },
}

/// Somebody who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub token: TokenId,
    pub name: Label,
    pub role: Role,
    pub scope: Scope,
}

impl Actor {
    /// The one place where "may they?" is answered.
    pub fn authorize(&self, action: Action, target: Target) -> Result<(), Denied> {
        if !self.role.may(action) {
            return Err(Denied::Role { role: self.role, action });
        }
        match (self.scope, target) {
            (Scope::Everything, _) => Ok(()),
            (Scope::Project { project }, Target::Project(touched) | Target::Run { project: touched, .. })
                if project == touched =>
            {
                Ok(())
            }
            (Scope::Project { .. }, _) => Err(Denied::Project),
            (Scope::Run { run }, Target::Run { run: touched, .. }) if run == touched => Ok(()),
            (Scope::Run { .. }, _) => Err(Denied::Run),
        }
    }
}

/// A token as it is kept: never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub id: TokenId,
    pub name: Label,
    pub role: Role,
    pub scope: Scope,
    pub made_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// Whose rights these are: it ends with that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TokenId>,
}

impl Token {
    pub fn is_good_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl Form for Token {
    const NAME: &'static str = "token";
    const VERSION: u16 = 1;
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn actor(role: Role, scope: Scope) -> Actor {
        Actor { token: TokenId::from_uuid(Uuid::nil()), name: "t".parse().unwrap(), role, scope }
    }

    fn project(n: u128) -> ProjectId {
        ProjectId::from_uuid(Uuid::from_u128(n))
    }

    fn run(n: u128) -> RunId {
        RunId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn every_pair_of_role_and_action() {
        let table = |role: Role| {
            Action::ALL.iter().map(|action| if role.may(*action) { 'y' } else { '-' }).collect::<String>()
        };
        assert_eq!(table(Role::Viewer), "y---------");
        assert_eq!(table(Role::Engineer), "yyyy------");
        assert_eq!(table(Role::Operator), "yyyyyy----");
        assert_eq!(table(Role::Admin), "yyyyyyyy--");
        assert_eq!(table(Role::Runner), "--------yy");
        assert_eq!(table(Role::Run), "---------y");
    }

    #[test]
    fn a_scope_keeps_its_holder_in_one_place() {
        let web = actor(Role::Engineer, Scope::Project { project: project(1) });
        assert_eq!(web.authorize(Action::Read, Target::Project(project(1))), Ok(()));
        assert_eq!(web.authorize(Action::Read, Target::Project(project(2))), Err(Denied::Project));
        assert_eq!(web.authorize(Action::Read, Target::System), Err(Denied::Project));

        let agent = actor(Role::Run, Scope::Run { run: run(1) });
        let own = Target::Run { run: run(1), project: project(1) };
        let other = Target::Run { run: run(2), project: project(1) };
        assert_eq!(agent.authorize(Action::ReportOnRun, own), Ok(()));
        assert_eq!(agent.authorize(Action::ReportOnRun, other), Err(Denied::Run));
        assert_eq!(
            agent.authorize(Action::Read, own),
            Err(Denied::Role { role: Role::Run, action: Action::Read })
        );
    }

    #[test]
    fn a_token_ends() {
        let at = Timestamp::from_micros;
        let token = |expires, revoked| Token {
            id: TokenId::from_uuid(Uuid::nil()),
            name: "t".parse().unwrap(),
            role: Role::Viewer,
            scope: Scope::Everything,
            made_at: at(0),
            expires_at: expires,
            revoked_at: revoked,
            used_at: None,
            parent: None,
        };
        assert!(token(None, None).is_good_at(at(9)));
        assert!(token(Some(at(10)), None).is_good_at(at(9)));
        assert!(!token(Some(at(9)), None).is_good_at(at(9)));
        assert!(!token(None, Some(at(1))).is_good_at(at(9)));
    }
}

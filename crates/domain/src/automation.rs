//! An automation: saved triggers and one action. Each firing of a trigger is a row, unique on trigger and time.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{AutomationId, DeliveryId, FiringId, TaskId};
use crate::names::{Label, ProjectName, RepositoryName, SignalKind};
use crate::states::FiringState;
use crate::task::{Intent, Mode, Priority};
use crate::time::Timestamp;

/// What sets an automation off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Trigger {
    /// Five fields, evaluated in an IANA time zone.
    Cron {
        schedule: String,
        zone: String,
    },
    Once {
        at: Timestamp,
    },
    Webhook {
        hook: Label,
    },
    /// A signal of this project and kind was planned.
    Match {
        project: ProjectName,
        kind: SignalKind,
    },
    /// Something inside happened: `task.done`, `case.fixed`.
    Event {
        name: Label,
    },
    Api,
}

/// What is done then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    OpenTask {
        project: ProjectName,
        repository: RepositoryName,
        title: String,
        brief: String,
        intent: Intent,
        mode: Mode,
        priority: Priority,
    },
    EmitSignal {
        project: ProjectName,
        kind: SignalKind,
        title: String,
        text: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Automation {
    pub id: AutomationId,
    pub name: Label,
    pub triggers: Vec<Trigger>,
    pub action: Action,
}

impl Form for Automation {
    const NAME: &'static str = "automation";
    const VERSION: u16 = 1;
}

/// One firing. The pair of trigger and time is its identity: it exists once, also after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firing {
    pub id: FiringId,
    pub automation: AutomationId,
    pub trigger: u32,
    pub due_at: Timestamp,
    pub state: FiringState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Form for Firing {
    const NAME: &'static str = "firing";
    const VERSION: u16 = 1;
}

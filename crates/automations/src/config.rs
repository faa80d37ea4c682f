//! The automations of the settings, checked when they are read: what would never fire, or names no zone, is refused.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::automation::{Action, Automation, Trigger};
use signalbox_domain::ids::AutomationId;
use signalbox_domain::names::{Label, ProjectName, RepositoryName};
use signalbox_domain::task::{Intent, Mode, Priority};
use signalbox_runtime::PassConfig;

use crate::cron::{CronSchedule, ScheduleError};

/// Titles are shown in lists.
const LONGEST_TITLE: usize = 300;
const LONGEST_BRIEF: usize = 64 << 10;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AutomationsConfig {
    /// How often, and how soon after a failure. What falls due in between wakes the pass by itself.
    pub pass: PassConfig,
    /// A missed firing that is not older than this is made up for; at least two periods of the pass.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub catch_up: Duration,
    /// Due firings that one pass sees to.
    pub firings_a_pass: NonZeroU32,
    #[serde(deserialize_with = "distinct")]
    pub rules: Vec<AutomationConfig>,
}

impl Default for AutomationsConfig {
    fn default() -> Self {
        Self {
            pass: PassConfig::default(),
            catch_up: Duration::from_hours(24),
            firings_a_pass: const { NonZeroU32::new(100).unwrap() },
            rules: Vec::new(),
        }
    }
}

impl AutomationsConfig {
    /// A time that fell between two passes that worked is never too late.
    pub(crate) fn made_up_for(&self) -> Duration {
        self.catch_up.max(self.pass.period.saturating_mul(2))
    }
}

/// One automation: a schedule and the task that it opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct AutomationConfig {
    pub name: Label,
    /// Minute, hour, day of month, month, day of week.
    pub schedule: String,
    /// An IANA time zone.
    pub zone: String,
    pub task: TaskConfig,
}

/// The task that is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskConfig {
    pub project: ProjectName,
    pub repository: RepositoryName,
    pub title: String,
    /// Markdown for whoever does the work.
    pub brief: String,
    #[serde(default)]
    pub intent: IntentConfig,
    pub mode: Mode,
    #[serde(default = "usual_priority")]
    pub priority: Priority,
}

/// What is wanted, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentConfig {
    #[default]
    Change,
    Investigate,
    Answer,
}

fn usual_priority() -> Priority {
    Priority::P2
}

fn utc() -> String {
    "UTC".to_owned()
}

/// As it stands in the settings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    name: Label,
    schedule: String,
    #[serde(default = "utc")]
    zone: String,
    task: TaskConfig,
}

/// What is wrong with an automation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum ConfigError {
    #[error("automation {name}: {what}")]
    Schedule { name: Label, what: ScheduleError },
    #[error("automation {name}: expected a title of 1 to {LONGEST_TITLE} characters, got {got}")]
    Title { name: Label, got: usize },
    #[error("automation {name}: expected a brief of at most {LONGEST_BRIEF} bytes, got {got}")]
    Brief { name: Label, got: usize },
}

impl TryFrom<Unchecked> for AutomationConfig {
    type Error = ConfigError;

    fn try_from(read: Unchecked) -> Result<Self, ConfigError> {
        let Unchecked { name, schedule, zone, task } = read;
        CronSchedule::parse(&schedule, &zone)
            .map_err(|what| ConfigError::Schedule { name: name.clone(), what })?;
        let title = task.title.trim().chars().count();
        if !(1..=LONGEST_TITLE).contains(&title) {
            return Err(ConfigError::Title { name, got: title });
        }
        if task.brief.len() > LONGEST_BRIEF {
            return Err(ConfigError::Brief { name, got: task.brief.len() });
        }
        Ok(Self { name, schedule, zone, task })
    }
}

impl AutomationConfig {
    /// The automation as it is kept.
    pub(crate) fn automation(&self, id: AutomationId) -> Automation {
        let TaskConfig { project, repository, title, brief, intent, mode, priority } = self.task.clone();
        let intent = match intent {
            IntentConfig::Change => Intent::Change,
            IntentConfig::Investigate => Intent::Investigate,
            IntentConfig::Answer => Intent::Answer { schema: None },
        };
        Automation {
            id,
            name: self.name.clone(),
            triggers: vec![Trigger::Cron { schedule: self.schedule.clone(), zone: self.zone.clone() }],
            action: Action::OpenTask { project, repository, title, brief, intent, mode, priority },
        }
    }
}

/// Two of one name would be one row.
fn distinct<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<AutomationConfig>, D::Error> {
    let automations = Vec::<AutomationConfig>::deserialize(deserializer)?;
    let mut names = BTreeSet::new();
    match automations.iter().find(|automation| !names.insert(&automation.name)) {
        Some(second) => {
            Err(serde::de::Error::custom(format!("two automations have the name {}", second.name)))
        }
        None => Ok(automations),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEKLY: &str = r#"
        [[rules]]
        name = "weekly-review"
        schedule = "0 8 * * mon"
        zone = "Europe/Berlin"

        [rules.task]
        project = "web"
        repository = "acme/shop"
        title = "Look through last week's errors"
        brief = "Which of them share a cause?"
        intent = "investigate"
        mode = "cloud"
        priority = "P3"
    "#;

    fn error(from: &str, to: &str) -> String {
        assert!(WEEKLY.contains(from));
        toml::from_str::<AutomationsConfig>(&WEEKLY.replacen(from, to, 1)).unwrap_err().to_string()
    }

    #[test]
    fn an_automation_is_read_and_kept() {
        let config: AutomationsConfig = toml::from_str(WEEKLY).unwrap();
        let id = AutomationId::from_uuid(uuid::Uuid::from_u128(1));
        let kept = config.rules[0].automation(id);
        let (schedule, zone) = ("0 8 * * mon".to_owned(), "Europe/Berlin".to_owned());
        assert_eq!(kept.triggers, [Trigger::Cron { schedule, zone }]);
        let Action::OpenTask { intent, mode, priority, .. } = kept.action else { panic!("{kept:?}") };
        assert_eq!((intent, mode, priority), (Intent::Investigate, Mode::Cloud, Priority::P3));
        let again = toml::from_str::<AutomationsConfig>(&toml::to_string(&config).unwrap()).unwrap();
        assert_eq!(again, config);
    }

    #[test]
    fn what_is_left_out_is_the_usual() {
        let short = WEEKLY
            .replace("zone = \"Europe/Berlin\"", "")
            .replace("intent = \"investigate\"", "")
            .replace("priority = \"P3\"", "");
        let config: AutomationsConfig = toml::from_str(&short).unwrap();
        let automation = &config.rules[0];
        assert_eq!(automation.zone, "UTC");
        assert_eq!((automation.task.intent, automation.task.priority), (IntentConfig::Change, Priority::P2));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, said) in [
            (
                "0 8 * * mon",
                "0 0 31 2 *",
                "automation weekly-review: schedule \"0 0 31 2 *\": it would never fire",
            ),
            ("0 8 * * mon", "@weekly", "expected five fields"),
            ("Europe/Berlin", "Europe/Atlantis", "zone \"Europe/Atlantis\": expected an IANA time zone"),
            ("Look through last week's errors", " ", "expected a title of 1 to 300 characters, got 0"),
            ("mode = \"cloud\"", "mode = \"moon\"", "unknown variant `moon`"),
            ("mode = \"cloud\"", "", "missing field `mode`"),
            ("zone =", "timezone =", "unknown field `timezone`"),
            ("intent =", "wish =", "unknown field `wish`"),
        ] {
            let error = error(from, to);
            assert!(error.contains(said), "{error}");
        }
        let twice = toml::from_str::<AutomationsConfig>(&WEEKLY.repeat(2)).unwrap_err().to_string();
        assert!(twice.contains("two automations have the name weekly-review"), "{twice}");
    }
}

//! Settings: signalbox.toml < SIGNALBOX_… < flags. Every stage owns its part; here they are only put together.
//!
//! A key that nobody owns, or a value that its owner refuses, names file, line, key and what was expected.

mod agents;
mod layers;
mod roles;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use signalbox_automations::AutomationsConfig;
use signalbox_dispatcher::DispatcherConfig;
use signalbox_domain::names::Label;
use signalbox_domain::secret_ref::SecretRef;
use signalbox_ingest::IngestConfig;
use signalbox_planner::PlannerConfig;
use signalbox_redact::Redactor;
use signalbox_runner::RunnerConfig;
use signalbox_runtime::{KeyId, ProcessConfig, TelemetryConfig};
use signalbox_server::ServerConfig;
use signalbox_store::StoreConfig;
use signalbox_store::retention::RetentionConfig;

pub(crate) use agents::AgentConfig;
pub(crate) use layers::{Layers, Origin, PREFIX};
pub(crate) use roles::{Role, Roles};

/// The file that is read where none is named.
pub(crate) const DEFAULT_FILE: &str = "signalbox.toml";
/// Names the file, where no flag does.
pub(crate) const FILE_VARIABLE: &str = "SIGNALBOX_CONFIG";

/// The example file, whole: every key with its default. A test reads it.
pub(crate) const EXAMPLE: &str = include_str!("../../../config/signalbox.example.toml");

/// Where the keys are that seal what must not lie in clear.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SealConfig {
    /// None: a file of mode 0600 beside the data, made at the first start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<SecretRef>,
    /// A key that is gone for good: what it sealed stays shut, and another key may take its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lost: Option<KeyId>,
}

/// Every stage's part, each with its own defaults.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) server: ServerConfig,
    pub(crate) store: StoreConfig,
    pub(crate) retention: RetentionConfig,
    pub(crate) redact: signalbox_redact::Config,
    pub(crate) telemetry: TelemetryConfig,
    pub(crate) process: ProcessConfig,
    pub(crate) seal: SealConfig,
    /// What this process does.
    pub(crate) roles: Roles,
    pub(crate) ingest: IngestConfig,
    pub(crate) planner: PlannerConfig,
    pub(crate) dispatcher: DispatcherConfig,
    pub(crate) runner: RunnerConfig,
    /// Who does the work, by name.
    pub(crate) agents: BTreeMap<Label, AgentConfig>,
    pub(crate) automations: AutomationsConfig,
}

/// What is wrong with the settings; each is one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("{}: cannot be read", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: {what}", path.display())]
    NotToml { path: PathBuf, line: usize, what: String },
    #[error("{variable}: expected a text in UTF-8")]
    NotText { variable: String },
    #[error("--set expects KEY=VALUE, got {text:?}")]
    NotAssignment { text: String },
    #[error("{origin}: {key:?} is no key of a setting, such as store.url")]
    NotAKey { origin: Origin, key: String },
    #[error("{}{key}: {what}", place(.origin.as_ref()))]
    Value { origin: Option<Origin>, key: String, what: String },
}

fn place(origin: Option<&Origin>) -> String {
    origin.map(|origin| format!("{origin}: ")).unwrap_or_default()
}

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// Named by a flag or variable: then it has to be there.
    pub(crate) file: Option<PathBuf>,
    pub(crate) variables: Vec<(String, String)>,
    /// Variables of ours whose value is no text.
    pub(crate) unreadable: Vec<String>,
    pub(crate) flags: Vec<String>,
}

/// The settings, and where they came from.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) file: Option<PathBuf>,
    pub(crate) layers: Layers,
}

impl Sources {
    pub(crate) fn load(&self) -> Result<Loaded, SettingsError> {
        if let Some(variable) = self.unreadable.first() {
            return Err(SettingsError::NotText { variable: variable.clone() });
        }
        let mut layers = Layers::default();
        let file = self.file()?;
        if let Some((path, text)) = &file {
            layers.file(path, text)?;
        }
        layers.environment(self.variables.iter().cloned())?;
        self.flags.iter().try_for_each(|flag| layers.flag(flag))?;
        let settings = read(&layers)?;
        Ok(Loaded { settings, file: file.map(|(path, _)| path), layers })
    }

    fn file(&self) -> Result<Option<(PathBuf, String)>, SettingsError> {
        let named = self.file.clone().or_else(|| {
            self.variables.iter().find(|(name, _)| name == FILE_VARIABLE).map(|(_, path)| PathBuf::from(path))
        });
        let path = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some((path, text))),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SettingsError::File { path, source }),
        }
    }
}

fn read(layers: &Layers) -> Result<Settings, SettingsError> {
    let settings: Settings = serde_path_to_error::deserialize(layers.table().clone()).map_err(|error| {
        let key = key_of(&error.path().to_string(), &error.inner().to_string());
        let what = expected_at(&key).map_or_else(|| one_line(error.inner()), str::to_owned);
        SettingsError::Value { origin: layers.origin(&key).cloned(), key, what }
    })?;
    no_password_in_the_open(&settings, layers)?;
    each_owner_agrees(&settings, layers)?;
    Ok(settings)
}

/// What a part's owner can only say once it has the whole part.
fn each_owner_agrees(settings: &Settings, layers: &Layers) -> Result<(), SettingsError> {
    let wrong = |key: String, what: String| {
        let what = what.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        SettingsError::Value { origin: layers.origin(&key).cloned(), key, what }
    };
    if let Err(error) = Redactor::new(&settings.redact) {
        return Err(wrong(format!("redact.{}", error.key()), error.to_string()));
    }
    if let Err(error) = settings.telemetry.check() {
        return Err(wrong("telemetry.filter".to_owned(), error.to_string()));
    }
    if let Err(error) = settings.ingest.check() {
        return Err(wrong(format!("ingest.{}", error.key), error.what.to_string()));
    }
    if let Some(what) = unknown_agent(settings) {
        return Err(wrong("dispatcher.agent".to_owned(), what));
    }
    settings.retention.check().map_err(|(key, what)| wrong(format!("retention.{key}"), what.to_owned()))
}

/// Where several agents are configured, the dispatcher's choice is one of them.
fn unknown_agent(settings: &Settings) -> Option<String> {
    let agent = settings.dispatcher.agent.as_ref().filter(|agent| !settings.agents.contains_key(*agent))?;
    // A process that only hands out work may leave the agents to the runners' own settings.
    if settings.agents.is_empty() && !settings.roles.has(Role::Runner) {
        return None;
    }
    let known: Vec<String> = settings.agents.keys().map(ToString::to_string).collect();
    let known = if known.is_empty() { "none is there yet".to_owned() } else { known.join(", ") };
    Some(format!("expected the name of one of [agents] ({known}), got {:?}", agent.as_str()))
}

/// For values whose parser only says what they are not.
fn expected_at(key: &str) -> Option<&'static str> {
    (key == "server.listen").then_some("expected HOST:PORT, such as 127.0.0.1:7700")
}

/// serde names the table that an unknown key stands in; the key itself stands in its message.
fn key_of(path: &str, message: &str) -> String {
    let path = if path == "." { "" } else { path };
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    match unknown {
        Some(field) if path.is_empty() => field.to_owned(),
        Some(field) if !path.ends_with(&format!(".{field}")) && path != field => format!("{path}.{field}"),
        _ => path.to_owned(),
    }
}

fn one_line(error: &toml::de::Error) -> String {
    error.message().lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// A file lands in a repository, a flag in the list of processes.
fn no_password_in_the_open(settings: &Settings, layers: &Layers) -> Result<(), SettingsError> {
    let key = "store.url";
    let origin = layers.origin(key);
    let open = matches!(origin, Some(Origin::File { .. } | Origin::Flag { .. }));
    if open && settings.store.url.has_password() {
        let what = "expected a URL without a password: give it as store.password = { env = \"NAME\" } or { file = \"PATH\" }";
        return Err(SettingsError::Value {
            origin: origin.cloned(),
            key: key.to_owned(),
            what: what.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;

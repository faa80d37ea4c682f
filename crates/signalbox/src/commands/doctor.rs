//! `signalbox doctor`: looks at settings, keys, store, port and tools; each finding says what to do.

mod places;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use signalbox_domain::names::Label;
use signalbox_domain::task::Mode;
use signalbox_ingest::{SourceConfig, probe};
use signalbox_runtime::{Clock, ExitCode, KeyId, error_chain};
use signalbox_sandbox::Sandbox;
use signalbox_server::Listener;
use signalbox_store::{Location, Store, StoreError};

use crate::fail::Failure;
use crate::out::say;
use crate::sealing;
use crate::settings::{AgentConfig, PREFIX, Settings, Sources};
use crate::wiring;

const KAFKA_BOUND: Duration = Duration::from_secs(3);
/// What a first start and an hour of signals need, and SQLite's log beside them.
const LEAST_ROOM: u64 = 64 << 20;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Fine,
    /// It works; somebody should know.
    Notice,
    /// It will not work like this.
    Problem,
}

struct Finding {
    weight: Weight,
    about: &'static str,
    what: String,
    /// What to do about it.
    cure: Option<String>,
}

impl Finding {
    fn fine(about: &'static str, what: impl Into<String>) -> Self {
        Self { weight: Weight::Fine, about, what: what.into(), cure: None }
    }

    fn notice(about: &'static str, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { weight: Weight::Notice, about, what: what.into(), cure: Some(cure.into()) }
    }

    fn problem(about: &'static str, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { weight: Weight::Problem, about, what: what.into(), cure: Some(cure.into()) }
    }
}

pub(crate) async fn run(sources: Sources) -> Result<ExitCode, Failure> {
    let findings = examine(&sources).await?;
    for finding in &findings {
        let mark = match finding.weight {
            Weight::Fine => "ok      ",
            Weight::Notice => "notice  ",
            Weight::Problem => "PROBLEM ",
        };
        say(format_args!("{mark} {}: {}", finding.about, finding.what))?;
        if let Some(cure) = &finding.cure {
            say(format_args!("          → {cure}"))?;
        }
    }
    let problems = findings.iter().filter(|finding| finding.weight == Weight::Problem).count();
    say(format_args!("{problems} problems in {} findings", findings.len()))?;
    Ok(if problems == 0 { ExitCode::Done } else { ExitCode::Failure })
}

async fn examine(sources: &Sources) -> Result<Vec<Finding>, Failure> {
    let loaded = match sources.load() {
        Ok(loaded) => loaded,
        Err(error) => {
            let mut findings = variables(sources, &[]);
            let cure = "correct it; `signalbox config example` shows every key";
            findings.push(Finding::problem("settings", error_chain(&error), cure));
            return Ok(findings);
        }
    };
    let mut findings = variables(sources, &places::variables(&loaded.settings));
    let settings = loaded.settings;
    findings.push(match &loaded.file {
        Some(path) => Finding::fine("settings", format!("{} is understood", path.display())),
        None => Finding::notice(
            "settings",
            "no signalbox.toml here: everything is at its default",
            "signalbox config example > signalbox.toml, and change what you need",
        ),
    });
    let (store, named) = store(&settings).await;
    findings.push(keys(&settings, named)?);
    findings.extend(places::readable(&settings));
    findings.push(store);
    findings.extend(room(&settings));
    findings.push(port(&settings).await);
    findings.push(tool("git", "2.39", "apt-get install git"));
    findings.extend(sources_answer(&settings));
    findings.extend(agents_are_there(&settings));
    findings.extend(isolation(&settings).await);
    Ok(findings)
}

fn sources_answer(settings: &Settings) -> Vec<Finding> {
    let sources = &settings.ingest.sources;
    if sources.is_empty() {
        let cure = "add [[ingest.sources]] to the settings, or send signals to the API";
        return vec![Finding::notice("sources", "nothing is read from Kafka", cure)];
    }
    let finding = |source: &SourceConfig| match probe(&source.kafka, KAFKA_BOUND) {
        Ok(()) => Finding::fine("sources", format!("{} answers", source.name)),
        Err(error) => Finding::problem(
            "sources",
            format!("{}: {}", source.name, error_chain(&error)),
            "start the broker or make the topic, or correct kafka.brokers, topics and properties",
        ),
    };
    sources.iter().map(finding).collect()
}

fn agents_are_there(settings: &Settings) -> Vec<Finding> {
    if settings.agents.is_empty() {
        let cure = "add [agents.NAME] with its program to the settings; until then tasks wait in the queue";
        return vec![Finding::notice("agents", "nobody is configured who does the work", cure)];
    }
    let finding = |(name, agent): (&Label, &AgentConfig)| match found(agent.program()) {
        Some(path) => Finding::fine("agents", format!("{name} is {}", path.display())),
        None => Finding::problem(
            "agents",
            format!("{name}: there is no program {}", agent.program()),
            "install it, or correct agents.NAME.program",
        ),
    };
    settings.agents.iter().map(finding).collect()
}

/// Cloud runs are refused where nothing isolates them.
async fn isolation(settings: &Settings) -> Option<Finding> {
    if !settings.runner.modes.contains(&Mode::Cloud) {
        return None;
    }
    Some(match Sandbox::probe(settings.runner.sandbox.clone(), &Clock::system()).await {
        Ok(_) => Finding::fine("sandbox", "bubblewrap isolates cloud runs"),
        Err(error) => Finding::problem(
            "sandbox",
            error.to_string(),
            "apt-get install bubblewrap and let this user make user namespaces, or correct \
             runner.sandbox.bubblewrap, or take \"cloud\" out of runner.modes",
        ),
    })
}

/// Where a shell would find it.
fn found(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| path.is_file());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// A variable with one underscore where two are meant is silently no setting: the likeliest slip.
fn variables(sources: &Sources, referred_to: &[String]) -> Vec<Finding> {
    const OWN: [&str; 12] = [
        "CONFIG",
        "TASK",
        "RUN",
        "URL",
        "TOKEN",
        "PORT_START",
        "PORT_END",
        "TESTS",
        "FAILPOINT",
        "ROLES",
        "PROFILE",
        "INSTALL",
    ];
    let unknown = |name: &&str| {
        let whole = format!("{PREFIX}{name}");
        !name.contains("__") && !OWN.contains(name) && !referred_to.contains(&whole)
    };
    let names = sources.variables.iter().filter_map(|(name, _)| name.strip_prefix(PREFIX));
    names
        .filter(unknown)
        .map(|name| {
            Finding::notice(
                "environment",
                format!("{PREFIX}{name} is no setting and has no meaning here"),
                format!("a setting has two underscores between its words: {PREFIX}STORE__URL is store.url"),
            )
        })
        .collect()
}

/// The keys here, beside the one that the store names.
fn keys(settings: &Settings, named: Option<KeyId>) -> Result<Finding, Failure> {
    const CURE: &str =
        "without its keys nothing sealed can be opened: put the right ones back rather than making new ones";
    let base = wiring::base()?;
    let here = match sealing::present(settings, &base) {
        Ok(here) => here,
        Err(failure) => return Ok(Finding::problem("keys", failure.line().to_owned(), CURE)),
    };
    if let Some(missed) = sealing::missed(settings, here.as_ref(), named) {
        return Ok(Finding::problem("keys", missed.line().to_owned(), CURE));
    }
    Ok(match here {
        Some(keys) => Finding::fine("keys", format!("{} to seal with", keys.ids().len())),
        None => {
            let path = wiring::key_file(settings);
            Finding::fine("keys", format!("{} will be made at the first start", path.display()))
        }
    })
}

/// The store, and the key that it names where it could be asked.
async fn store(settings: &Settings) -> (Finding, Option<KeyId>) {
    let location = settings.store.url.to_string();
    if let Location::Sqlite(path) = &settings.store.url
        && !path.exists()
    {
        return (folder(path, &location), None);
    }
    // Only reached, never opened: looking must not bring a database up to date.
    match Store::reach(&settings.store).await {
        Ok(reached) => (Finding::fine("store", format!("{location} answers")), reached.sealing_key),
        Err(StoreError::HeldByAnother { .. }) => {
            let cure = "use that server; stop it before another one opens the file";
            (Finding::notice("store", format!("a running server holds {location}"), cure), None)
        }
        Err(error) => {
            let cure = store_cure(&error, &settings.store.url);
            (Finding::problem("store", error_chain(&error), cure), None)
        }
    }
}

/// A database without room takes nothing in; one that has little soon will not.
fn room(settings: &Settings) -> Option<Finding> {
    let Location::Sqlite(path) = &settings.store.url else { return None };
    let nearest = path.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let about = rustix::fs::statvfs(nearest).ok()?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    (free < LEAST_ROOM).then(|| {
        Finding::problem(
            "disk",
            format!("{} has {} KB left for the database", nearest.display(), free >> 10),
            "make room, or name another place by store.url",
        )
    })
}

/// A file that is to be made needs a folder that can be written.
fn folder(path: &Path, location: &str) -> Finding {
    let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let nearest = parent.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    match tempfile::tempfile_in(nearest) {
        Ok(_) => Finding::fine("store", format!("{location} will be made at the first start")),
        Err(error) => Finding::problem(
            "store",
            format!("{}: nothing can be written there: {error}", nearest.display()),
            "let this user write there, make room, or name another place by store.url",
        ),
    }
}

fn store_cure(error: &StoreError, location: &Location) -> String {
    match (error, location) {
        (StoreError::Newer { .. }, _) => {
            "install the newer signalbox; an older one never writes here".to_owned()
        }
        (StoreError::DiskFull { .. }, _) => "make room on the disk; nothing was lost".to_owned(),
        (StoreError::Locked { .. }, _) => "another program holds the file: close it".to_owned(),
        (StoreError::Migrate { .. }, _) => {
            "another program or a damage has changed what brought it up to date: restore it from a backup, or use the \
             signalbox that made it"
                .to_owned()
        }
        (StoreError::SecondName { .. }, _) => "remove the other name of the file".to_owned(),
        (StoreError::ReadOnly { .. }, Location::Postgres(_)) => {
            "name the server that takes writes, or turn default_transaction_read_only off".to_owned()
        }
        (StoreError::ReadOnly { .. } | StoreError::File { .. }, Location::Sqlite(path)) => {
            format!("let this user write to {}", path.parent().unwrap_or(Path::new(".")).display())
        }
        (StoreError::Refused { .. }, Location::Postgres(_)) => {
            "correct user, password or database name in store.url and store.password".to_owned()
        }
        (StoreError::Password(_), _) => "set the place that store.password names".to_owned(),
        (_, Location::Postgres(_)) => "start PostgreSQL, or correct store.url".to_owned(),
        (_, Location::Sqlite(_)) => "restore the file from a backup, or name another by store.url".to_owned(),
    }
}

async fn port(settings: &Settings) -> Finding {
    match Listener::bind(&settings.server).await {
        Ok(listener) => Finding::fine("port", format!("{} is free", listener.address())),
        Err(error) => Finding::notice(
            "port",
            error_chain(&error),
            "a running signalbox has it, or another program: then set server.listen",
        ),
    }
}

fn tool(program: &'static str, least: &str, cure: &str) -> Finding {
    match Command::new(program).arg("--version").output() {
        Ok(output) if output.status.success() => {
            let version = String::from_utf8_lossy(&output.stdout);
            let version = version.lines().next().unwrap_or_default().trim().to_owned();
            if is_at_least(&version, least) {
                Finding::fine(program, version)
            } else {
                Finding::problem(program, format!("{version}; {least} or newer is needed"), cure)
            }
        }
        _ => Finding::problem(program, "is not installed", cure),
    }
}

/// Compares the first two numbers of what a program says of its version.
fn is_at_least(said: &str, least: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).take(2).collect()
    };
    numbers(said) >= numbers(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_at_least("git version 2.39.5", "2.39"));
        assert!(is_at_least("git version 2.100.0", "2.39"));
        assert!(!is_at_least("git version 2.9.5", "2.39"));
        assert!(!is_at_least("no idea", "2.39"));
    }

    #[test]
    fn a_variable_with_one_underscore_is_noticed() {
        let variable = |name: &str| (name.to_owned(), "x".to_owned());
        let variables =
            ["SIGNALBOX_STORE_URL", "SIGNALBOX_STORE__URL", "SIGNALBOX_SEAL_KEYS", "SIGNALBOX_TOKEN", "HOME"]
                .map(variable);
        let sources = Sources { variables: variables.to_vec(), ..Sources::default() };
        let found: Vec<String> = super::variables(&sources, &["SIGNALBOX_SEAL_KEYS".to_owned()])
            .into_iter()
            .map(|finding| finding.what)
            .collect();
        assert_eq!(found, ["SIGNALBOX_STORE_URL is no setting and has no meaning here"]);
    }
}

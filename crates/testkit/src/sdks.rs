//! Where the real SDKs are that end-to-end tests report with: PostHog's and Sentry's for Python and
//! for browsers, PostHog's for Node.
//!
//! `SIGNALBOX_SDKS` names a folder that ./test filled elsewhere. Otherwise the cache is looked at, which counts only when
//! it holds the very list of packages (`deploy/dev/sdks`) that this build knows.

use std::path::PathBuf;
use std::process::Command;

const PYTHON: &str = include_str!("../../../deploy/dev/sdks/requirements.txt");
const NODE: &str = include_str!("../../../deploy/dev/sdks/package.json");

/// The SDKs were not found.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    #[error("no SDKs of deploy/dev/sdks/requirements.txt in {}", .0.display())]
    Python(PathBuf),
    #[error("no cache folder: neither XDG_CACHE_HOME nor HOME is set")]
    NoCache,
}

/// A folder with SDKs.
#[derive(Debug, Clone)]
pub struct Sdks {
    home: PathBuf,
}

impl Sdks {
    /// Finds them.
    ///
    /// # Errors
    /// When those for Python are not on this machine.
    pub fn find() -> Result<Self, Missing> {
        let not_empty = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let caches =
            || not_empty("XDG_CACHE_HOME").or_else(|| not_empty("HOME").map(|home| home.join(".cache")));
        let home = match not_empty("SIGNALBOX_SDKS") {
            Some(home) => home,
            None => caches().ok_or(Missing::NoCache)?.join("signalbox").join("sdks"),
        };
        let this = Self { home };
        if this.holds("requirements.txt", PYTHON) { Ok(this) } else { Err(Missing::Python(this.home)) }
    }

    /// A Python that has them, with nothing of this process's environment.
    #[must_use]
    pub fn python(&self) -> Command {
        let mut command = Command::new(self.home.join("python/bin/python"));
        command.env_clear();
        command
    }

    /// A Node that has its own; None where Node is not here, or too old for it.
    #[must_use]
    pub fn node(&self) -> Option<Command> {
        if !self.holds("package.json", NODE) {
            return None;
        }
        let mut command = Command::new("node");
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("NODE_PATH", self.home.join("node/node_modules"));
        Some(command)
    }

    /// What a page ships: the folder of its modules, and PostHog's script; None where Node is not here, or too old.
    #[must_use]
    pub fn browser(&self) -> Option<(PathBuf, PathBuf)> {
        if !self.holds("package.json", NODE) {
            return None;
        }
        let node = self.home.join("node");
        let posthog = node.join("packed/posthog-js/package/dist/array.full.no-external.js");
        Some((node.join("node_modules"), posthog))
    }

    /// Was it made from this list?
    fn holds(&self, list: &str, known: &str) -> bool {
        std::fs::read_to_string(self.home.join(list)).is_ok_and(|made_from| made_from == known)
    }
}

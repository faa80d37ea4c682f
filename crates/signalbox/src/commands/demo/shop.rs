//! The demo's shop: a small repository with a bug and a failing test, and the settings and the agent that mend it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use signalbox_runtime::ExitCode;

use super::write;
use crate::fail::Failure;

/// The line that is wrong, as people can read it in the file.
pub(super) const BUG: &str = "prices.iter().sum::<u64>() / prices.len() as u64";
const CART: &str = include_str!("../../../demo/cart.rs");
const TEST: &str = include_str!("../../../demo/test.sh");
const AGENT: &str = include_str!("../../../demo/agent.sh");

pub(super) struct Shop {
    folder: PathBuf,
}

impl Shop {
    /// The repository with one commit, and beside it the settings of a house that knows the agent.
    pub(super) fn make(folder: &Path) -> Result<Self, Failure> {
        needed("git", "apt-get install git")?;
        needed("rustc", "the demo's shop is written in Rust: rustup.rs")?;
        let shop = Self { folder: folder.join("shop") };
        write(&shop.folder, "src/cart.rs", CART)?;
        write(&shop.folder, "test.sh", TEST)?;
        write(folder, "agent.sh", AGENT)?;
        write(folder, "signalbox.toml", &settings(folder)?)?;
        shop.git(&["init", "-q", "-b", "main"])?;
        shop.git(&["add", "."])?;
        shop.git(&["commit", "-q", "-m", "Open the shop"])?;
        Ok(shop)
    }

    pub(super) fn git(&self, arguments: &[&str]) -> Result<String, Failure> {
        let who = ["-c", "user.name=Signalbox demo", "-c", "user.email=demo@signalbox.invalid"];
        let mut command = Command::new("git");
        command.args(who).args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        output(&mut command)
    }

    /// What its tests say; that some fail is what they say.
    pub(super) fn test(&self) -> Result<String, Failure> {
        let mut command = Command::new("sh");
        command.arg("test.sh").current_dir(&self.folder).stdin(Stdio::null());
        let ran = command.output()?;
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        if said.trim().is_empty() {
            let why = String::from_utf8_lossy(&ran.stderr).into_owned();
            return Err(Failure::new(ExitCode::Failure, format!("the shop's tests do not build: {why}")));
        }
        Ok(said)
    }
}

/// A port of its own, so that commands typed in the folder find the server there.
fn settings(folder: &Path) -> Result<String, Failure> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let agent = folder.join("agent.sh").display().to_string();
    let agent = toml::Value::String(agent);
    Ok(format!(
        "# The demo's house.\n[server]\nlisten = \"{address}\"\n\n[agents.script]\nprogram = \"sh\"\narguments = [{agent}]\n\n\
         [runner]\nvariables = [\"RUSTUP_HOME\", \"CARGO_HOME\", \"RUSTUP_TOOLCHAIN\"]\n"
    ))
}

fn needed(program: &str, cure: &str) -> Result<(), Failure> {
    let there = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match there {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Failure::new(ExitCode::Failure, format!("{program} is needed and is not there ({cure})"))),
    }
}

/// What a program prints; where it fails, what it says instead.
pub(super) fn output(command: &mut Command) -> Result<String, Failure> {
    let ran = command.output()?;
    if !ran.status.success() {
        let why = String::from_utf8_lossy(&ran.stderr);
        let program = command.get_program().to_string_lossy().into_owned();
        return Err(Failure::new(ExitCode::Failure, format!("{program} failed: {}", why.trim())));
    }
    Ok(String::from_utf8_lossy(&ran.stdout).into_owned())
}

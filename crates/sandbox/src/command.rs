//! The command line of bubblewrap: everything is shut but what is listed here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where a workspace lies inside, whatever the host calls it.
pub const WORKSPACE: &str = "/workspace";

/// Where programs are looked for inside.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const HOME: &str = "/home/agent";

/// Top folders that are links into `/usr` on most systems, and folders on others.
const SYSTEM: [&str; 6] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// What programs need of `/etc`. Never all of it: keys of the host lie there, and a sandbox that root starts reads them.
const ETC: [&str; 14] = [
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/group",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/pki/tls/certs",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
];

/// The knobs of a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SandboxConfig {
    pub bubblewrap: PathBuf,
    /// More of the host that is shown inside, read only: tool chains in `/opt`, say.
    pub read_only: Vec<PathBuf>,
    /// How long the probe may take.
    #[serde(with = "signalbox_runtime::duration")]
    pub probe_limit: Duration,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            bubblewrap: PathBuf::from("bwrap"),
            read_only: Vec::new(),
            probe_limit: Duration::from_secs(20),
        }
    }
}

/// May what is mounted be changed inside?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    ReadOnly,
    ReadWrite,
}

/// A folder or file of the host, shown inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    pub host: PathBuf,
    pub inside: PathBuf,
    pub access: Access,
}

/// What runs, and what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxSpec {
    /// Looked for inside: by path, or by name in the system's folders.
    pub program: OsString,
    pub arguments: Vec<OsString>,
    /// All variables besides `PATH`, `HOME`, `LANG` and `TMPDIR`.
    pub variables: Vec<(OsString, OsString)>,
    pub mounts: Vec<Mount>,
    /// The working directory inside.
    pub directory: PathBuf,
}

/// Isolation that was seen to work on this computer.
#[derive(Debug, Clone)]
pub struct Sandbox {
    config: SandboxConfig,
}

impl Sandbox {
    /// Only the probe makes one that others may have.
    pub(crate) const fn unproven(config: SandboxConfig) -> Self {
        Self { config }
    }

    /// The process to start: everything in it dies with the thread that starts it.
    ///
    /// Variables travel by the environment, not by bubblewrap's `--setenv`, whose values every user of the host could
    /// read in the list of processes; the environment is cleared here, before bubblewrap.
    pub fn command(&self, spec: &SandboxSpec) -> Command {
        let mut command = Command::new(&self.config.bubblewrap);
        command.env_clear();
        command.envs([("PATH", PATH), ("HOME", HOME), ("LANG", "C.UTF-8"), ("TMPDIR", "/tmp")]);
        command.envs(spec.variables.iter().map(|(name, value)| (name, value)));
        command.args(["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]);
        command.args(["--cap-drop", "ALL", "--hostname", "sandbox"]);
        command.args(["--ro-bind", "/usr", "/usr"]);
        SYSTEM.iter().for_each(|name| system_folder(&mut command, name));
        for path in ETC {
            command.args(["--ro-bind-try", path, path]);
        }
        command.args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", HOME]);
        for path in &self.config.read_only {
            command.arg("--ro-bind").arg(path).arg(path);
        }
        for mount in &spec.mounts {
            command.arg(match mount.access {
                Access::ReadOnly => "--ro-bind",
                Access::ReadWrite => "--bind",
            });
            command.arg(&mount.host).arg(&mount.inside);
        }
        // The root itself holds nothing but mount points; nothing is to be left there.
        command.args(["--remount-ro", "/"]).arg("--chdir").arg(&spec.directory);
        command.arg("--").arg(&spec.program).args(&spec.arguments);
        command
    }
}

/// As the host has it: a link stays a link, a folder is shown.
fn system_folder(command: &mut Command, name: &str) {
    let path = Path::new("/").join(name);
    match std::fs::read_link(&path) {
        Ok(target) => {
            command.arg("--symlink").arg(target).arg(&path);
        }
        Err(_) => {
            command.arg("--ro-bind-try").arg(&path).arg(&path);
        }
    }
}

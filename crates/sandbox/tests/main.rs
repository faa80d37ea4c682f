//! The sandbox for real: bubblewrap, where it is installed.

#![expect(clippy::unwrap_used, reason = "a fixture that fails fails its test")]

use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Once;

use signalbox_runtime::Clock;
use signalbox_sandbox::{Access, IsolationMissing, Mount, Sandbox, SandboxConfig, SandboxSpec, WORKSPACE};
use tempfile::TempDir;

/// Nothing where bubblewrap is not installed and not demanded. Where it is installed but refused, tests fail.
async fn sandbox() -> Option<Sandbox> {
    static SAID: Once = Once::new();
    let installed = Command::new("bwrap").arg("--version").output();
    let all = std::env::var("SIGNALBOX_TESTS").is_ok_and(|demand| demand == "all");
    if matches!(&installed, Err(error) if error.kind() == ErrorKind::NotFound) && !all {
        SAID.call_once(|| {
            tell("signalbox: left out the tests that need bubblewrap: bwrap is not installed.\n");
        });
        return None;
    }
    Some(Sandbox::probe(SandboxConfig::default(), &Clock::system()).await.unwrap())
}

/// Past the harness, which keeps what a passing test prints.
fn tell(line: &str) {
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

fn spec(workspace: &Path, script: &str) -> SandboxSpec {
    SandboxSpec {
        program: OsString::from("bash"),
        arguments: vec!["-c".into(), script.into()],
        variables: vec![("GRANTED".into(), "yes".into())],
        mounts: vec![Mount {
            host: workspace.to_owned(),
            inside: PathBuf::from(WORKSPACE),
            access: Access::ReadWrite,
        }],
        directory: PathBuf::from(WORKSPACE),
    }
}

fn run(sandbox: &Sandbox, spec: &SandboxSpec) -> Output {
    sandbox.command(spec).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

#[tokio::test]
async fn only_the_workspace_is_kept_and_nothing_else_can_be_written() {
    let Some(sandbox) = sandbox().await else { return };
    let workspace = tempfile::tempdir().unwrap();
    let script = "pwd; echo made > made; echo x > /tmp/x && cat /tmp/x; echo h > $HOME/h && cat $HOME/h
                  for place in / /usr /etc /home /signalbox; do (echo x > $place/x) 2>/dev/null && echo wrote $place; done; true";
    assert_eq!(said(&run(&sandbox, &spec(workspace.path(), script))), "/workspace\nx\nh");
    assert_eq!(fs::read_to_string(workspace.path().join("made")).unwrap(), "made\n");
}

#[tokio::test]
async fn the_host_is_not_there() {
    let Some(sandbox) = sandbox().await else { return };
    let (workspace, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let secret = other.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let script = format!(
        "ls -A {0} {1} /root /etc/shadow /etc/ssl/private /run /var /srv /mnt 2>/dev/null; ls -A /home/agent; \
         kill -0 {2} 2>/dev/null && echo sees processes; id -u >/dev/null; echo end",
        secret.display(),
        std::env::var("HOME").unwrap_or_else(|_| "/root".to_owned()),
        std::process::id(),
    );
    assert_eq!(said(&run(&sandbox, &spec(workspace.path(), &script))), "end");
}

#[tokio::test]
async fn only_granted_variables_arrive_and_none_by_the_command_line() {
    let Some(sandbox) = sandbox().await else { return };
    let workspace = tempfile::tempdir().unwrap();
    let spec =
        spec(workspace.path(), "env | cut -d= -f1 | grep -vxE '_|SHLVL|PWD|OLDPWD' | sort | tr '\\n' ' '");
    assert_eq!(said(&run(&sandbox, &spec)), "GRANTED HOME LANG PATH TMPDIR");
    let arguments: Vec<_> = sandbox.command(&spec).get_args().map(ToOwned::to_owned).collect();
    assert!(!arguments.contains(&OsString::from("yes")));
}

#[tokio::test]
async fn no_network_is_reached() {
    let Some(sandbox) = sandbox().await else { return };
    let workspace = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = format!(
        "(exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo reached; \
         awk 'NR > 2 {{ print $1 }}' /proc/net/dev"
    );
    assert_eq!(said(&run(&sandbox, &spec(workspace.path(), &script))), "lo:");
}

#[tokio::test]
async fn what_is_mounted_read_only_stays_as_it_is() {
    let Some(sandbox) = sandbox().await else { return };
    let (workspace, brief) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(brief.path().join("brief.md"), "do it\n").unwrap();
    let mut spec =
        spec(workspace.path(), "cat /signalbox/brief.md; (echo x > /signalbox/brief.md) 2>/dev/null; true");
    spec.mounts.push(Mount {
        host: brief.path().join("brief.md"),
        inside: PathBuf::from("/signalbox/brief.md"),
        access: Access::ReadOnly,
    });
    assert_eq!(said(&run(&sandbox, &spec)), "do it");
    assert_eq!(fs::read_to_string(brief.path().join("brief.md")).unwrap(), "do it\n");
}

async fn probe(program: &Path) -> IsolationMissing {
    let config = SandboxConfig { bubblewrap: program.to_owned(), ..SandboxConfig::default() };
    Sandbox::probe(config, &Clock::system()).await.unwrap_err()
}

fn program(folder: &TempDir, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.path().join("bwrap");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn without_isolation_the_reason_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let absent = probe(&folder.path().join("absent")).await;
    assert_eq!(absent.to_string(), "no isolation can be had here: bubblewrap (bwrap) is not installed");
    let script = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n";
    let refused = probe(&program(&folder, script)).await;
    assert!(refused.detail.contains("No permissions to create new namespace"), "{refused}");
}

#[tokio::test]
async fn a_wrapper_that_isolates_nothing_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let script = "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n";
    assert_eq!(probe(&program(&folder, script)).await.detail, "a program inside reached the host's loopback");
}

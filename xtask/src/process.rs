//! Running other programs: an exit code that is not zero is an error that names the command and its last words.
//!
//! It must never go through a shell. Called by every chore and by the benches.

use std::process::{Command, Output, Stdio};

use anyhow::{Context, bail};

/// Runs with the terminal's own output streams.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("starting {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", shown(command));
    }
    Ok(())
}

/// Runs and gives what it wrote to standard output.
pub fn capture(command: &mut Command) -> anyhow::Result<String> {
    let output = output(command)?;
    String::from_utf8(output.stdout).with_context(|| format!("{} wrote what is not UTF-8", shown(command)))
}

fn output(command: &mut Command) -> anyhow::Result<Output> {
    command.stdin(Stdio::null());
    let output = command.output().with_context(|| format!("starting {}", shown(command)))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed: {}\n{}", shown(command), output.status, complaint.trim_end());
    }
    Ok(output)
}

/// The command as a person would type it, without its environment: that may hold what is nobody's business.
pub fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program());
    let words: Vec<_> =
        std::iter::once(program).chain(command.get_args()).map(std::ffi::OsStr::to_string_lossy).collect();
    format!("`{}`", words.join(" "))
}

/// Says one line to the person at the terminal.
#[expect(clippy::print_stdout, reason = "chores speak to a terminal")]
pub fn say(line: &str) {
    println!("{line}");
}

/// Says one line where nobody can be given an error any more.
#[expect(clippy::print_stderr, reason = "chores speak to a terminal")]
pub fn complain(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_its_last_words() {
        let error = capture(Command::new("/bin/ls").arg("/nowhere/at/all")).unwrap_err().to_string();
        assert!(error.starts_with("`ls /nowhere/at/all` failed: exit status: 2\n"), "{error}");
        assert!(error.contains("No such file"), "{error}");
        let error = run(&mut Command::new("no-such-program")).unwrap_err().to_string();
        assert_eq!(error, "starting `no-such-program`");
    }

    #[test]
    fn output_is_given_as_it_was_written() {
        assert_eq!(capture(Command::new("printf").arg("a\nb")).unwrap(), "a\nb");
    }
}

//! `signalbox config example|check`.

use signalbox_runtime::ExitCode;

use crate::cli::ConfigCommand;
use crate::fail::Failure;
use crate::out::say;
use crate::settings::{DEFAULT_FILE, EXAMPLE, Sources};

pub(crate) fn run(command: &ConfigCommand, sources: &Sources) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Example => say(EXAMPLE.trim_end())?,
        ConfigCommand::Check => {
            let loaded = sources.load()?;
            match &loaded.file {
                Some(path) => say(format_args!("{}: understood", path.display()))?,
                None => {
                    say(format_args!(
                        "no {DEFAULT_FILE} here: defaults, variables and flags are understood"
                    ))?;
                }
            }
            say(format_args!("store: {}", loaded.settings.store.url))?;
            say(format_args!("listens on: {}", loaded.settings.server.listen))?;
            for (key, origin) in loaded.layers.overrides() {
                say(format_args!("{key} comes from {origin}"))?;
            }
        }
    }
    Ok(ExitCode::Done)
}

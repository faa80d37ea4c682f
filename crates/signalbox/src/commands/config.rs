//! `signalbox config example|check`.

use signalbox_runtime::ExitCode;

use crate::cli::ConfigCommand;
use crate::fail::Failure;
use crate::settings::{DEFAULT_FILE, EXAMPLE, Sources};

#[expect(clippy::print_stdout, reason = "printing is what this command is for")]
pub fn run(command: &ConfigCommand, sources: &Sources) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Example => print!("{EXAMPLE}"),
        ConfigCommand::Check => {
            let loaded = sources.load()?;
            match &loaded.file {
                Some(path) => println!("{}: understood", path.display()),
                None => println!("no {DEFAULT_FILE} here: defaults, variables and flags are understood"),
            }
            println!("store: {}", loaded.settings.store.url);
            println!("listens on: {}", loaded.settings.server.listen);
            for (key, origin) in loaded.layers.overrides() {
                println!("{key} comes from {origin}");
            }
        }
    }
    Ok(ExitCode::Done)
}

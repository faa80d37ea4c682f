//! `signalbox secret set|list|remove`. A value comes by standard input: an argument would stand in the list of
//! processes and in the shell's history.

use std::io::Read as _;
use std::sync::Arc;

use signalbox_control::{Secrets, local};
use signalbox_runtime::ExitCode;
use signalbox_store::Store;
use zeroize::Zeroizing;

use crate::cli::SecretCommand;
use crate::fail::Failure;
use crate::out::say;
use crate::settings::Settings;
use crate::wiring;

/// A secret is a key or a certificate, not a file store.
const LARGEST: u64 = 64 * 1024;

pub(crate) async fn run(command: &SecretCommand, settings: Settings) -> Result<ExitCode, Failure> {
    let base = wiring::base()?;
    let keys = Arc::new(wiring::sealing_keys(&settings, &base)?);
    let store = Store::open(&settings.store).await?;
    if !matches!(command, SecretCommand::Remove { .. }) {
        wiring::keys_fit(&store, Arc::clone(&keys), &base).await?;
    }
    let secrets = Secrets::new(store.clone(), base.clock, base.ids, keys);
    match command {
        SecretCommand::Set { name } => {
            secrets.set(&local(), name, &value()?).await?;
            say(format_args!("{name} is kept"))?;
        }
        SecretCommand::List => {
            for entry in secrets.list(&local()).await? {
                say(format_args!(
                    "{:<32}  made {}  changed {}",
                    entry.name, entry.made_at, entry.changed_at
                ))?;
            }
        }
        SecretCommand::Remove { name } => {
            secrets.remove(&local(), name).await?;
            say(format_args!("{name} is forgotten"))?;
        }
    }
    store.close().await;
    Ok(ExitCode::Done)
}

/// Standard input, without the line break at its end.
fn value() -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut value = Zeroizing::new(Vec::new());
    std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut value)?;
    while value.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        value.pop();
    }
    let usage = |line: &str| Err(Failure::new(ExitCode::Usage, line));
    match u64::try_from(value.len()) {
        Ok(0) => usage("expected the value on standard input, got nothing"),
        Ok(length) if length <= LARGEST => Ok(value),
        _ => usage("expected at most 64 KiB on standard input"),
    }
}

//! Which keys seal here: those of the settings, or of the file beside the data, and they have to be the store's.
//!
//! ```text
//!   keys here?  the store names one?
//!   yes         none                  it is named, if they open what is sealed already
//!   yes         one of them           good; a newer one in front takes its place
//!   no          none                  a file with a new key is made, and the key is named
//!   any         one that is not here  refused: it was lost, or belongs to another folder. Unless `seal.lost` names it
//! ```
//!
//! A key that was replaced in silence would only be missed when it is too late to look for it. The key is named in the
//! store after its file is made, so a crash in between leaves a key that the next start names.

use std::sync::Arc;

use signalbox_control::{SecretError, Secrets};
use signalbox_runtime::{ExitCode, KeyError, KeyId, SealError, SealingKeys, error_chain, resolve_secret};
use signalbox_store::Store;
use signalbox_store::control::KeyPut;

use crate::fail::Failure;
use crate::settings::Settings;
use crate::wiring::{Base, file_code, key_file, private_folder};

/// What is to be done about the key that the store names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Make,
    Name { instead_of: Option<KeyId> },
    Nothing,
    Refuse { named: KeyId },
}

fn step(here: Option<&SealingKeys>, named: Option<KeyId>, lost: Option<KeyId>) -> Step {
    match (here, named) {
        (Some(keys), Some(named)) if keys.newest_id() == named => Step::Nothing,
        (Some(keys), Some(named)) if keys.has(named) || lost == Some(named) => {
            Step::Name { instead_of: Some(named) }
        }
        (Some(_), None) => Step::Name { instead_of: None },
        (None, None) => Step::Make,
        (None, Some(named)) if lost == Some(named) => Step::Make,
        (_, Some(named)) => Step::Refuse { named },
    }
}

/// The keys of this process, once they are the store's.
pub(crate) async fn keys(
    store: &Store,
    settings: &Settings,
    base: &Base,
) -> Result<Arc<SealingKeys>, Failure> {
    loop {
        let here = present(settings, base)?;
        let named = store.sealing_key_find().await?;
        let (keys, instead_of) = match (step(here.as_ref(), named, settings.seal.lost), here) {
            (Step::Nothing, Some(keys)) => return fitting(store, keys, settings, base).await,
            (Step::Name { instead_of }, Some(keys)) => {
                (fitting(store, keys, settings, base).await?, instead_of)
            }
            (Step::Refuse { named }, _) => return Err(refused(settings, named)),
            (Step::Make | Step::Nothing | Step::Name { .. }, _) => {
                nothing_is_sealed(store, settings).await?;
                (Arc::new(make(settings, base)?), named)
            }
        };
        let now = base.clock.now();
        match store.sealing_key_put(keys.newest_id(), instead_of, now).await? {
            KeyPut::Kept => return Ok(keys),
            // Somebody else was quicker: whether that one is here too is looked at anew.
            KeyPut::Another => {}
        }
    }
}

/// The keys that are here, from where the settings say or beside the data. Makes none.
pub(crate) fn present(settings: &Settings, base: &Base) -> Result<Option<SealingKeys>, Failure> {
    let randomness = base.randomness.clone();
    match &settings.seal.keys {
        Some(place) => {
            let text = resolve_secret(place).map_err(|error| {
                Failure::new(ExitCode::BadConfig, format!("seal.keys: {}", error_chain(&error)))
            })?;
            SealingKeys::from_text(&place.to_string(), &text, randomness).map(Some)
        }
        None => SealingKeys::from_file(&key_file(settings), randomness),
    }
    .map_err(|error| failed(&error))
}

/// What a start would refuse because of the keys, for whoever only asks.
pub(crate) fn missed(
    settings: &Settings,
    here: Option<&SealingKeys>,
    named: Option<KeyId>,
) -> Option<Failure> {
    match step(here, named, settings.seal.lost) {
        Step::Refuse { named } => Some(refused(settings, named)),
        Step::Make | Step::Name { .. } | Step::Nothing => None,
    }
}

fn make(settings: &Settings, base: &Base) -> Result<SealingKeys, Failure> {
    let path = key_file(settings);
    if let Some(folder) = path.parent() {
        private_folder(folder)
            .map_err(|error| Failure::new(file_code(&error), format!("{}: {error}", folder.display())))?;
    }
    SealingKeys::made_in(&path, base.randomness.clone()).map_err(|error| failed(&error))
}

/// A store from before keys were named in it has to be asked what its secrets were sealed with.
async fn nothing_is_sealed(store: &Store, settings: &Settings) -> Result<(), Failure> {
    match store.secrets_list().await?.first() {
        Some(secret) if settings.seal.lost.is_none() => Err(Failure::new(
            ExitCode::BadConfig,
            format!(
                "the secret {} lies sealed and {} is not there: put the key back that sealed it",
                secret.name,
                key_file(settings).display()
            ),
        )),
        _ => Ok(()),
    }
}

/// Do they open what lies sealed? What the lost key sealed is nobody's fault any more.
async fn fitting(
    store: &Store,
    keys: SealingKeys,
    settings: &Settings,
    base: &Base,
) -> Result<Arc<SealingKeys>, Failure> {
    let keys = Arc::new(keys);
    let secrets = Secrets::new(store.clone(), base.clock.clone(), base.ids.clone(), Arc::clone(&keys));
    for error in secrets.check().await? {
        match &error {
            SecretError::Seal { name, source: SealError::UnknownKey { key } }
                if settings.seal.lost == Some(*key) =>
            {
                tracing::warn!(secret = %name, "it stays shut: its key is lost");
            }
            _ => {
                let line = format!(
                    "{}: put the key back that sealed it, or say by seal.lost that it is gone",
                    error_chain(&error)
                );
                return Err(Failure::new(ExitCode::BadConfig, line));
            }
        }
    }
    Ok(keys)
}

fn refused(settings: &Settings, named: KeyId) -> Failure {
    let place = match &settings.seal.keys {
        Some(place) => format!("seal.keys ({place})"),
        None => key_file(settings).display().to_string(),
    };
    let line = format!(
        "{} is sealed with the key {named}, which is not in {place}: put the key back (the folder of the first server has \
         it), or, if it is gone for good and what it sealed with it, start with --set seal.lost={named}",
        settings.store.url
    );
    Failure::new(ExitCode::BadConfig, line)
}

fn failed(error: &KeyError) -> Failure {
    let code = match error {
        KeyError::File { source, .. } => file_code(source),
        _ => ExitCode::BadConfig,
    };
    Failure::new(code, error_chain(error))
}

#[cfg(test)]
mod tests {
    use signalbox_runtime::Randomness;

    use super::*;

    #[test]
    fn a_key_is_made_named_followed_or_missed() {
        let text = |first: u8, second: u8| format!("{first:064x}\n{second:064x}");
        let keys = |first, second| {
            SealingKeys::from_text("test", &text(first, second), Randomness::seeded(1)).unwrap()
        };
        let (old, rotated) = (keys(1, 2), keys(3, 1));
        let one = old.newest_id();
        assert_eq!(step(None, None, None), Step::Make);
        assert_eq!(step(Some(&old), None, None), Step::Name { instead_of: None });
        assert_eq!(step(Some(&old), Some(one), None), Step::Nothing);
        assert_eq!(step(Some(&rotated), Some(one), None), Step::Name { instead_of: Some(one) });
        let three = rotated.newest_id();
        assert_eq!(step(Some(&old), Some(three), None), Step::Refuse { named: three });
        assert_eq!(step(None, Some(three), None), Step::Refuse { named: three });
        assert_eq!(step(None, Some(three), Some(one)), Step::Refuse { named: three });
        assert_eq!(step(None, Some(three), Some(three)), Step::Make);
        assert_eq!(step(Some(&old), Some(three), Some(three)), Step::Name { instead_of: Some(three) });
    }
}

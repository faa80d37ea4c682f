//! Named values that are kept sealed: forge tokens, model keys, what a tool needs. They leave only through
//! `reveal`, to code that was granted them; lists show names and times.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signalbox_domain::access::{Action, Actor, Denied, Target};
use signalbox_domain::ids::SecretId;
use signalbox_domain::names::Label;
use signalbox_runtime::{Clock, IdSource, SealContext, SealError, SealPurpose, SealingKeys};
use signalbox_store::control::{Removed, SecretEntry};
use signalbox_store::{Store, StoreError};
use zeroize::Zeroizing;

use crate::Problem;
use crate::views::{Listing, NewSecret, SECRET_LIMIT, SecretEncoding, SecretLine};

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no secret {0}")]
    Missing(Label),
    #[error("sealing or opening the secret {name}")]
    Seal { name: Label, source: SealError },
    #[error("reading or writing secrets")]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct Secrets {
    store: Store,
    clock: Clock,
    ids: IdSource,
    keys: Arc<SealingKeys>,
}

/// A sealed value opens under its own name only: rows that change places do not open.
fn context(name: &Label) -> SealContext<'_> {
    SealContext { purpose: SealPurpose::Secret, row: name.as_str().as_bytes() }
}

impl Secrets {
    pub fn new(store: Store, clock: Clock, ids: IdSource, keys: Arc<SealingKeys>) -> Self {
        Self { store, clock, ids, keys }
    }

    pub async fn set(&self, actor: &Actor, name: &Label, value: &[u8]) -> Result<(), SecretError> {
        actor.authorize(Action::ManageSecrets, Target::System)?;
        let seal = |source| SecretError::Seal { name: name.clone(), source };
        let sealed = self.keys.seal(context(name), value).map_err(seal)?;
        self.store.secret_put(self.ids.next::<SecretId>(), name, &sealed, self.clock.now()).await?;
        Ok(())
    }

    /// The same, as a face is asked for it. No word of a refusal repeats any of the value.
    pub async fn order(&self, actor: &Actor, wish: NewSecret) -> Result<(), Problem> {
        actor.authorize(Action::ManageSecrets, Target::System)?;
        let value = bytes_of(&wish)?;
        if !(1..=SECRET_LIMIT).contains(&value.len()) {
            return Err(Problem::invalid("value", format!("1 to {SECRET_LIMIT} bytes")));
        }
        Ok(self.set(actor, &wish.name, &value).await?)
    }

    /// The value itself, for code that was granted it. No face calls this.
    pub async fn reveal(&self, name: &Label) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let kept = self.store.secret_find(name).await?.ok_or_else(|| SecretError::Missing(name.clone()))?;
        let seal = |source| SecretError::Seal { name: name.clone(), source };
        self.keys.open(context(name), &kept.sealed).map_err(seal)
    }

    /// Do the present keys open everything that is kept? What does not open, each with its reason.
    pub async fn check(&self) -> Result<Vec<SecretError>, StoreError> {
        let mut shut = Vec::new();
        for entry in self.store.secrets_list().await? {
            match self.reveal(&entry.name).await {
                Ok(_) | Err(SecretError::Missing(_)) => {}
                Err(SecretError::Store(error)) => return Err(error),
                Err(error) => shut.push(error),
            }
        }
        Ok(shut)
    }

    pub async fn list(&self, actor: &Actor) -> Result<Vec<SecretEntry>, SecretError> {
        actor.authorize(Action::ManageSecrets, Target::System)?;
        Ok(self.store.secrets_list().await?)
    }

    /// The same, as a face is asked for it.
    pub async fn lines(&self, actor: &Actor) -> Result<Listing<SecretLine>, Problem> {
        let line = |entry: SecretEntry| SecretLine {
            name: entry.name,
            made_at: entry.made_at,
            changed_at: entry.changed_at,
        };
        let items = self.list(actor).await?.into_iter().map(line).collect();
        Ok(Listing { items, next: None })
    }

    pub async fn remove(&self, actor: &Actor, name: &Label) -> Result<(), SecretError> {
        actor.authorize(Action::ManageSecrets, Target::System)?;
        match self.store.secret_remove(name).await? {
            Removed::Now => Ok(()),
            Removed::WasNotThere => Err(SecretError::Missing(name.clone())),
        }
    }
}

/// The value that was written, be it text or bytes.
fn bytes_of(wish: &NewSecret) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let text = wish.value.reveal();
    let bytes = match wish.encoding {
        SecretEncoding::Text => text.as_bytes().to_vec(),
        SecretEncoding::Base64 => STANDARD.decode(text).map_err(|_damage| {
            // What the decoder says names a letter of the value.
            Problem::invalid("value", "base64 with its padding, as encoding says")
        })?,
    };
    Ok(Zeroizing::new(bytes))
}

#[cfg(test)]
mod tests;

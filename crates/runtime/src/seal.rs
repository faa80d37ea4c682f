//! Seals what must not lie in the store in clear: secrets, quarantined bytes, checkpoints.
//!
//! XChaCha20-Poly1305 in an envelope that names its version and key. Purpose and row are authenticated, so a sealed
//! value copied to another row, or to a column of another purpose, does not open. The newest key seals, all known keys
//! open. Plain text and keys never reach `Debug`, errors or logs. Called by the store's owners of sealed columns.
//!
//! ```text
//! version 1 │ key id 8 │ nonce 24 │ sealed bytes + tag 16
//! ```

mod key_file;
mod keys;
#[cfg(test)]
mod tests;

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

pub use keys::{KeyError, KeyId, SealingKeys};

use keys::SealingKey;

const VERSION: u8 = 1;
const KEY_ID: usize = 8;
const NONCE: usize = 24;
const TAG: usize = 16;
const HEADER: usize = 1 + KEY_ID + NONCE;

/// What is sealed in one piece is held in memory twice; larger things are sealed in parts.
pub const LARGEST_PLAIN: usize = 256 * 1024 * 1024;

/// What a sealed value is for. The codes are part of what is stored and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SealPurpose {
    Secret = 1,
    Quarantine = 2,
    Checkpoint = 3,
}

/// Where a sealed value belongs. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext<'a> {
    pub purpose: SealPurpose,
    /// The id of its row, and of its part where there are several.
    pub row: &'a [u8],
}

/// Which key sealed a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAge {
    Newest,
    /// To be sealed anew before the older key is taken away.
    Older,
}

/// Why something was not sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("could not seal {length} bytes: at most {LARGEST_PLAIN} are sealed in one piece")]
    TooLarge { length: usize },
    #[error("could not open a sealed value: it is {length} bytes, too short for an envelope")]
    TooShort { length: usize },
    #[error("could not open a sealed value: version {version} is not known, only {VERSION}")]
    Version { version: u8 },
    #[error("could not open a sealed value: its key {key} is not among the keys of this server")]
    UnknownKey { key: KeyId },
    #[error("could not open a sealed value: it was changed, or belongs to another row or purpose")]
    Forged,
    #[error("could not seal: the cipher refused")]
    Cipher,
}

impl SealingKeys {
    /// Seals `plain` for one place, with the newest key.
    pub fn seal(&self, context: SealContext<'_>, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        if plain.len() > LARGEST_PLAIN {
            return Err(SealError::TooLarge { length: plain.len() });
        }
        let key = self.newest();
        let nonce: [u8; NONCE] = self.randomness().bytes();
        let associated = associated(key.id(), context);
        let payload = Payload { msg: plain, aad: &associated };
        let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Cipher)?;
        let mut envelope = Vec::with_capacity(HEADER + sealed.len());
        envelope.push(VERSION);
        envelope.extend_from_slice(key.id().bytes());
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(&sealed);
        Ok(envelope)
    }

    /// Opens what was sealed for this very place, with whichever known key sealed it.
    pub fn open(&self, context: SealContext<'_>, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let parts = Parts::of(envelope)?;
        let key = self.by_id(parts.key).ok_or(SealError::UnknownKey { key: parts.key })?;
        let associated = associated(parts.key, context);
        let payload = Payload { msg: parts.sealed, aad: &associated };
        let plain = cipher(key).decrypt(&XNonce::from(parts.nonce), payload);
        plain.map(Zeroizing::new).map_err(|_| SealError::Forged)
    }

    /// Was it sealed with the newest key?
    pub fn age(&self, envelope: &[u8]) -> Result<KeyAge, SealError> {
        let key = Parts::of(envelope)?.key;
        Ok(if key == self.newest().id() { KeyAge::Newest } else { KeyAge::Older })
    }
}

struct Parts<'a> {
    key: KeyId,
    nonce: [u8; NONCE],
    sealed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(envelope: &'a [u8]) -> Result<Self, SealError> {
        let too_short = SealError::TooShort { length: envelope.len() };
        let Some((&version, rest)) = envelope.split_first() else { return Err(too_short) };
        if version != VERSION {
            return Err(SealError::Version { version });
        }
        let Some((key, rest)) = rest.split_first_chunk::<KEY_ID>() else { return Err(too_short) };
        let Some((nonce, sealed)) = rest.split_first_chunk::<NONCE>() else { return Err(too_short) };
        if sealed.len() < TAG {
            return Err(too_short);
        }
        Ok(Self { key: KeyId::from_bytes(*key), nonce: *nonce, sealed })
    }
}

/// All parts but the last have a fixed length, so no two contexts give the same bytes.
fn associated(key: KeyId, context: SealContext<'_>) -> Vec<u8> {
    let mut bytes = b"signalbox sealed value".to_vec();
    bytes.push(VERSION);
    bytes.extend_from_slice(key.bytes());
    bytes.push(context.purpose as u8);
    bytes.extend_from_slice(context.row);
    bytes
}

fn cipher(key: &SealingKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

impl fmt::Display for SealPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "secret",
            Self::Quarantine => "quarantine",
            Self::Checkpoint => "checkpoint",
        })
    }
}

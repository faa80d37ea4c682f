//! The keys of a server: read from a variable or a file, newest first.
//!
//! A key is 32 random bytes, written as 64 hexadecimal digits or as base64. Several stand one after another, by commas or
//! on lines of their own; the first seals, all open. A key's id is taken from the key itself, so that rotating is
//! nothing but putting a new one in front.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{KEY_ID, key_file};
use crate::Randomness;

pub(super) const KEY: usize = 32;
/// More keys than anybody rotates through.
const MOST_KEYS: usize = 64;

/// Why the keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(
        "{source_name}: expected a key of 32 bytes, as 64 hexadecimal digits or base64, as number {number}"
    )]
    Form { source_name: String, number: usize },
    #[error("{source_name}: expected at least one key")]
    Empty { source_name: String },
    #[error("{source_name}: expected at most {MOST_KEYS} keys")]
    TooMany { source_name: String },
    #[error("{source_name}: the same key stands there twice, as number {number} again")]
    Twice { source_name: String, number: usize },
    #[error("{path}: expected a plain file")]
    NotAFile { path: PathBuf },
    #[error("{path}: others may read the key file (mode {mode:04o}); expected 0600: chmod 600 {path}")]
    TooOpen { path: PathBuf, mode: u32 },
    #[error("{path}: the key file belongs to user {owner}, expected the user of this process, {expected}")]
    Owner { path: PathBuf, owner: u32, expected: u32 },
    #[error("{path}: could not {doing}")]
    File {
        path: PathBuf,
        doing: &'static str,
        #[source]
        source: std::io::Error,
    },
}

/// Names a key without telling it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId([u8; KEY_ID]);

/// One key. Wiped when dropped.
pub(super) struct SealingKey {
    id: KeyId,
    bytes: Zeroizing<[u8; KEY]>,
}

/// The keys of this server, the newest first. Never empty.
pub struct SealingKeys {
    newest: SealingKey,
    older: Vec<SealingKey>,
    randomness: Randomness,
}

impl SealingKeys {
    /// Reads keys out of a text; `source_name` (a variable's name, say) is what errors call it.
    pub fn from_text(source_name: &str, text: &str, randomness: Randomness) -> Result<Self, KeyError> {
        let source_name = || source_name.to_owned();
        let mut keys: Vec<SealingKey> = Vec::new();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|word| !word.is_empty());
        for (at, word) in words.enumerate() {
            let number = at + 1;
            let key = SealingKey::parse(word)
                .ok_or_else(|| KeyError::Form { source_name: source_name(), number })?;
            if keys.len() == MOST_KEYS {
                return Err(KeyError::TooMany { source_name: source_name() });
            }
            if keys.iter().any(|one| one.id == key.id) {
                return Err(KeyError::Twice { source_name: source_name(), number });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or_else(|| KeyError::Empty { source_name: source_name() })?;
        Ok(Self { newest, older: keys.collect(), randomness })
    }

    /// Reads the keys from a file that only this user may read. None where there is no file.
    pub fn from_file(path: &Path, randomness: Randomness) -> Result<Option<Self>, KeyError> {
        let Some(text) = key_file::read(path)? else { return Ok(None) };
        Self::from_text(&path.display().to_string(), &text, randomness).map(Some)
    }

    /// Makes the file with a new key, and reads it. Where another process was quicker, its key is read.
    pub fn made_in(path: &Path, randomness: Randomness) -> Result<Self, KeyError> {
        let text = key_file::read_or_create(path, &randomness)?;
        Self::from_text(&path.display().to_string(), &text, randomness)
    }

    /// The one that seals.
    pub const fn newest_id(&self) -> KeyId {
        self.newest.id
    }

    pub fn has(&self, id: KeyId) -> bool {
        self.by_id(id).is_some()
    }

    /// The ids of all keys, the newest first.
    pub fn ids(&self) -> Vec<KeyId> {
        std::iter::once(&self.newest).chain(&self.older).map(|key| key.id).collect()
    }

    pub(super) const fn newest(&self) -> &SealingKey {
        &self.newest
    }

    pub(super) fn by_id(&self, id: KeyId) -> Option<&SealingKey> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.id == id)
    }

    pub(super) const fn randomness(&self) -> &Randomness {
        &self.randomness
    }
}

impl SealingKey {
    fn parse(word: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; KEY]);
        if word.len() == 2 * KEY {
            hex::decode_to_slice(word, bytes.as_mut_slice()).ok()?;
        } else {
            let decoded = Zeroizing::new(from_base64(word)?);
            *bytes = decoded.as_slice().try_into().ok()?;
        }
        Some(Self { id: KeyId::of(&bytes), bytes })
    }

    pub(super) const fn id(&self) -> KeyId {
        self.id
    }

    pub(super) fn bytes(&self) -> &[u8; KEY] {
        &self.bytes
    }
}

impl KeyId {
    fn of(key: &[u8; KEY]) -> Self {
        let digest: [u8; 32] =
            Sha256::new().chain_update(b"signalbox key id").chain_update(key).finalize().into();
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&digest[..KEY_ID]);
        Self(id)
    }

    pub(super) const fn from_bytes(bytes: [u8; KEY_ID]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(&self) -> &[u8; KEY_ID] {
        &self.0
    }
}

/// Base64 in either alphabet, padded or not.
fn from_base64(word: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if word.contains(['-', '_']) { URL_SAFE } else { STANDARD };
    GeneralPurpose::new(&alphabet, config).decode(word).ok()
}

/// What is no id of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of a key, {} hexadecimal digits", 2 * KEY_ID)]
pub struct NotAKeyId;

impl FromStr for KeyId {
    type Err = NotAKeyId;

    fn from_str(text: &str) -> Result<Self, NotAKeyId> {
        let mut id = [0; KEY_ID];
        hex::decode_to_slice(text, &mut id).map(|()| Self(id)).map_err(|_| NotAKeyId)
    }
}

impl TryFrom<String> for KeyId {
    type Error = NotAKeyId;

    fn try_from(text: String) -> Result<Self, NotAKeyId> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> String {
        id.to_string()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({}, …)", self.id)
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKeys").field("ids", &self.ids()).finish_non_exhaustive()
    }
}

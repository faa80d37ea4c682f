//! The file of the keys: made at the first start, refused when anybody else could read it.
//!
//! It is made whole under another name and then linked into place, so that of several processes that start at once one
//! wins, all read the same key, and a crash leaves either no file or a good one. It is never written again: rotation is
//! the operator's.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::keys::{KEY, KeyError};
use crate::Randomness;

/// Far more than the most keys need.
const LARGEST: u64 = 64 * 1024;

pub(super) fn read_or_create(path: &Path, randomness: &Randomness) -> Result<Zeroizing<String>, KeyError> {
    match File::open(path) {
        Ok(file) => read_open(path, file),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(path, randomness)?;
            read_open(path, File::open(path).map_err(failed(path, "open the key file"))?)
        }
        Err(error) => Err(failed(path, "open the key file")(error)),
    }
}

/// None where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    match File::open(path) {
        Ok(file) => read_open(path, file).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, "open the key file")(error)),
    }
}

/// Reads the file that is open, after looking at that very file, not at whatever bears its name by now.
fn read_open(path: &Path, file: File) -> Result<Zeroizing<String>, KeyError> {
    let about = file.metadata().map_err(failed(path, "look at the key file"))?;
    if !about.is_file() {
        return Err(KeyError::NotAFile { path: path.to_owned() });
    }
    let expected = rustix::process::geteuid().as_raw();
    if about.uid() != expected {
        return Err(KeyError::Owner { path: path.to_owned(), owner: about.uid(), expected });
    }
    let mode = about.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyError::TooOpen { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::with_capacity(4096));
    file.take(LARGEST).read_to_string(&mut text).map_err(failed(path, "read the key file"))?;
    Ok(text)
}

/// Makes the file with one new key. That another process was quicker is no failure.
fn create(path: &Path, randomness: &Randomness) -> Result<(), KeyError> {
    let draft = draft_name(path, randomness);
    let made = write_draft(path, &draft, randomness).and_then(|()| link(path, &draft));
    let removed = fs::remove_file(&draft).map_err(failed(path, "remove the draft of the key file"));
    made.and(removed)
}

fn write_draft(path: &Path, draft: &Path, randomness: &Randomness) -> Result<(), KeyError> {
    let key = Zeroizing::new(randomness.bytes::<KEY>());
    let text = Zeroizing::new(format!(
        "# Opens everything sealed in the store: keep a copy apart from its backups.\n\
         # To rotate, put a new key on a line above; the first seals, all open.\n{}\n",
        Zeroizing::new(hex::encode(key.as_slice())).as_str()
    ));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)
        .map_err(failed(path, "create the key file"))?;
    file.write_all(text.as_bytes()).map_err(failed(path, "write the key file"))?;
    file.sync_all().map_err(failed(path, "write the key file to disk"))
}

fn link(path: &Path, draft: &Path) -> Result<(), KeyError> {
    match fs::hard_link(draft, path) {
        Ok(()) => tracing::warn!(path = %path.display(), "made a new sealing key: keep a copy of it"),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            tracing::info!(path = %path.display(), "another process made the key file first");
        }
        Err(error) => return Err(failed(path, "put the key file into its place")(error)),
    }
    let folder = File::open(folder_of(path)).map_err(failed(path, "open the folder of the key file"))?;
    folder.sync_all().map_err(failed(path, "write the folder of the key file to disk"))
}

fn draft_name(path: &Path, randomness: &Randomness) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    folder_of(path).join(format!(".{name}.{}.draft", hex::encode(randomness.bytes::<8>())))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::File { path, doing, source }
}

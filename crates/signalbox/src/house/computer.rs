//! Which computer this is, to runs that are bound to one: the folder that holds their worktrees says it, so that two
//! folders on one computer, or one computer that changes its name, are not taken for one another.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use signalbox_domain::names::{HolderName, NameError};
use signalbox_runtime::Randomness;

use crate::wiring::private_folder;

const FILE: &str = "computer";

#[derive(Debug, thiserror::Error)]
pub(crate) enum ComputerError {
    #[error("{path} cannot be read or made")]
    File { path: String, source: std::io::Error },
    #[error("{path} names no computer: remove it, and a new name is made")]
    Name { path: String, source: NameError },
}

/// The name in the folder; made at the first call.
pub(crate) fn computer(root: &Path, randomness: &Randomness) -> Result<HolderName, ComputerError> {
    let path = root.join(FILE);
    let shown = || path.display().to_string();
    let failed = |source| ComputerError::File { path: shown(), source };
    private_folder(root).map_err(failed)?;
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(root, &path, &fresh(randomness)).map_err(failed)?;
            std::fs::read_to_string(&path).map_err(failed)?
        }
        Err(error) => return Err(failed(error)),
    };
    text.trim().parse().map_err(|source| ComputerError::Name { path: shown(), source })
}

/// Whole or not at all; of two who make it at once, one's stays.
fn make(root: &Path, path: &Path, name: &str) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(root)?;
    writeln!(file, "{name}")?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

/// The computer's own name, for people, and enough chance to be the only one.
fn fresh(randomness: &Randomness) -> String {
    let system = rustix::system::uname();
    let own = system.nodename().to_string_lossy();
    let name: String = own.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    let name = if name.is_empty() { "computer" } else { &name };
    format!("{name}-{:08x}", randomness.below(1 << 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_name_and_two_have_two() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let randomness = Randomness::seeded(1);
        let name = computer(one.path(), &randomness).unwrap();
        assert_eq!(computer(one.path(), &randomness).unwrap(), name);
        assert_ne!(computer(other.path(), &randomness).unwrap(), name);
        std::fs::write(one.path().join(FILE), "not a name!").unwrap();
        assert!(matches!(computer(one.path(), &randomness), Err(ComputerError::Name { .. })));
    }
}

//! Fetches a secret from the place that settings name. Never logged, wiped when dropped.

use signalbox_domain::secret_ref::SecretRef;
use zeroize::Zeroizing;

/// Why a secret was not there.
#[derive(Debug, thiserror::Error)]
pub enum SecretRefError {
    #[error("{place} is not set, or is no text")]
    Unset { place: SecretRef },
    #[error("{place} cannot be read")]
    Unreadable { place: SecretRef, source: std::io::Error },
    #[error("{place} is empty")]
    Empty { place: SecretRef },
}

/// The secret itself, without the line break that editors leave at a file's end.
pub fn resolve_secret(place: &SecretRef) -> Result<Zeroizing<String>, SecretRefError> {
    let text = match place {
        SecretRef::Env(name) => {
            std::env::var(name).map_err(|_| SecretRefError::Unset { place: place.clone() })?
        }
        SecretRef::File(path) => std::fs::read_to_string(path)
            .map_err(|source| SecretRefError::Unreadable { place: place.clone(), source })?,
    };
    let text = Zeroizing::new(text);
    let trimmed = text.trim_end_matches(['\r', '\n']);
    if trimmed.is_empty() {
        return Err(SecretRefError::Empty { place: place.clone() });
    }
    Ok(Zeroizing::new(trimmed.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_without_its_last_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "hunter2\n").unwrap();
        let place = SecretRef::File(path.clone());
        assert_eq!(*resolve_secret(&place).unwrap(), "hunter2");
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(resolve_secret(&place), Err(SecretRefError::Empty { .. })));
        std::fs::remove_file(&path).unwrap();
        let error = resolve_secret(&place).unwrap_err();
        assert!(error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let place = SecretRef::Env("SIGNALBOX_TEST_NOT_SET_ANYWHERE".into());
        let error = resolve_secret(&place).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the variable SIGNALBOX_TEST_NOT_SET_ANYWHERE is not set, or is no text"
        );
    }
}

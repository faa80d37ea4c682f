//! The token with which this computer's own user speaks to the server: made at the first start, in a file of mode 0600
//! beside the data. Whoever can read it could open the database as well.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use signalbox_control::{Access, AccessError, TokenWish};
use signalbox_domain::access::{Role, Scope};
use signalbox_runtime::{ExitCode, error_chain};
use zeroize::Zeroizing;

use crate::fail::Failure;
use crate::settings::Settings;
use crate::wiring::{file_code, private_folder, token_file};

/// Longer than any token; what is longer is no token of ours.
const LONGEST: usize = 1024;

/// Makes the file, or makes it anew where its token is not good any more.
pub(super) async fn ensure(settings: &Settings, access: &Access) -> Result<(), Failure> {
    let path = token_file(settings);
    if let Some(secret) = read(&path)? {
        match access.authenticate(Some(&secret)).await {
            Ok(_) => return Ok(()),
            Err(AccessError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let name = "this-computer".parse().map_err(|error| {
        Failure::new(ExitCode::Failure, format!("naming a token: {}", error_chain(&error)))
    })?;
    let wish = TokenWish { name, role: Role::Admin, scope: Scope::Everything, lives: None, parent: None };
    let made = access.token_make(wish).await?;
    write(&path, &made.secret).map_err(|error| failed(&path, &error))?;
    tracing::info!(path = %path.display(), "made the token of this computer");
    Ok(())
}

/// The token of the file; None where there is none. A file that others may read is refused.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, &error)),
    };
    let mode = std::fs::metadata(path).map_err(|error| failed(path, &error))?.permissions().mode();
    if mode & 0o077 != 0 {
        let line = format!(
            "{}: others may read it (mode {:o}); expected 0600: remove it, and a new one is made",
            path.display(),
            mode & 0o777
        );
        return Err(Failure::new(ExitCode::BadConfig, line));
    }
    let token = text.trim();
    Ok((!token.is_empty() && token.len() <= LONGEST).then(|| Zeroizing::new(token.to_owned())))
}

/// Whole or not at all, and never readable by others.
fn write(path: &Path, secret: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    private_folder(folder)?;
    let mut file =
        tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o600)).tempfile_in(folder)?;
    writeln!(file, "{secret}")?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(file_code(error), format!("{}: {error}", path.display()))
}

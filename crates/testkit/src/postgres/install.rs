//! Where PostgreSQL's programs are. `PG_BIN` names their folder; otherwise Debian's folders are looked at,
//! newest version first, and then `pg_config` is asked.

use std::path::{Path, PathBuf};
use std::process::Command;

const DEBIAN: &str = "/usr/lib/postgresql";
const PROGRAMS: [&str; 3] = ["initdb", "postgres", "psql"];

/// PostgreSQL's programs were not found.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    #[error("PG_BIN is {}, which has no {program}", folder.display())]
    Named { folder: PathBuf, program: &'static str },
    #[error("no PostgreSQL server in {DEBIAN}/*/bin, by pg_config or in PG_BIN")]
    Nowhere,
}

/// The folder with PostgreSQL's programs.
#[derive(Debug, Clone)]
pub struct Install {
    bin: PathBuf,
}

impl Install {
    /// Finds PostgreSQL's programs.
    ///
    /// # Errors
    /// When they are not on this machine, or not where `PG_BIN` says.
    pub fn find() -> Result<Self, Missing> {
        if let Some(folder) = std::env::var_os("PG_BIN").map(PathBuf::from) {
            return match lacking(&folder) {
                None => Ok(Self { bin: folder }),
                Some(program) => Err(Missing::Named { folder, program }),
            };
        }
        debian_folders()
            .into_iter()
            .chain(pg_config_folder())
            .find(|folder| lacking(folder).is_none())
            .map(|bin| Self { bin })
            .ok_or(Missing::Nowhere)
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

fn lacking(folder: &Path) -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| !folder.join(program).is_file())
}

/// `…/17/bin` before `…/9.6/bin`.
fn debian_folders() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(DEBIAN) else { return Vec::new() };
    let names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    newest_first(names.collect())
        .into_iter()
        .map(|version| Path::new(DEBIAN).join(version).join("bin"))
        .collect()
}

fn newest_first(mut versions: Vec<String>) -> Vec<String> {
    versions.sort_by_key(|version| {
        let numbers: Vec<u32> = version.split('.').filter_map(|number| number.parse().ok()).collect();
        std::cmp::Reverse(numbers)
    });
    versions
}

fn pg_config_folder() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    (!folder.trim().is_empty()).then(|| PathBuf::from(folder.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_not_words() {
        let given = ["9.6", "17", "15", "10"].map(str::to_owned).to_vec();
        assert_eq!(newest_first(given), ["17", "15", "10", "9.6"]);
    }
}

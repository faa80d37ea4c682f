//! Generated files: written anew, or held against what is there. Called by `states` and `sqlx`.
//!
//! A check must never write into the tree.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context, bail};

/// What a generating chore does with what it generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    Write,
    Check,
}

/// Files of one folder by name.
pub type Folder = BTreeMap<String, Vec<u8>>;

/// How a file of the tree differs from the generated one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    Missing(String),
    Stale(String),
    Surplus(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, name) = match self {
            Self::Missing(name) => ("missing", name),
            Self::Stale(name) => ("stale", name),
            Self::Surplus(name) => ("surplus", name),
        };
        write!(out, "{word}: {name}")
    }
}

/// Every file that is in only one of the two, or not the same in both.
pub fn differences(generated: &Folder, present: &Folder) -> Vec<Difference> {
    let mut found = Vec::new();
    for (name, content) in generated {
        match present.get(name) {
            None => found.push(Difference::Missing(name.clone())),
            Some(there) if there != content => found.push(Difference::Stale(name.clone())),
            Some(_) => {}
        }
    }
    let surplus = present.keys().filter(|name| !generated.contains_key(*name));
    found.extend(surplus.cloned().map(Difference::Surplus));
    found
}

/// The files of a folder; a folder that is not there has none.
pub fn read(folder: &Path) -> anyhow::Result<Folder> {
    let mut files = Folder::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(files),
        Err(error) => return Err(error).with_context(|| format!("reading {}", folder.display())),
    };
    for entry in entries {
        let path = entry.with_context(|| format!("reading {}", folder.display()))?.path();
        let content = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, content);
    }
    Ok(files)
}

/// Makes the folder hold exactly the generated files, or fails with every difference; `command` renews them.
pub fn settle(generated: &Folder, folder: &Path, renewal: Renewal, command: &str) -> anyhow::Result<String> {
    let found = differences(generated, &read(folder)?);
    let shown = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match renewal {
        Renewal::Check if found.is_empty() => {}
        Renewal::Check => {
            let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
            bail!("{shown} is not what `{command}` writes:\n{}", lines.join("\n"));
        }
        Renewal::Write => write(&found, generated, folder)?,
    }
    Ok(format!("{shown}: {} files, {} changed", generated.len(), found.len()))
}

fn write(found: &[Difference], generated: &Folder, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for difference in found {
        match difference {
            Difference::Missing(name) | Difference::Stale(name) => {
                let content = generated.get(name).with_context(|| format!("{name} was not generated"))?;
                std::fs::write(folder.join(name), content).with_context(|| format!("writing {name}"))?;
            }
            Difference::Surplus(name) => {
                std::fs::remove_file(folder.join(name)).with_context(|| format!("removing {name}"))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> Folder {
        files.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_owned())).collect()
    }

    #[test]
    fn a_check_names_each_difference_and_writes_nothing() {
        let place = tempfile::tempdir().unwrap();
        let here = place.path().join("here");
        let before = folder(&[("same", "1"), ("old", "2"), ("left", "3")]);
        settle(&before, &here, Renewal::Write, "renew").unwrap();
        let generated = folder(&[("same", "1"), ("old", "new"), ("fresh", "4")]);
        let refusal = settle(&generated, &here, Renewal::Check, "renew").unwrap_err().to_string();
        assert_eq!(refusal, "here is not what `renew` writes:\nmissing: fresh\nstale: old\nsurplus: left");
        assert_eq!(read(&here).unwrap(), before);
    }

    #[test]
    fn writing_leaves_exactly_what_was_generated() {
        let place = tempfile::tempdir().unwrap();
        settle(&folder(&[("old", "2"), ("left", "3")]), place.path(), Renewal::Write, "renew").unwrap();
        let generated = folder(&[("old", "new"), ("fresh", "4")]);
        settle(&generated, place.path(), Renewal::Write, "renew").unwrap();
        assert_eq!(read(place.path()).unwrap(), generated);
        settle(&generated, place.path(), Renewal::Check, "renew").unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_lacks_every_file() {
        let place = tempfile::tempdir().unwrap();
        let refusal =
            settle(&folder(&[("a", "1")]), &place.path().join("none"), Renewal::Check, "renew").unwrap_err();
        assert!(refusal.to_string().ends_with("missing: a"), "{refusal}");
    }
}

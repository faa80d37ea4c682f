//! Releases by their tags, as origin had them at the last fetch.

use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

/// Names of one question.
const MOST_NAMES: usize = 50;
const LONGEST_NAME: usize = 100;
const FOLDER: &str = "refs/releases/";

impl Repository {
    /// The commit of the first of these tags that there is. What cannot be a tag's name is passed over.
    pub async fn release_named(&self, names: &[String]) -> Result<Option<CommitId>, WorkspaceError> {
        let names: Vec<&str> =
            names.iter().map(String::as_str).filter(|name| is_name(name)).take(MOST_NAMES).collect();
        if names.is_empty() {
            return Ok(None);
        }
        let doing = "looking for the tag of a release";
        let answer = self
            .call(doing)
            .args([
                "for-each-ref",
                "--format=%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)",
            ])
            .args(names.iter().map(|name| format!("{FOLDER}{name}")))
            .run()
            .await?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let commit = |wanted: &&str| {
            text.lines().find_map(|line| {
                let parts: Vec<&str> = line.split('\0').collect();
                let [name, kind, object, inner_kind, inner] = parts.as_slice() else { return None };
                if name.strip_prefix(FOLDER) != Some(*wanted) {
                    return None;
                }
                match (*kind, *inner_kind) {
                    ("commit", _) => Some(*object),
                    ("tag", "commit") => Some(*inner),
                    _ => None,
                }
            })
        };
        names.iter().find_map(commit).map(|object| CommitId::parse(doing, object)).transpose()
    }
}

/// Letters of names, and none that git would take for a pattern.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+/@".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(plain)
        && !name.contains("..")
        && !name.contains("//")
        && !name.ends_with('/')
}

//! A path as somebody else wrote it, checked before git hears of it. Pure.

/// Longer paths are no files that anybody works on.
const LONGEST: usize = 1024;

/// Why a path is not looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    #[error("it is empty")]
    Empty,
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    #[error("it leads out of the repository")]
    LeadsOut,
    #[error("it has characters that no path of a repository has")]
    Characters,
}

/// A path of a repository as git writes it: folders and a name, from the root down.
pub(super) fn check(path: &str) -> Result<&str, BadPath> {
    if path.is_empty() {
        return Err(BadPath::Empty);
    }
    if path.len() > LONGEST {
        return Err(BadPath::TooLong);
    }
    if path.chars().any(char::is_control) {
        return Err(BadPath::Characters);
    }
    let leads_out = |part: &str| matches!(part, "" | "." | "..") || part.eq_ignore_ascii_case(".git");
    if path.starts_with(['/', '\\']) || path.split('/').any(leads_out) {
        return Err(BadPath::LeadsOut);
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_from_the_root_down_are_looked_for() {
        for (path, why) in [
            ("", BadPath::Empty),
            ("/etc/passwd", BadPath::LeadsOut),
            ("../secret", BadPath::LeadsOut),
            ("a/../../secret", BadPath::LeadsOut),
            ("a/./b", BadPath::LeadsOut),
            ("a//b", BadPath::LeadsOut),
            ("a/", BadPath::LeadsOut),
            (".git/config", BadPath::LeadsOut),
            ("a/.GIT/config", BadPath::LeadsOut),
            ("a\0b", BadPath::Characters),
            ("a\nb", BadPath::Characters),
        ] {
            assert_eq!(check(path), Err(why), "{path:?}");
        }
        assert_eq!(check(&"a".repeat(LONGEST + 1)), Err(BadPath::TooLong));
        for path in ["a", "a/b.rs", "a b/ü.rs", "-n", "..a/b..", ":(glob)*"] {
            assert_eq!(check(path), Ok(path));
        }
    }
}

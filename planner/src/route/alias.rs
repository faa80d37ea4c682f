//! How packages and folders are called after their repository: `com.acme.cart.core` for `acme/cart-core`, `pylearn` for
//! `python-learn`. Conventions only. Pure.

/// Shorter names of packages are anybody's.
const SHORTEST: usize = 3;

/// Whose name a path or a qualified name bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Called {
    /// The repository's.
    Name,
    /// Only that of whoever owns it.
    Owner,
}

/// Whether some parts of a place, one after another, are the repository's name; or else its owner's.
pub(crate) fn called(parts: &[&str], repository: &str) -> Option<Called> {
    let (owner, name) = repository.split_once('/').unwrap_or(("", repository));
    let whole = plain(name);
    for from in 0..parts.len() {
        let mut joined = String::new();
        for part in parts[from..].iter().take(4) {
            joined.push_str(&plain(part));
            if joined == whole || joined.trim_end_matches(|c: char| c.is_ascii_digit()) == whole {
                return Some(Called::Name);
            }
        }
    }
    if parts.iter().any(|part| stands_for(part, name)) {
        return Some(Called::Name);
    }
    let owner = plain(owner);
    let is_owner = |part: &str| owner.len() >= SHORTEST && plain(part) == owner;
    parts.iter().any(|part| is_owner(part)).then_some(Called::Owner)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a package is called as its repository is, or by an abbreviation of it: the same first letter, letters of it in
/// order, and its last word whole.
pub(crate) fn stands_for(package: &str, repository: &str) -> bool {
    let name = repository.rsplit('/').next().unwrap_or(repository);
    let package = package.trim_start_matches('_').to_lowercase();
    if package.len() < SHORTEST {
        return false;
    }
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split(['-', '_', '.']).filter(|word| !word.is_empty()).collect();
    let whole = words.concat();
    let package = package.replace(['-', '_'], "");
    package == whole || abbreviates(&package, &words, &whole)
}

fn abbreviates(package: &str, words: &[&str], whole: &str) -> bool {
    let Some((last, before)) = words.split_last() else { return false };
    if before.is_empty()
        || package == *last
        || !package.ends_with(last)
        || package.chars().next() != whole.chars().next()
    {
        return false;
    }
    let mut letters = whole.chars();
    package.chars().all(|wanted| letters.by_ref().any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_called_after_repositories() {
        for (package, repository, is) in [
            ("cart", "acme/cart", true),
            ("_cart", "acme/cart", true),
            ("cart_core", "acme/cart-core", true),
            ("pylearn", "acme/python-learn", true),
            ("learn", "acme/python-learn", false),
            ("relearn", "acme/python-learn", false),
            ("ca", "acme/ca", false),
        ] {
            assert_eq!(stands_for(package, repository), is, "{package} {repository}");
        }
        for (parts, repository, expect) in [
            (vec!["com", "acme", "cart", "core2", "Cart"], "Acme/cart-core", Some(Called::Name)),
            (vec!["com", "acme", "mail"], "Acme/cart-core", Some(Called::Owner)),
            (vec!["org", "other"], "Acme/cart-core", None),
        ] {
            assert_eq!(called(&parts, repository), expect, "{parts:?}");
        }
    }
}

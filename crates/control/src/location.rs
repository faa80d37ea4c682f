//! What a repository's location and default branch may look like. Pure.
//!
//! Both are handed to git on other computers: no option, no helper transport, no password, nothing relative.

use crate::Problem;

const LONGEST_LOCATION: usize = 2_000;
const LONGEST_BRANCH: usize = 200;

const LOCATION: &str =
    "an absolute path, or a URL of https, ssh, file or http, or user@host:path; without a password in it";
const BRANCH: &str = "the name of a branch, such as main";

/// The value is not repeated: it may hold the password that is complained about.
pub(crate) fn check_location(location: &str) -> Result<(), Problem> {
    let plain = (1..=LONGEST_LOCATION).contains(&location.len())
        && !location.chars().any(|c| c.is_control() || c.is_whitespace());
    if plain && (is_path(location) || is_url(location) || is_host_and_path(location)) {
        return Ok(());
    }
    Err(Problem::invalid("location", LOCATION))
}

pub(crate) fn check_branch(branch: &str) -> Result<(), Problem> {
    let fits = (1..=LONGEST_BRANCH).contains(&branch.len());
    let letters = branch.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+".contains(c));
    let parts = branch.split('/').all(|part| {
        !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with('.') && !part.ends_with(".lock")
    });
    if fits && letters && parts && !branch.contains("..") {
        return Ok(());
    }
    Err(Problem::invalid("default_branch", BRANCH))
}

fn is_path(location: &str) -> bool {
    // Two slashes at the beginning mean another computer to some programs.
    location.starts_with('/') && !location.starts_with("//")
}

fn is_url(location: &str) -> bool {
    let Some((scheme, rest)) = location.split_once("://") else { return false };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    // What follows `?` or `#` is no part of a place, and a common hiding place of tokens.
    if location.contains(['?', '#']) {
        return false;
    }
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    match scheme {
        "file" => authority.is_empty() && !path.is_empty(),
        // Over HTTP even the user's name is often the token itself.
        "https" | "http" => user.is_none() && is_host(host) && !path.is_empty(),
        "ssh" => user.is_none_or(is_user) && is_host(host) && !path.is_empty(),
        _ => false,
    }
}

/// `git@host:path`, as ssh writes it.
fn is_host_and_path(location: &str) -> bool {
    if location.contains("://") {
        return false;
    }
    let Some((place, path)) = location.split_once(':') else { return false };
    let Some((user, host)) = place.split_once('@') else { return false };
    // `ext::…` and its like begin a helper program.
    is_user(user) && is_host(host) && !path.is_empty() && !path.starts_with([':', '-'])
}

fn is_user(user: &str) -> bool {
    !user.is_empty()
        && !user.starts_with('-')
        && user.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn is_host(host: &str) -> bool {
    host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
        && host.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:[]".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_git_understands_everywhere() {
        for good in [
            "/srv/git/shop.git",
            "https://forge.example/acme/shop.git",
            "http://127.0.0.1:3000/acme/shop",
            "ssh://git@forge.example:2222/acme/shop.git",
            "ssh://[::1]/acme/shop.git",
            "git@forge.example:acme/shop.git",
            "file:///srv/git/shop.git",
        ] {
            assert!(check_location(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "shop",
            "./shop",
            "../shop",
            "//forge/shop",
            "--upload-pack=touch x",
            "-oProxyCommand=x:y",
            "https://ada:hunter2@forge.example/shop",
            "https://ghp_token@forge.example/shop",
            "https://forge.example/shop?token=x",
            "ssh://git:pass@forge.example/shop",
            "ssh://-oProxyCommand=x/shop",
            "ext::sh -c x",
            "ext::sh",
            "git://forge.example/shop",
            "git@forge.example:-x",
            "-a@forge.example:x",
            "https:///shop",
            "https://forge.example",
            "/srv/a b",
            "/srv/a\nb",
        ] {
            assert!(check_location(bad).is_err(), "{bad:?}");
        }
        assert!(check_location(&format!("/{}", "x".repeat(2_000))).is_err());
    }

    #[test]
    fn a_password_is_not_repeated() {
        let error = check_location("https://ada:hunter2@forge.example/shop").unwrap_err().to_string();
        assert!(error.contains("without a password") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn branches() {
        for good in ["main", "release/2.x", "a+b", "feature_1"] {
            assert!(check_branch(good).is_ok(), "{good}");
        }
        for bad in ["", "-x", "a..b", "/a", "a/", "a//b", "a.lock", "a b", ".a", "a.", "a/-b", "é", "a~1"] {
            assert!(check_branch(bad).is_err(), "{bad:?}");
        }
    }
}

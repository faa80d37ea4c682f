//! CODEOWNERS: which people or teams a repository names for which paths. The last rule that fits decides, as on the forges
//! that read it. Pure.

/// Where forges look for it, in their order.
pub const CODE_OWNERS: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];
/// Further rules are passed over.
const MOST_RULES: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeOwners {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// Folders and name, `**` for any folders.
    parts: Vec<String>,
    /// It is meant from the root down.
    anchored: bool,
    owners: Vec<String>,
}

impl CodeOwners {
    /// Lines that are no rules (comments, headings of sections) are passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let rules = text.lines().filter_map(rule).take(MOST_RULES).collect();
        Self { rules }
    }

    /// Names as they are written, `@` included; none where the last rule names nobody.
    #[must_use]
    pub fn of(&self, path: &str) -> &[String] {
        let parts: Vec<&str> = path.split('/').collect();
        let last = self.rules.iter().rev().find(|rule| rule.fits(&parts));
        last.map_or(&[], |rule| rule.owners.as_slice())
    }
}

fn rule(line: &str) -> Option<Rule> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    if line.is_empty() || line.starts_with(['#', '[', '^', '!']) {
        return None;
    }
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let is_folder = pattern.ends_with('/');
    let plain = pattern.trim_matches('/');
    if plain.is_empty() {
        return None;
    }
    let anchored = pattern.starts_with('/') || plain.contains('/');
    let mut parts: Vec<String> = plain.split('/').map(str::to_owned).collect();
    if is_folder {
        parts.push("**".to_owned());
    }
    Some(Rule { parts, anchored, owners: words.map(str::to_owned).collect() })
}

impl Rule {
    fn fits(&self, path: &[&str]) -> bool {
        let pattern: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        let starts = if self.anchored { 1 } else { path.len() };
        (0..starts).any(|from| leads(&pattern, &path[from..]))
    }
}

/// Whether a pattern leads to the path, or to a folder above it. Without `**` each step takes one part of both; of several
/// `**` only the last needs to be tried anew, so the steps are at most the product of both lengths.
fn leads(pattern: &[&str], path: &[&str]) -> bool {
    let (mut at, mut on) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    loop {
        match pattern.get(at) {
            // `folder/*` means the files in it alone; `folder` all below.
            None if on == path.len() || pattern.last().is_none_or(|last| *last != "*") => return true,
            Some(&"**") => {
                again = Some((at + 1, on));
                at += 1;
                if at == pattern.len() {
                    return on < path.len();
                }
                continue;
            }
            Some(part) if path.get(on).is_some_and(|name| glob(part, name)) => {
                (at, on) = (at + 1, on + 1);
                continue;
            }
            _ => {}
        }
        match again {
            Some((after, from)) if from < path.len() => {
                again = Some((after, from + 1));
                (at, on) = (after, from + 1);
            }
            _ => return false,
        }
    }
}

/// `*` for any letters, `?` for one.
fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut on) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while on < name.len() {
        match pattern.get(at) {
            Some('*') => {
                again = Some((at, on));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[on] => (at, on) = (at + 1, on + 1),
            _ => {
                let Some((star, from)) = again else { return false };
                again = Some((star, from + 1));
                (at, on) = (star + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# who\n* @all\n*.js @web # the page\n/docs/ @writers\napps/ @apps\n/build/logs/* @logs\n\
                        docs/*.md @readers\n**/deep @deep\n/core/**/old @old\n/free\n[Section]\n";

    #[test]
    fn the_last_rule_that_fits_decides() {
        let owners = CodeOwners::parse(FILE);
        for (path, expect) in [
            ("a.rs", "@all"),
            ("web/app.js", "@web"),
            ("docs/x/y.txt", "@writers"),
            ("docs/a.md", "@readers"),
            ("docs/x/a.md", "@writers"),
            ("in/apps/x.rs", "@apps"),
            ("build/logs/a.txt", "@logs"),
            ("build/logs/x/a.txt", "@all"),
            ("a/b/deep/c.rs", "@deep"),
            ("core/a/b/old/c.rs", "@old"),
            ("core/old", "@old"),
            ("free/x.rs", ""),
        ] {
            assert_eq!(owners.of(path).join(" "), expect, "{path}");
        }
    }

    #[test]
    fn no_pattern_takes_long() {
        let stars = format!("{} @x\n{}b @y", "*a".repeat(2000), "**/a/".repeat(2000));
        let owners = CodeOwners::parse(&stars);
        assert!(owners.of(&"a/".repeat(400)).is_empty());
        assert!(owners.of(&"a".repeat(1500)).is_empty());
    }
}

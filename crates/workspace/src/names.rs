//! Names of branches and folders, made of titles that anybody may have written.

use signalbox_domain::ids::TaskId;

/// Every branch of ours lies in this folder of refs; no other is ever written or pushed.
pub const BRANCH_FOLDER: &str = "signalbox/";

/// Long enough to be recognised; with folder and task id a branch stays below 90 bytes.
const LONGEST_SLUG: usize = 40;
/// A folder's name, so that path limits are far away.
const LONGEST_FOLDER: usize = 60;

/// A title as a part of a ref: a–z, 0–9 and single dashes. Never empty, never `..`, never ends in `.lock`.
pub fn slug(title: &str) -> String {
    dashed(title, LONGEST_SLUG).unwrap_or_else(|| "task".to_owned())
}

/// The branch of a task. The id makes it unique, the slug readable.
pub fn branch_name(task: TaskId, title: &str) -> String {
    format!("{BRANCH_FOLDER}{task}-{}", slug(title))
}

/// A folder's name for what `name` and `told_apart_by` name together: readable, and another one for every other pair.
pub fn folder_name(name: &str, told_apart_by: &str) -> String {
    let readable = dashed(name, LONGEST_FOLDER).unwrap_or_else(|| "repository".to_owned());
    format!("{readable}-{:016x}", fnv1a(&[name, "\0", told_apart_by]))
}

fn dashed(text: &str, longest: usize) -> Option<String> {
    let mut slug = String::with_capacity(longest);
    // A title of a megabyte is not read to its end.
    for letter in text.chars().take(longest * 8) {
        if slug.len() == longest {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let trimmed = slug.trim_end_matches('-');
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// FNV-1a: only tells folders apart; a repository checks its location before it is used.
fn fnv1a(parts: &[&str]) -> u64 {
    parts
        .iter()
        .flat_map(|part| part.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_title_makes_a_safe_slug() {
        for (title, expect) in [
            ("Checkout fails on an empty basket", "checkout-fails-on-an-empty-basket"),
            ("$(rm -rf /); `id` && echo \"x\" > ../../etc", "rm-rf-id-echo-x-etc"),
            ("TypeError: can't read 'x' of undefined", "typeerror-can-t-read-x-of-undefined"),
            ("Größe überschritten – 你好 🚦", "gr-e-berschritten"),
            ("你好", "task"),
            ("", "task"),
            ("..", "task"),
            ("--upload-pack=evil", "upload-pack-evil"),
            ("main.lock", "main-lock"),
            ("a\0b\nc\td", "a-b-c-d"),
            ("@{-1}~^:?*[\\", "1"),
        ] {
            assert_eq!(slug(title), expect, "{title:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_without_a_dash_at_its_end() {
        let slug = slug(&"word ".repeat(100_000));
        assert!(slug.len() <= LONGEST_SLUG && !slug.ends_with('-'), "{slug}");
    }

    #[test]
    fn folders_are_told_apart_by_both_names() {
        let one = folder_name("acme/shop", "/a");
        assert!(one.starts_with("acme-shop-"), "{one}");
        assert_ne!(one, folder_name("acme/shop", "/b"));
        assert_ne!(one, folder_name("acme-shop", "/a"));
        assert_eq!(one, folder_name("acme/shop", "/a"));
    }
}

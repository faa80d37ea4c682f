//! What is test code by its name, and what it tests: the conventions of languages and runners, no project's. Pure.

/// Folders that hold nothing else.
const FOLDERS: [&str; 9] =
    ["test", "tests", "testing", "__tests__", "spec", "specs", "testdata", "fixtures", "e2e"];

/// Endings of a type or a file, longest first.
const ENDINGS: [&str; 8] = ["TestCase", "Tests", "Test", "_test", "_spec", ".test", ".spec", "Spec"];
const BEGINNINGS: [&str; 2] = ["test_", "Test"];

/// Whether a path is test code, by a folder of it or by the name of the file.
pub(crate) fn is_test(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let in_folder = parts.iter().any(|part| {
        let lower = part.to_ascii_lowercase();
        lower.split(['.', '-', '_']).any(|word| FOLDERS.contains(&word))
    });
    in_folder || subject(stem(name)).is_some() || stem(name) == "conftest"
}

/// A file's name without its last ending.
pub(crate) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// What a test is about, told from its name: `CartTest`, `test_cart` and `cart.spec` are about the cart.
pub(crate) fn subject(name: &str) -> Option<&str> {
    let by_ending = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    let by_beginning = || {
        BEGINNINGS.iter().find_map(|beginning| {
            let rest = name.strip_prefix(beginning)?;
            let begins =
                rest.chars().next().is_none_or(|first| first.is_uppercase() || *beginning == "test_");
            begins.then_some(rest)
        })
    };
    by_ending.or_else(by_beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_by_their_names() {
        for path in [
            "src/test/java/shop/Cart.java",
            "shop/tests/cart.py",
            "bundles/shop.tests.core/Cart.java",
            "cart_test.go",
            "src/cart.spec.ts",
            "test_cart.py",
            "CartTest.java",
            "conftest.py",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in ["shop/cart.py", "src/Contest.java", "latest/cart.rs", "testimony.py", "Testify.java"] {
            assert!(!is_test(path), "{path}");
        }
    }

    #[test]
    fn a_tests_name_says_what_it_tests() {
        for (name, about) in [
            ("CartTest", Some("Cart")),
            ("TestCart", Some("Cart")),
            ("test_cart", Some("cart")),
            ("cart.spec", Some("cart")),
            ("CartTestCase", Some("Cart")),
            ("Cart", None),
            ("Testify", None),
        ] {
            assert_eq!(subject(name), about, "{name}");
        }
    }
}

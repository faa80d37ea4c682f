//! A text as it was before somebody's mail program or form broke its lines, and its prose without its calls. Pure.

use std::borrow::Cow;

/// A stack whose calls were broken in two, on one line each again: `at` alone, or `(Cart.java:3)` alone.
pub(crate) fn unbroken(text: &str) -> Cow<'_, str> {
    let is_alone = |line: &str| line.trim() == "at";
    let is_place = |line: &str| {
        let line = line.trim();
        line.starts_with('(') && line.ends_with(')') && (line.contains(':') || line.contains("Native"))
    };
    if !text.lines().any(|line| is_alone(line) || is_place(line)) {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len());
    let mut goes_on = false;
    for line in text.lines() {
        if goes_on {
            whole.push(' ');
            whole.push_str(line.trim());
        } else if is_place(line) && whole.ends_with(|c: char| c.is_alphanumeric() || c == '>') {
            whole.push_str(line.trim());
        } else {
            if !whole.is_empty() {
                whole.push('\n');
            }
            whole.push_str(line);
        }
        goes_on = is_alone(line);
    }
    Cow::Owned(whole)
}

/// Whether a line is a call, a source line of one, or its header: no prose.
pub(crate) fn is_call(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("at ")
        || line.starts_with("File \"")
        || line.starts_with("File ~")
        || line.starts_with("-->")
        || (line.ends_with(')') && line.contains(".java:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_were_broken_are_whole_again() {
        let text =
            "It fails:\nat\nshop.Cart.total(Cart.java:3)\nat shop.Cart.pay\n(Cart.java:9)\n(see above)";
        let whole = "It fails:\nat shop.Cart.total(Cart.java:3)\nat shop.Cart.pay(Cart.java:9)\n(see above)";
        assert_eq!(unbroken(text), whole);
        assert!(matches!(unbroken("nothing\nbroken"), Cow::Borrowed(_)));
    }
}

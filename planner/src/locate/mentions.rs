//! What a text names in passing: files, qualified names, names of types and functions; where, and how often. Pure and
//! linear in the text, which is cut.

use std::collections::BTreeMap;

use super::spot::{is_source, parts_of_path};
use super::text::is_call;

/// Texts are read up to here.
const LONGEST_TEXT: usize = 256 << 10;
/// Longer runs of letters and signs are no names.
const LONGEST_NAME: usize = 512;
/// Different things a text names; further ones are passed over.
const MOST_NAMES: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// With a folder, or with the ending of source code.
    Path,
    /// `shop.cart.Cart`, `shop::cart`, `Cart#total`.
    Qualified,
    /// `CartItem`, `cart_item`: written as code writes names.
    Name,
}

/// One thing that a text names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mention {
    pub(crate) kind: Kind,
    /// Folders and file, or packages and type.
    pub(crate) parts: Vec<String>,
    pub(crate) line: Option<u32>,
    pub(crate) count: u32,
    /// In the first line that says anything.
    pub(crate) in_title: bool,
    /// Only where code is made use of, or in a call of a stack: no word about what is wrong there.
    pub(crate) in_passing: bool,
    /// Only in calls of a stack.
    pub(crate) in_calls: bool,
    /// How many different things were named before it.
    pub(crate) rank: usize,
}

/// What a text names, in the order of first mention.
pub(crate) fn mentions(text: &str) -> Vec<Mention> {
    let text = cut(text);
    let title =
        text.lines().take_while(|line| line.trim().is_empty()).map(|line| line.len() + 1).sum::<usize>();
    let mut seen: BTreeMap<(Kind, Vec<String>), usize> = BTreeMap::new();
    let mut found: Vec<Mention> = Vec::new();
    for line in text.lines() {
        let in_calls = is_call(line);
        let in_passing = in_calls || is_use(line);
        for run in runs(line) {
            let Some((kind, parts, at_line)) = read(run) else { continue };
            if let Some(known) = seen.get(&(kind, parts.clone())) {
                let known = &mut found[*known];
                known.count += 1;
                known.line = known.line.or(at_line);
                known.in_passing &= in_passing;
                known.in_calls &= in_calls;
            } else if found.len() < MOST_NAMES {
                seen.insert((kind, parts.clone()), found.len());
                let rank = found.len();
                let in_title = line.as_ptr() as usize - text.as_ptr() as usize <= title;
                found.push(Mention {
                    kind,
                    parts,
                    line: at_line,
                    count: 1,
                    in_title,
                    in_passing,
                    in_calls,
                    rank,
                });
            }
        }
    }
    found
}

/// A line that only brings names in: `import`, `from … import`, `using`, `require`.
fn is_use(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>', '.', '|', '`']);
    let line = line.trim_start_matches(|c: char| "In[]: 0123456789".contains(c));
    ["import ", "from ", "using ", "use ", "require", "#include", "const ", "@import", "package "]
        .iter()
        .any(|word| line.starts_with(word))
}

pub(crate) fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Runs of what names are written with.
fn runs(line: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || "_./\\$:#~-@".contains(c);
    line.split(move |c| !is_part(c))
        .map(|run| run.trim_start_matches(['.', ':', '-', '#', '~', '@']))
        .map(|run| run.trim_end_matches(['.', ':', '-', '#', '/', '~', '@', '\\']))
        .filter(|run| run.len() > 1 && run.len() <= LONGEST_NAME)
}

fn read(run: &str) -> Option<(Kind, Vec<String>, Option<u32>)> {
    let owned = |parts: Vec<&str>| parts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let (place, line) = with_line(run);
    let has_folder = place.contains(['/', '\\']);
    if has_folder || is_source(place) {
        if is_page(place) {
            return None;
        }
        let parts = parts_of_path(place);
        let fits = parts.last().is_some_and(|name| is_source(name) || (has_folder && parts.len() > 1));
        return fits.then(|| (Kind::Path, owned(parts), line));
    }
    let plain = place.replace("::", ".").replace(['#', '$'], ".");
    let parts: Vec<&str> = plain.split('.').filter(|part| !part.is_empty()).collect();
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if !parts.iter().all(|part| is_name(part)) {
        return None;
    }
    match parts.as_slice() {
        [] => None,
        [one] if is_code(one) => Some((Kind::Name, owned(parts), None)),
        [_] => None,
        _ => Some((Kind::Qualified, owned(parts), None)),
    }
}

/// An address that is no file of a code host.
fn is_page(place: &str) -> bool {
    place.contains("://")
        && !["/blob/", "/blame/", "/raw/", "/tree/"].iter().any(|mark| place.contains(mark))
        && !place.starts_with("file:")
        && !place.starts_with("webpack")
}

/// `cart.py:12`, `cart.py:12:3`, `cart.py#L12-L20`: the place and its line.
fn with_line(run: &str) -> (&str, Option<u32>) {
    if let Some((place, line)) = run.split_once("#L") {
        return (place, digits(line));
    }
    let mut place = run;
    let mut line = None;
    for _ in 0..2 {
        let Some((head, last)) = place.rsplit_once(':') else { break };
        if last.is_empty() || !last.bytes().all(|b| b.is_ascii_digit()) {
            break;
        }
        (place, line) = (head, last.parse().ok());
    }
    (place, line)
}

fn digits(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// Whether a single word is written as code writes names: humps or an underscore inside.
pub(crate) fn is_code(word: &str) -> bool {
    let inside = word.trim_matches('_');
    let mut before_is_lower = false;
    let hump = inside.chars().any(|c| {
        let hump = before_is_lower && c.is_uppercase();
        before_is_lower = c.is_lowercase() || c.is_ascii_digit();
        hump
    });
    let acronym = || {
        let mut capitals = inside.chars().take_while(|c| c.is_uppercase()).count();
        capitals += usize::from(capitals == 0);
        capitals >= 2 && inside.chars().nth(capitals).is_some_and(char::is_lowercase) && inside.len() > 4
    };
    inside.len() > 2 && (inside.contains('_') || hump || acronym())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(Kind, String, Option<u32>)> {
        mentions(text).into_iter().map(|m| (m.kind, m.parts.join("/"), m.line)).collect()
    }

    #[test]
    fn files_types_and_qualified_names_are_found_in_prose() {
        let cases = [
            ("see `shop/cart.py:12`.", vec![(Kind::Path, "shop/cart.py", Some(12))]),
            ("in cart.py, not elsewhere", vec![(Kind::Path, "cart.py", None)]),
            (
                "https://forge.example/acme/shop/blob/main/shop/cart.py#L9-L12",
                vec![(Kind::Path, "shop/cart.py", Some(9))],
            ),
            ("shop.cart.Cart.total() fails", vec![(Kind::Qualified, "shop/cart/Cart/total", None)]),
            ("shop::cart::total", vec![(Kind::Qualified, "shop/cart/total", None)]),
            ("CartItem and cart_item", vec![(Kind::Name, "CartItem", None), (Kind::Name, "cart_item", None)]),
            ("JSONCart", vec![(Kind::Name, "JSONCart", None)]),
            ("C:\\work\\shop\\cart.cs:7:2", vec![(Kind::Path, "work/shop/cart.cs", Some(7))]),
            ("The cart is empty. Why?", vec![]),
            ("e.g. 1.2.3 or 10:30", vec![(Kind::Qualified, "e/g", None)]),
        ];
        for (text, expect) in cases {
            let expect: Vec<_> = expect.into_iter().map(|(k, p, l)| (k, p.to_owned(), l)).collect();
            assert_eq!(named(text), expect, "{text}");
        }
    }

    #[test]
    fn what_is_named_again_is_counted_and_keeps_its_line() {
        let found = mentions("cart.py fails\nin cart.py:4 and cart.py:9");
        assert_eq!((found.len(), found[0].count, found[0].line, found[0].in_title), (1, 3, Some(4), true));
    }
}

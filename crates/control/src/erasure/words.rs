//! Where somebody's name stands in a text, and the text without it. Pure.
//!
//! A name is found in any letter case and as a word of its own: what stands around it is no letter, digit or `_`. It errs on
//! the side of taking too much out.

use serde_json::Value;

use crate::Problem;

/// What stands in the place of a name.
const ERASED: &str = "[erased]";
/// A shorter one stands everywhere.
const SHORTEST: usize = 3;
const LONGEST: usize = 200;

/// Whom it is about.
pub(super) struct Person {
    name: String,
    /// As it stands inside of a JSON text.
    escaped: String,
}

impl Person {
    pub(super) fn new(name: &str) -> Result<Self, Problem> {
        let name = name.trim();
        let length = name.chars().count();
        let is_word = name.chars().any(char::is_alphanumeric);
        if !(SHORTEST..=LONGEST).contains(&length) || !is_word || name.contains(char::is_control) {
            let expected = "an id, an e-mail address or another name of a person, 3 to 200 characters";
            return Err(Problem::invalid("user", expected));
        }
        let quoted = Value::from(name).to_string();
        let escaped = quoted.trim_matches('"').to_owned();
        Ok(Self { name: name.to_owned(), escaped })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What a database looks for: whatever it finds is looked at here.
    pub(super) fn search(&self) -> [&str; 2] {
        [&self.name, &self.escaped]
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        [&self.name, &self.escaped].into_iter().any(|word| places(text, word).next().is_some())
    }

    /// Also of bytes that are no text.
    pub(super) fn is_in_bytes(&self, bytes: &[u8]) -> bool {
        self.is_in(&String::from_utf8_lossy(bytes))
    }

    /// The text without them; None where they do not stand in it.
    pub(super) fn erased(&self, text: &str) -> Option<String> {
        let once = without(text, &self.name);
        match without(once.as_deref().unwrap_or(text), &self.escaped) {
            Some(twice) => Some(twice),
            None => once,
        }
    }

    /// Takes them out of every text of a document; whether any was changed.
    pub(super) fn erase_within(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.erased(text) {
                Some(without) => {
                    *text = without;
                    true
                }
                None => false,
            },
            Value::Array(items) => {
                // Every one of them, not only the first that names them.
                items.iter_mut().filter_map(|item| self.erase_within(item).then_some(())).count() > 0
            }
            Value::Object(fields) => {
                fields.values_mut().filter_map(|field| self.erase_within(field).then_some(())).count() > 0
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

fn without(text: &str, word: &str) -> Option<String> {
    let (mut rest, mut after) = (String::new(), 0);
    for at in places(text, word) {
        rest.push_str(&text[after..at]);
        rest.push_str(ERASED);
        after = at + word.len();
    }
    (after > 0).then(|| rest + &text[after..])
}

/// Where a word stands alone; places do not overlap.
fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let mut from = 0;
    std::iter::from_fn(move || {
        while from + word.len() <= text.len() {
            let at = from;
            let end = at + word.len();
            let next = text[at..].chars().next().map_or(1, char::len_utf8);
            let is_same = text.get(at..end).is_some_and(|same| same.eq_ignore_ascii_case(word));
            if is_same && stands_alone(text, at, end, word) {
                from = end;
                return Some(at);
            }
            from += next;
        }
        None
    })
}

fn stands_alone(text: &str, at: usize, end: usize, word: &str) -> bool {
    let joins = |letter: char| letter.is_alphanumeric() || letter == '_';
    let before = text[..at].chars().next_back().is_some_and(joins) && word.starts_with(joins);
    let after = text[end..].chars().next().is_some_and(joins) && word.ends_with(joins);
    !before && !after
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(name: &str) -> Person {
        Person::new(name).unwrap()
    }

    #[test]
    fn a_name_is_found_as_a_word_in_any_case() {
        let ada = person("ada@shop.example");
        for (text, without) in [
            ("ada@shop.example", Some("[erased]")),
            ("no price for ADA@Shop.example.", Some("no price for [erased].")),
            ("user=ada@shop.example&b=ada@shop.example", Some("user=[erased]&b=[erased]")),
            ("eada@shop.example ada@shop.examples ada@shop", None),
            ("", None),
        ] {
            assert_eq!(ada.erased(text).as_deref(), without, "{text}");
            assert_eq!(ada.is_in(text), without.is_some(), "{text}");
        }
        assert_eq!(
            person("42-7").erased("id 42-7, 142-7, 42-70, 42-7").as_deref(),
            Some("id [erased], 142-7, 42-70, [erased]")
        );
        assert_eq!(person("José").erased("für José!").as_deref(), Some("für [erased]!"));
    }

    #[test]
    fn a_document_keeps_its_shape() {
        let quoted = person("O\"Brien");
        let mut document =
            json!({"from": "x", "a": ["O\"Brien", 7, {"b": "{\"user\":\"O\\\"Brien\"}"}], "n": null});
        assert!(quoted.erase_within(&mut document));
        assert_eq!(
            document,
            json!({"from": "x", "a": ["[erased]", 7, {"b": "{\"user\":\"[erased]\"}"}], "n": null})
        );
        assert!(!quoted.erase_within(&mut document));
        assert!(quoted.is_in_bytes(b"\xff O\"Brien \xfe"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for wrong in ["", " ", "ab", "---", "a\nb c", &"x".repeat(201)] {
            assert!(Person::new(wrong).is_err(), "{wrong:?}");
        }
    }
}

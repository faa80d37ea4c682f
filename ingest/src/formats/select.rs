//! The wanted fields of a JSON object, without building the others. Called by the formats whose records are large and
//! mostly not kept.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{DEPTH_LIMIT, nesting, no_json};
use crate::observation::Unreadable;

/// Many items of one body are read at most; a body with more is refused whole.
const MOST_ITEMS: usize = 10_000;

/// What a frame carries along and no signal is made of: source lines, which the repository has, and the values of variables.
const PASSED_OVER: [&str; 5] = ["context_line", "pre_context", "post_context", "code_variables", "vars"];

/// Of a key that stands twice, the last value counts. Objects within a wanted field are built without what is passed over.
pub(super) fn fields(text: &str, is_wanted: fn(&str) -> bool) -> Result<Map<String, Value>, Unreadable> {
    nesting::check(text.as_bytes(), DEPTH_LIMIT)?;
    let mut parser = serde_json::Deserializer::from_str(text);
    let fields = Wanted(is_wanted).deserialize(&mut parser).map_err(|error| no_json(&error))?;
    parser.end().map_err(|error| no_json(&error))?;
    Ok(fields)
}

struct Wanted(fn(&str) -> bool);

/// Borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> DeserializeSeed<'de> for Wanted {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Self::Value, D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut kept = Map::new();
        while let Some(Key(key)) = map.next_key()? {
            if (self.0)(&key) {
                kept.insert(key.into_owned(), map.next_value_seed(Slim)?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(kept)
    }
}

/// A value without what is passed over, at any depth.
struct Slim;

impl<'de> DeserializeSeed<'de> for Slim {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Value, D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Slim {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Slim)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(Key(key)) = map.next_key()? {
            if PASSED_OVER.contains(&key.as_ref()) {
                map.next_value::<IgnoredAny>()?;
            } else {
                fields.insert(key.into_owned(), map.next_value_seed(Slim)?);
            }
        }
        Ok(Value::Object(fields))
    }
}

/// The items of a list, unread.
#[derive(Debug, Default)]
pub(super) struct Items<'a>(Vec<&'a RawValue>, Overflow);

#[derive(Debug, Default, PartialEq, Eq)]
enum Overflow {
    #[default]
    Fits,
    TooMany,
}

impl<'a> Items<'a> {
    pub(super) fn fitting(self, at: &str) -> Result<Vec<&'a RawValue>, Unreadable> {
        match self.1 {
            Overflow::Fits => Ok(self.0),
            Overflow::TooMany => Err(Unreadable::field(at, "at most 10000 items")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(parser: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Items::default();
                while items.0.len() < MOST_ITEMS {
                    match list.next_element()? {
                        Some(item) => items.0.push(item),
                        None => return Ok(items),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {
                    items.1 = Overflow::TooMany;
                }
                Ok(items)
            }
        }
        parser.deserialize_seq(List)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_wanted_is_built() {
        let text = r#" {"a": 1, "\u0062": [2], "c": {"a": 3}, "a": 4} "#;
        let kept = fields(text, |key| key != "c").unwrap();
        assert_eq!(Value::Object(kept), json!({"a": 4, "b": [2]}));
        for wrong in ["[1]", "{", "{} {}", "3", "{\"c\": nonsense}"] {
            assert_eq!(fields(wrong, |_| true).unwrap_err().code(), "no-json", "{wrong}");
        }
    }

    #[test]
    fn what_frames_carry_along_is_not_built() {
        let text = r#"{"frames": [{"function": "f", "lineno": -3, "pre_context": ["a", "b"], "in_app": true, "vars": {"x": 1},
            "share": 0.5, "none": null, "context_line": "x"}], "vars": 1, "big": 18446744073709551615}"#;
        let kept = Value::Object(fields(text, |_| true).unwrap());
        let frame = json!({"function": "f", "lineno": -3, "in_app": true, "share": 0.5, "none": null});
        assert_eq!(kept, json!({"frames": [frame], "vars": 1, "big": u64::MAX}));
    }

    #[test]
    fn a_list_has_an_end() {
        for (count, fits) in [(0, true), (MOST_ITEMS, true), (MOST_ITEMS + 1, false)] {
            let text = json!(vec![1; count]).to_string();
            let items: Items<'_> = serde_json::from_str(&text).unwrap();
            assert_eq!(items.fitting("batch").is_ok(), fits, "{count}");
        }
    }
}

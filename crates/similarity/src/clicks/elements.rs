//! Reads the clicked element and its ancestors, innermost first, from JSON or from the one-line chain.
//!
//! The chain is `tag.class.class:key="value"key="value";tag…`; a quoted value may hold any sign, with `\"` for a
//! quote, and a class may hold a colon. Damaged parts are left out, never an error. Called by `click` only.

use std::collections::BTreeMap;

use serde_json::Value;

const MAX_ELEMENTS: usize = 48;
const MAX_ATTRIBUTES: usize = 48;
const MAX_CLASSES: usize = 32;
const MAX_TEXT: usize = 256;

/// One element. Positions among siblings are read over on purpose: they change with every list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    pub tag: String,
    pub text: String,
    pub classes: Vec<String>,
    /// Attributes by their name in HTML, without any prefix of the transport.
    pub attributes: BTreeMap<String, String>,
}

impl Element {
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn put(&mut self, key: &str, value: &str) {
        match key {
            "text" | "$el_text" => self.text = cut(value.trim()),
            "nth-child" | "nth-of-type" | "nth_child" | "nth_of_type" | "order" => {}
            _ => {
                let name = key.strip_prefix("attr__").or_else(|| key.strip_prefix("attr_")).unwrap_or(key);
                if name == "class" && self.classes.is_empty() {
                    self.classes = value.split_ascii_whitespace().take(MAX_CLASSES).map(cut).collect();
                } else if !name.is_empty() && name != "class" && self.attributes.len() < MAX_ATTRIBUTES {
                    self.attributes.insert(cut(&name.to_ascii_lowercase()), cut(value));
                }
            }
        }
    }
}

/// Reads `$elements`: a list of objects.
#[must_use]
pub fn elements_from_json(elements: &Value) -> Vec<Element> {
    let list = elements.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().take(MAX_ELEMENTS).filter_map(Value::as_object).map(element_from_object).collect()
}

fn element_from_object(object: &serde_json::Map<String, Value>) -> Element {
    let mut element = Element::default();
    let classes = object.get("classes").or_else(|| object.get("attr_class")).and_then(Value::as_array);
    let names = classes.map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str);
    element.classes = names.take(MAX_CLASSES).map(cut).collect();
    for (key, value) in object {
        match (key.as_str(), value) {
            ("tag_name", Value::String(tag)) => element.tag = cut(&tag.to_ascii_lowercase()),
            ("attributes", Value::Object(inner)) => {
                inner.iter().filter_map(|(k, v)| Some((k, v.as_str()?))).for_each(|(k, v)| element.put(k, v));
            }
            (_, Value::String(text)) => element.put(key, text),
            _ => {}
        }
    }
    element
}

/// Reads `elements_chain`. Linear in its length.
#[must_use]
pub fn elements_from_chain(chain: &str) -> Vec<Element> {
    split_outside_quotes(chain).take(MAX_ELEMENTS).filter_map(element_from_part).collect()
}

/// Parts between semicolons that are not inside quotes.
fn split_outside_quotes(chain: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(chain);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        let end = text.bytes().position(|byte| {
            let ends = byte == b';' && !quoted;
            if byte == b'"' && !escaped {
                quoted = !quoted;
            }
            escaped = byte == b'\\' && !escaped;
            ends
        });
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

fn element_from_part(part: &str) -> Option<Element> {
    let part = part.trim();
    let attributes_at = attributes_start(part).unwrap_or(part.len());
    let mut names = part[..attributes_at].trim_end_matches(':').split('.');
    let tag = names.next().map(|tag| cut(&tag.to_ascii_lowercase())).filter(|tag| !tag.is_empty())?;
    let classes = names.filter(|name| !name.is_empty()).take(MAX_CLASSES).map(cut).collect();
    let mut element = Element { tag, classes, ..Element::default() };
    let mut rest = &part[attributes_at..];
    while let Some((key, value, after)) = next_attribute(rest) {
        element.put(key, &value);
        rest = after;
    }
    Some(element)
}

/// Where `key="` begins behind a colon; a colon inside a class name is followed by something else.
fn attributes_start(part: &str) -> Option<usize> {
    let quote = part.find("=\"")?;
    let colon = part[..quote].rfind(':')?;
    let key = &part[colon + 1..quote];
    let is_key = !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'$' | b'@'));
    is_key.then_some(colon + 1)
}

fn next_attribute(rest: &str) -> Option<(&str, String, &str)> {
    let equals = rest.find("=\"")?;
    let (key, body) = (rest[..equals].trim(), &rest[equals + 2..]);
    let (mut value, mut escaped) = (String::new(), false);
    for (at, sign) in body.char_indices() {
        match sign {
            '"' if !escaped => return Some((key, value, &body[at + 1..])),
            '\\' if !escaped => escaped = true,
            _ => {
                value.push(sign);
                escaped = false;
            }
        }
    }
    None
}

/// The first characters, as many as are kept.
fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

//! Names the clicked element so that the name survives a rebuild, another list order and another language of ids.
//!
//! Rungs, best first: test id, aria label, own id, form name, text, classes, tags. Generated ids, hashed classes and
//! positions among siblings are never used. Weak rungs carry the nearest named ancestor as their scope.
//! Called by `click` only.

use serde::{Deserialize, Serialize};

use super::elements::Element;
use crate::templates::{PLACEHOLDERS, mask};

/// Ancestors searched for the control that was meant, and for a scope.
const MAX_CLIMB: usize = 6;
const MAX_TEXT: usize = 60;
const MAX_CLASSES: usize = 3;
const MAX_TAGS: usize = 4;

const TEST_ATTRIBUTES: [&str; 8] = [
    "data-testid",
    "data-test-id",
    "data-test",
    "data-cy",
    "data-qa",
    "data-e2e",
    "data-attr",
    "data-automation-id",
];

/// What the selector stands on; earlier ones are more stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    TestId,
    AriaLabel,
    Id,
    Name,
    Text,
    Classes,
    Tags,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StableSelector {
    pub text: String,
    pub rung: Rung,
}

/// The selector of the control that a click on these elements (innermost first) was meant for.
#[must_use]
pub fn stable_selector(elements: &[Element]) -> Option<StableSelector> {
    let target = elements.iter().take(MAX_CLIMB).position(is_control).unwrap_or(0);
    let element = elements.get(target)?;
    let own = strong(element);
    let (text, rung) = own.or_else(|| weak(elements, target))?;
    Some(StableSelector { text, rung })
}

fn is_control(element: &Element) -> bool {
    let by_tag = matches!(
        element.tag.as_str(),
        "button" | "a" | "input" | "select" | "textarea" | "label" | "summary" | "option"
    );
    let by_role = element.attribute("role").is_some_and(|role| {
        matches!(
            role,
            "button" | "link" | "tab" | "menuitem" | "checkbox" | "radio" | "switch" | "option" | "combobox"
        )
    });
    by_tag || by_role
}

/// A name that a developer gave to this element.
fn strong(element: &Element) -> Option<(String, Rung)> {
    let tag = &element.tag;
    let test_id = TEST_ATTRIBUTES.iter().find_map(|name| Some((name, element.attribute(name)?)));
    if let Some((name, value)) = test_id {
        return Some((format!("[{name}=\"{}\"]", stable_text(value)?), Rung::TestId));
    }
    if let Some(label) = element.attribute("aria-label").and_then(stable_text) {
        return Some((format!("{tag}[aria-label=\"{label}\"]"), Rung::AriaLabel));
    }
    if let Some(id) = element.attribute("id").filter(|id| !is_generated(id)) {
        return Some((format!("{tag}#{id}"), Rung::Id));
    }
    let name = element.attribute("name").filter(|name| !is_generated(name))?;
    Some((format!("{tag}[name=\"{name}\"]"), Rung::Name))
}

/// What can be said of an element that nobody named, within the nearest ancestor that somebody did.
fn weak(elements: &[Element], target: usize) -> Option<(String, Rung)> {
    let element = &elements[target];
    let scope = elements[target + 1..].iter().take(MAX_CLIMB).find_map(|ancestor| {
        let (text, rung) = strong(ancestor)?;
        matches!(rung, Rung::TestId | Rung::Id).then_some(text)
    });
    let inner = elements[..target].iter().map(|inner| inner.text.as_str()).find(|text| !text.is_empty());
    let text = stable_text(&element.text).or_else(|| inner.and_then(stable_text));
    let (own, rung) = match text {
        Some(text) => (format!("{}:text(\"{text}\")", element.tag), Rung::Text),
        None => named_by_classes(element).map_or_else(
            || (tags(elements, target), Rung::Tags),
            |classes| (format!("{}{classes}", element.tag), Rung::Classes),
        ),
    };
    let text = scope.map_or_else(|| own.clone(), |scope| format!("{scope} {own}"));
    (!text.is_empty()).then_some((text, rung))
}

fn tags(elements: &[Element], target: usize) -> String {
    let path: Vec<&str> =
        elements[target..].iter().take(MAX_TAGS).map(|element| element.tag.as_str()).collect();
    path.into_iter().rev().collect::<Vec<_>>().join(" > ")
}

/// A label with its values masked, if words remain.
fn stable_text(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let masked = mask(&words.join(" ")).text;
    let without_values =
        PLACEHOLDERS.iter().fold(masked.clone(), |text, placeholder| text.replace(placeholder, ""));
    let has_words = without_values.chars().any(char::is_alphabetic);
    has_words.then(|| masked.replace('"', "'").chars().take(MAX_TEXT).collect())
}

fn named_by_classes(element: &Element) -> Option<String> {
    let mut classes: Vec<&str> =
        element.classes.iter().map(String::as_str).filter(|class| is_stable_class(class)).collect();
    classes.sort_unstable();
    classes.dedup();
    classes.truncate(MAX_CLASSES);
    (!classes.is_empty()).then(|| classes.iter().map(|class| format!(".{class}")).collect())
}

/// A class that a person wrote and that says what the element is, not what it looks like or which state it is in.
fn is_stable_class(class: &str) -> bool {
    const STATES: [&str; 14] = [
        "active", "disabled", "selected", "hover", "focus", "focused", "open", "opened", "closed", "loading",
        "show", "hidden", "visible", "checked",
    ];
    const GENERATED: [&str; 9] =
        ["css-", "sc-", "jsx-", "svelte-", "ng-", "_ng", "jss", "emotion-", "styled-"];
    let utility = class.contains([':', '[', '/', '%', '!', '@', '(']);
    let state = class.strip_prefix("is-").or_else(|| class.strip_prefix("has-")).unwrap_or(class);
    let generated = GENERATED.iter().any(|prefix| class.starts_with(prefix));
    class.len() >= 3
        && !utility
        && !generated
        && !STATES.contains(&state)
        && !class.bytes().any(|byte| byte.is_ascii_digit())
        && !has_hashed_part(class)
}

/// `Button_root__aXkQz`: the last part changes case in the middle without being a compound of words.
fn has_hashed_part(class: &str) -> bool {
    let Some((_, last)) = class.rsplit_once("__").or_else(|| class.rsplit_once("--")) else { return false };
    let changes = last
        .as_bytes()
        .windows(2)
        .filter(|pair| {
            pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase()
                || pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()
        })
        .count();
    let vowels = last
        .bytes()
        .filter(|byte| matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u'))
        .count();
    (4..=8).contains(&last.len()) && (changes >= 2 || vowels == 0)
}

/// An id that a framework counted up or drew.
fn is_generated(id: &str) -> bool {
    const COUNTED: [&str; 14] = [
        "radix-",
        "headlessui-",
        "ember",
        "mui-",
        "react-",
        "ext-",
        "yui_",
        "gwt-",
        "ng-",
        "downshift-",
        "rc_",
        "cdk-",
        "mat-",
        "reach-",
    ];
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let spaced = id.contains(|sign: char| sign == ':' || sign.is_whitespace() || sign == '"');
    let framework = digits > 0 && COUNTED.iter().any(|prefix| id.starts_with(prefix));
    let is_hex = mask(id).text == "<hex>";
    spaced || framework || is_hex || digits > 1
}

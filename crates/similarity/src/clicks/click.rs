//! Reads one rage or dead click event, or says why it is none to count.
//!
//! Excluded are only the false positives that the sender is known for; a doubtful click passes, because clusters are
//! judged by their users. Called by ingest, once an event.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::elements::{elements_from_chain, elements_from_json};
use super::route::normalize_route;
use super::selector::{StableSelector, stable_selector};

/// A change of the page this shortly before a click was caused by it: the press comes before the click event.
const SAME_GESTURE_MS: f64 = 100.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClickKind {
    Rage,
    Dead,
}

impl ClickKind {
    /// The kind by the name of its event.
    #[must_use]
    pub fn of_event(event: &str) -> Option<Self> {
        match event {
            "$rageclick" => Some(Self::Rage),
            "$dead_click" => Some(Self::Dead),
            _ => None,
        }
    }
}

/// The parts of an event that matter here. `elements_chain` may stand beside the properties.
#[derive(Debug, Clone, Copy)]
pub struct ClickEvent<'a> {
    pub kind: ClickKind,
    pub properties: &'a Map<String, Value>,
    pub elements_chain: Option<&'a str>,
}

/// One click that counts: where, and on what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Click {
    pub kind: ClickKind,
    pub route: String,
    pub selector: StableSelector,
}

/// Why an event is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The page changed just before the click and no delay was measured: the press was answered.
    AnsweredBeforeClick,
    /// An automated browser clicked.
    AutomatedBrowser,
    /// Nothing says which element was clicked.
    NoElement,
}

impl ClickEvent<'_> {
    /// The click, or the reason why it is none.
    pub fn read(&self) -> Result<Click, Exclusion> {
        if self.text("$browser_type") == Some("bot") {
            return Err(Exclusion::AutomatedBrowser);
        }
        if self.kind == ClickKind::Dead && self.was_answered_before() {
            return Err(Exclusion::AnsweredBeforeClick);
        }
        let selector = self.selector().ok_or(Exclusion::NoElement)?;
        let place = self.text("$pathname").filter(|path| !path.is_empty() && !self.has_hash_route());
        let route = normalize_route(place.or_else(|| self.text("$current_url")).unwrap_or_default());
        Ok(Click { kind: self.kind, route, selector })
    }

    fn selector(&self) -> Option<StableSelector> {
        let listed = self.properties.get("$elements").map(elements_from_json).unwrap_or_default();
        let chain =
            self.elements_chain.filter(|chain| !chain.is_empty()).or_else(|| self.text("$elements_chain"));
        let mut elements =
            if listed.is_empty() { chain.map(elements_from_chain).unwrap_or_default() } else { listed };
        if let (Some(first), Some(text)) = (elements.first_mut(), self.text("$el_text"))
            && first.text.is_empty()
        {
            first.text = text.chars().take(256).collect();
        }
        stable_selector(&elements)
    }

    /// The waiting time itself (`absolute`) is no reaction; the other delays are. A negative one was not measured.
    fn was_answered_before(&self) -> bool {
        const REACTIONS: [&str; 4] = [
            "$dead_click_scroll_delay_ms",
            "$dead_click_mutation_delay_ms",
            "$dead_click_selection_changed_delay_ms",
            "$dead_click_visibility_changed_delay_ms",
        ];
        let measured = REACTIONS.iter().filter_map(|name| self.number(name)).any(|delay| delay >= 0.0);
        let clicked = self.number("$dead_click_event_timestamp");
        let changed = self.number("$dead_click_last_mutation_timestamp");
        let before = clicked.zip(changed).map(|(clicked, changed)| clicked - changed);
        !measured && before.is_some_and(|before| (0.0..=SAME_GESTURE_MS).contains(&before))
    }

    /// A path says nothing where the page routes behind the hash.
    fn has_hash_route(&self) -> bool {
        self.text("$current_url").is_some_and(|url| url.contains("#/") || url.contains("#!/"))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(Value::as_str)
    }

    /// A number, also where a sender wrote it as text.
    fn number(&self, name: &str) -> Option<f64> {
        let value = self.properties.get(name)?;
        value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
    }
}

//! The built-in rules, a family a file: names, what they are for, and the anchors that wake them.
//!
//! An anchor is a short literal that every text of the rule contains; one automaton finds all anchors in one pass, and
//! the rule then looks at its surroundings only. Compiled by `compiled`, run by `engine`.

use crate::config::Switch;
use crate::span::Rank;
use crate::window::{Sink, Window};

pub(crate) mod assignment;
pub(crate) mod authorization;
pub(crate) mod aws;
pub(crate) mod card;
pub(crate) mod cloud;
pub(crate) mod email;
pub(crate) mod forges;
pub(crate) mod ip;
pub(crate) mod jwt;
pub(crate) mod messaging;
pub(crate) mod models;
pub(crate) mod phone;
pub(crate) mod private_key;
pub(crate) mod registries;
pub(crate) mod signalbox;
pub(crate) mod signed_link;
pub(crate) mod telemetry;
pub(crate) mod token;
pub(crate) mod url;
pub(crate) mod vendors;

/// One rule as the configuration and the marks name it.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) switch: Switch,
    pub(crate) rank: Rank,
}

impl Rule {
    pub(crate) const fn exact(name: &'static str, about: &'static str) -> Rule {
        Rule { name, about, switch: Switch::On, rank: Rank::Exact }
    }

    pub(crate) const fn generic(name: &'static str, about: &'static str) -> Rule {
        Rule { name, about, switch: Switch::On, rank: Rank::Generic }
    }

    pub(crate) const fn off(self) -> Rule {
        Rule { switch: Switch::Off, ..self }
    }
}

/// How an anchor is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    Folded,
}

/// What an anchor wakes.
#[derive(Clone, Copy)]
pub(crate) enum Matcher {
    /// A prefix followed by a run of one class.
    Token(token::Shape),
    /// A rule that reads its surroundings.
    Call(fn(&Window<'_>, &mut Sink<'_>)),
    /// A private key: the only rule that reads past its line.
    PrivateKey,
}

/// A literal that wakes a rule.
pub(crate) struct Anchor {
    pub(crate) text: &'static str,
    pub(crate) case: Case,
    pub(crate) matcher: Matcher,
}

impl Anchor {
    pub(crate) const fn exact(text: &'static str, call: fn(&Window<'_>, &mut Sink<'_>)) -> Anchor {
        Anchor { text, case: Case::Exact, matcher: Matcher::Call(call) }
    }

    pub(crate) const fn folded(text: &'static str, call: fn(&Window<'_>, &mut Sink<'_>)) -> Anchor {
        Anchor { text, case: Case::Folded, matcher: Matcher::Call(call) }
    }
}

/// The rules of one file. Its anchors are searched for when one of its rules is on.
pub(crate) struct Family {
    pub(crate) rules: &'static [Rule],
    pub(crate) anchors: &'static [Anchor],
}

/// Every family. The order of the rules is the order of their ids.
pub(crate) const FAMILIES: &[&Family] = &[
    &LITERAL,
    &private_key::FAMILY,
    &forges::FAMILY,
    &aws::FAMILY,
    &cloud::FAMILY,
    &models::FAMILY,
    &messaging::FAMILY,
    &registries::FAMILY,
    &telemetry::FAMILY,
    &signalbox::FAMILY,
    &vendors::FAMILY,
    &jwt::FAMILY,
    &url::FAMILY,
    &signed_link::FAMILY,
    &authorization::FAMILY,
    &assignment::FAMILY,
    &card::FAMILY,
    &email::FAMILY,
    &phone::FAMILY,
    &ip::FAMILY,
];

/// Secrets that the configuration lists by value; `literals` searches for them.
pub(crate) const LITERAL_SECRET: &str = "literal-secret";

/// JSON that is nested too deep; `json` cuts it.
pub(crate) const TOO_DEEP: &str = "too-deep";

const LITERAL: Family = Family {
    rules: &[
        Rule::exact(LITERAL_SECRET, "a secret that the configuration lists by value"),
        Rule::exact(TOO_DEEP, "JSON nested deeper than parsers read"),
    ],
    anchors: &[],
};

/// A built-in rule, for lists and help texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// The name in the configuration and in the mark.
    pub name: &'static str,
    /// What it finds.
    pub about: &'static str,
    /// Whether it is on unless the configuration says otherwise.
    pub default: Switch,
}

/// Every built-in rule.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    all_rules().map(|rule| RuleInfo { name: rule.name, about: rule.about, default: rule.switch })
}

pub(crate) fn all_rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.rules)
}

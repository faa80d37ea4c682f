//! What can be wrong with a configuration. Every message names the key and what was expected there; none repeats a
//! secret.

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `rules.NAME` is not a rule.
    #[error("rules.{name}: expected the name of a built-in rule, such as {example}")]
    UnknownRule { name: String, example: &'static str },
    /// A value that does not fit; `expected` says what does.
    #[error("{key}: expected {expected}")]
    Unfit { key: String, expected: String },
    /// A pattern that the `regex` crate refuses, or that compiles to more than the limit.
    #[error("{key}: expected a regular expression of the `regex` crate that compiles within {limit} bytes")]
    Pattern {
        key: String,
        limit: usize,
        #[source]
        source: Box<regex::Error>,
    },
    /// The literals together are too large to search for at once.
    #[error("literals: expected fewer or shorter secrets")]
    Literals(#[source] aho_corasick::BuildError),
    /// The anchors of the rules and keys together are too large to search for at once.
    #[error("keys: expected fewer or shorter keys")]
    Anchors(#[source] aho_corasick::BuildError),
}

impl ConfigError {
    /// The key that is wrong, below the configuration: `rules.nosuch`.
    pub fn key(&self) -> String {
        match self {
            Self::UnknownRule { name, .. } => format!("rules.{name}"),
            Self::Unfit { key, .. } | Self::Pattern { key, .. } => key.clone(),
            Self::Literals(_) => "literals".to_owned(),
            Self::Anchors(_) => "keys".to_owned(),
        }
    }
}

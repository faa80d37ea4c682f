//! What a rule found: where, by which rule, and whether it goes on past what the rule looked at.

use crate::bytes::Class;

/// The place of a rule in the redactor's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleId(pub(crate) u16);

/// How telling a rule's name is: where two rules found the same place, the more telling one names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// The shape alone says what it is.
    Exact,
    /// A rule that the configuration added.
    Custom,
    /// The words around it say that it is some secret.
    Generic,
}

/// What follows the end of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Nothing: the span is all of it.
    Closed,
    /// It may be longer than a rule looks: every further byte of the class goes too.
    While(Class),
    /// The rest of a string up to its closing quote, which this many backslashes escape.
    Quoted { quote: u8, level: u8 },
    /// The lines of a private key, up to its end.
    PrivateKey,
}

/// One thing to remove, in bytes of the buffer at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) rank: Rank,
    pub(crate) rule: RuleId,
    pub(crate) tail: Tail,
}

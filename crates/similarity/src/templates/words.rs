//! Splits a masked text into words and the joints between them.
//!
//! Shared by masking (words as features) and mining (words compared place by place). It must split the same way
//! for ever: template ids depend on it.

use super::recognise::placeholder_length;

/// One word and the joining text in front of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) joint: &'a str,
    pub(super) text: &'a str,
}

pub(super) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        let start = at;
        while at < bytes.len() && is_joint(bytes[at]) && placeholder_length(&bytes[at..]).is_none() {
            at += 1;
        }
        let begin = at;
        while at < bytes.len() {
            match placeholder_length(&bytes[at..]) {
                Some(length) => at += length,
                None if is_joint(bytes[at]) => break,
                None => at += 1,
            }
        }
        (at > begin).then(|| Word { joint: &text[start..begin], text: &text[begin..at] })
    })
}

fn is_joint(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(
            byte,
            b',' | b';'
                | b':'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'='
                | b'|'
                | b'"'
                | b'\''
                | b'`'
                | b'<'
                | b'>'
                | b'#'
        )
}

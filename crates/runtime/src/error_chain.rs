//! Writes an error with its causes, once, for logs and statuses.
//!
//! Errors of this house keep the cause out of their own text, so whoever shows one has to walk the chain.

use std::error::Error;

/// More causes than this are a loop or noise.
const MOST_CAUSES: usize = 16;

/// "could not read: permission denied: …"
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    let mut texts: Vec<String> = Vec::new();
    for text in causes.take(MOST_CAUSES).map(ToString::to_string) {
        // Errors of others say their cause in their own text, too.
        if texts.last().is_none_or(|before| !before.ends_with(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("could not open the store")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn every_cause_is_told_once() {
        let error = Outer(std::io::Error::other("no such disk"));
        assert_eq!(error_chain(&error), "could not open the store: no such disk");
        let twice = Outer(std::io::Error::other(Outer(std::io::Error::other("no such disk"))));
        assert_eq!(error_chain(&twice), "could not open the store: no such disk");
    }
}

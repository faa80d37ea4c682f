//! The mark that stands where something was removed: `[redacted:rule-name]`.
//!
//! Only names of rules of this redactor count, so that a secret cannot hide inside brackets of its own. Marks in the
//! input are left as they are: that is what makes redacting twice the same as redacting once.

use std::ops::Range;

use memchr::memmem;

const OPENING: &str = "[redacted:";

/// The longest rule name, and with it the longest mark.
pub(crate) const LONGEST_NAME: usize = 40;
pub(crate) const LONGEST_MARK: usize = OPENING.len() + LONGEST_NAME + 1;

/// The names that make a mark.
#[derive(Debug)]
pub(crate) struct Marks {
    names: Vec<String>,
    opening: memmem::Finder<'static>,
}

impl Marks {
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Marks {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_unstable();
        Marks { names, opening: memmem::Finder::new(OPENING) }
    }

    /// The end of the mark that starts at `at`.
    pub(crate) fn end_of_mark_at(&self, text: &[u8], at: usize) -> Option<usize> {
        let rest = text.get(at..)?.strip_prefix(OPENING.as_bytes())?;
        let length = rest.iter().take(LONGEST_NAME + 1).position(|byte| *byte == b']')?;
        let name = rest.get(..length)?;
        let known = self.names.binary_search_by(|known| known.as_bytes().cmp(name)).is_ok();
        known.then_some(at + OPENING.len() + length + 1)
    }

    /// Whether the name of a mark starts at `at`.
    pub(crate) fn is_name_at(&self, text: &[u8], at: usize) -> bool {
        let opening = at.checked_sub(OPENING.len());
        opening.is_some_and(|opening| self.end_of_mark_at(text, opening).is_some())
    }

    /// The start of the mark that ends at `at`.
    pub(crate) fn start_of_mark_before(&self, text: &[u8], at: usize) -> Option<usize> {
        if at.checked_sub(1).and_then(|place| text.get(place)) != Some(&b']') {
            return None;
        }
        let floor = at.saturating_sub(LONGEST_MARK);
        let start = floor + memchr::memrchr(b'[', text.get(floor..at)?)?;
        (self.end_of_mark_at(text, start) == Some(at)).then_some(start)
    }

    /// The end of the marks that stand one after the other at `at`; `at` where there is none.
    pub(crate) fn skip(&self, text: &[u8], mut at: usize) -> usize {
        while let Some(end) = self.end_of_mark_at(text, at) {
            at = end;
        }
        at
    }

    /// The first mark that starts at or after `from`.
    pub(crate) fn next(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        let rest = text.get(from..)?;
        self.opening.find_iter(rest).find_map(|place| {
            let start = from + place;
            self.end_of_mark_at(text, start).map(|end| start..end)
        })
    }

    /// Whether a mark overlaps `start..end`.
    pub(crate) fn overlap(&self, text: &[u8], start: usize, end: usize) -> bool {
        let floor = start.saturating_sub(LONGEST_MARK);
        let ceiling = text.len().min(end.saturating_add(LONGEST_MARK));
        let near = text.get(floor..ceiling).unwrap_or_default();
        let mut from = 0;
        while let Some(mark) = self.next(near, from) {
            if floor + mark.start < end && floor + mark.end > start {
                return true;
            }
            from = mark.end;
        }
        false
    }
}

/// The mark of a rule.
pub(crate) fn mark_of(name: &str) -> String {
    format!("{OPENING}{name}]")
}

#[cfg(test)]
mod tests {
    use super::Marks;

    #[test]
    fn only_known_names_make_a_mark() {
        let marks = Marks::new(["email".to_owned(), "jwt".to_owned()]);
        let text = b"a[redacted:email]b[redacted:other]";
        assert_eq!(marks.end_of_mark_at(text, 1), Some(17));
        assert_eq!(marks.end_of_mark_at(text, 18), None);
        assert_eq!(marks.start_of_mark_before(text, 17), Some(1));
        assert_eq!(marks.start_of_mark_before(text, text.len()), None);
        assert_eq!(marks.next(text, 0), Some(1..17));
        assert_eq!(marks.next(text, 2), None);
    }

    #[test]
    fn overlap_is_more_than_touching() {
        let marks = Marks::new(["email".to_owned()]);
        let text = b"ab[redacted:email]cd";
        assert!(marks.overlap(text, 1, 3) && marks.overlap(text, 17, 20) && marks.overlap(text, 0, 20));
        assert!(!marks.overlap(text, 0, 2) && !marks.overlap(text, 18, 20));
    }
}

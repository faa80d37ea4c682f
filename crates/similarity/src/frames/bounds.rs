//! The bounds of every parser: how much of a text is read. Never allocates more than a pointer a line.
//! Called by `parse` before any family sees the text.

/// Beyond this a text is cut: a trace that has not begun by then is not found.
pub const MAX_TEXT_BYTES: usize = 1 << 20;
/// A line is read up to here: long enough for generated C++ names, short enough to match cheaply.
pub const MAX_LINE_BYTES: usize = 4096;
/// Kept after recursion is folded: deeper frames never decide anything.
pub const MAX_FRAMES: usize = 200;
/// More lines than this cannot be a trace that a person or a program will read.
const MAX_LINES: usize = 40_000;

pub(super) struct Bounded<'a> {
    pub(super) lines: Vec<&'a str>,
    pub(super) truncated: bool,
}

/// The lines of a text, each cut, without carriage returns.
pub(super) fn lines(text: &str) -> Bounded<'_> {
    let head = cut(text, MAX_TEXT_BYTES);
    let mut truncated = head.len() < text.len();
    let mut lines = Vec::new();
    for line in head.split('\n') {
        if lines.len() == MAX_LINES {
            truncated = true;
            break;
        }
        let short = cut(line, MAX_LINE_BYTES);
        truncated |= short.len() < line.len();
        lines.push(short.trim_end());
    }
    Bounded { lines, truncated }
}

/// The longest prefix of at most `limit` bytes that ends on a character border.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

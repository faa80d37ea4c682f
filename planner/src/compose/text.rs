//! Other people's words on a page of ours: fenced so that no content can close the fence, and nothing in them unseen. Pure.

/// A fence one longer than the longest run of backticks inside: nothing in it can close it.
pub(crate) fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", shown(text))
}

/// Within a line of ours.
pub(crate) fn inline(text: &str) -> String {
    shown(text).replace(['`', '\n'], " ")
}

/// Control and invisible characters as people can see them.
fn shown(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) { seen.extend(letter.escape_unicode()) } else { seen.push(letter) }
    }
    seen
}

fn is_hidden(letter: char) -> bool {
    let plain = matches!(letter, '\n' | '\t');
    // Soft hyphen, joiners, marks of direction, invisible operators, fillers, variation selectors, tags.
    (letter.is_control() && !plain)
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_content_closes_its_fence() {
        for text in ["a", "```\nrm -rf\n```", "````````", "``` `` `````", "~~~\n<script>\n", "```text\n"] {
            let page = fenced(text);
            let fence = page.lines().next().unwrap().trim_end_matches("text");
            let inside: Vec<&str> = page.lines().skip(1).collect();
            let closing = inside.iter().position(|line| line.trim().starts_with(fence)).unwrap();
            assert_eq!(closing, inside.len() - 1, "{page}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(shown("a\u{200b}b\u{1b}[31m\u{e0041}\r"), "a\\u{200b}b\\u{1b}[31m\\u{e0041}\\u{d}");
        assert_eq!(shown("a\u{2028}b\u{202e}c\u{ad}"), "a\\u{2028}b\\u{202e}c\\u{ad}");
        assert_eq!(inline("a\n`b`"), "a  b ");
    }
}

//! How faces for people look: aligned columns, times as people say them, and nothing passed through to a terminal.
//!
//! What came from a signal or an agent may hold escape sequences that move the cursor, rename the window or turn the text
//! around. Every character that does not simply stand there is shown as its code. Called by every command that prints.

use std::fmt::Write as _;
use std::time::Duration;

use signalbox_domain::time::Timestamp;

/// Longer cells are cut; `show` has the whole.
const WIDEST: usize = 64;

/// One line of plain text, whatever was in it.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_dangerous(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// The lines of a text, each plain and behind a margin, so that none can pose as a line of ours.
pub(crate) fn quoted(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().lines().map(|line| format!("  │ {}", plain(line))).collect();
    lines.join("\n")
}

/// JSON stays JSON, and what a terminal would obey is escaped in it too.
pub(crate) fn plain_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter != '\n' && is_dangerous(letter) {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Control characters of both ranges, marks that turn text around, and characters without a width.
fn is_dangerous(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(letter, '\u{061c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Rows under a head, aligned.
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { head: head.map(str::to_owned).to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: &[String; N]) {
        self.rows.push(cells.iter().map(|cell| cut(&plain(cell))).collect());
    }

    pub(crate) fn text(&self) -> String {
        let rows = || std::iter::once(&self.head).chain(&self.rows);
        let columns = self.head.len();
        let width = |column: usize| rows().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells =
                widths.iter().enumerate().map(|(column, width)| format!("{:<width$}", cell(row, column)));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        rows().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDEST {
        return text.to_owned();
    }
    let mut shown: String = text.chars().take(WIDEST - 1).collect();
    shown.push('…');
    shown
}

/// A list, or what is said where it is empty; and how to go on.
pub(crate) fn list(table: &Table, empty: &str, next: Option<&str>) -> String {
    if table.rows.is_empty() {
        return empty.to_owned();
    }
    let mut text = table.text();
    if let Some(next) = next {
        text.push_str(&format!("\n… more: --after {}", plain(next)));
    }
    text
}

/// Lines of a name and a value.
#[derive(Default)]
pub(crate) struct Facts(String);

impl Facts {
    pub(crate) fn line(&mut self, name: &str, value: impl AsRef<str>) {
        self.raw(&format!("{name:<11} {}", plain(value.as_ref())));
    }

    /// A line that is plain already.
    pub(crate) fn raw(&mut self, line: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(line);
    }

    /// A part of its own, if there is something in it.
    pub(crate) fn part(&mut self, title: &str, text: &str) {
        if !text.is_empty() {
            self.raw(&format!("\n{title}\n{text}"));
        }
    }

    pub(crate) fn text(self) -> String {
        self.0
    }
}

/// `3 min ago`, `in 2 h`.
pub(crate) fn ago(now: Timestamp, at: Timestamp) -> String {
    if at > now { format!("in {}", span(at.since(now))) } else { format!("{} ago", span(now.since(at))) }
}

/// Relative, and absolute for whoever compares it with other things.
pub(crate) fn when(now: Timestamp, at: Timestamp) -> String {
    let mut absolute = Timestamp::from_micros(at.seconds().saturating_mul(1_000_000)).to_string();
    write_relative(&mut absolute, &ago(now, at));
    absolute
}

fn write_relative(absolute: &mut String, relative: &str) {
    // Writing to a String cannot fail.
    if write!(absolute, " ({relative})").is_err() {
        tracing::trace!("a time without its distance");
    }
}

/// A length of time, in its two largest units at most.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_passed_through() {
        let hostile = "a\u{1b}[2J\u{1b}]0;owned\u{7}b\r\nc\u{9b}31m\u{202e}txt\u{200b}\u{7f}\u{e0041}é🚦";
        let shown = plain(hostile);
        assert_eq!(
            shown,
            "a\\u{1b}[2J\\u{1b}]0;owned\\u{7}b\\r\\nc\\u{9b}31m\\u{202e}txt\\u{200b}\\u{7f}\\u{e0041}é🚦"
        );
        assert!(
            !quoted(hostile).contains('\u{1b}')
                && quoted("x\ny").lines().all(|line| line.starts_with("  │ "))
        );
        let json = serde_json::to_string(&serde_json::json!({ "t": hostile })).unwrap();
        let shown = plain_json(&json);
        assert!(!shown.chars().any(is_dangerous), "{shown:?}");
        let back: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(back["t"], hostile, "the same JSON");
    }

    #[test]
    fn columns_are_aligned_and_long_cells_are_cut() {
        let mut table = Table::new(["ID", "TITLE"]);
        table.row(&["a".to_owned(), "x".repeat(100)]);
        table.row(&["long".to_owned(), "two\nlines".to_owned()]);
        let text = table.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "ID    TITLE");
        assert_eq!(lines[1], format!("a     {}…", "x".repeat(63)));
        assert_eq!(lines[2], "long  two\\nlines");
        assert_eq!(list(&Table::new(["ID"]), "none", Some("x")), "none");
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        for (earlier, expect) in [(100, "0 s ago"), (41, "59 s ago"), (-3_500, "1 h ago"), (160, "in 1 min")]
        {
            assert_eq!(ago(at(100), at(earlier)), expect);
        }
        assert_eq!(when(at(200), at(100)), "1970-01-01T00:01:40Z (1 min ago)");
        assert_eq!(span(Duration::from_secs(3 * 86_400)), "3 d");
    }
}

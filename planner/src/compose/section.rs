//! A page in sections, each with who could have written it, and no longer than a reader can take: what is worth least goes
//! first, and the page says what went. Pure.

use signalbox_domain::provenance::Provenance;

use super::text::fenced;

/// Bytes that a token has at least, for text that people write.
const BYTES_A_TOKEN: usize = 3;
/// So few lines of a section are no longer worth its heading.
const FEWEST_LINES: usize = 3;

/// How much a section is worth, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Worth {
    Background,
    Helpful,
    Telling,
    /// Never left out.
    Needed,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Our own words.
    Ours(String),
    /// Others' words, with a line of ours before them.
    Quoted { lead: String, text: String },
}

#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) heading: String,
    pub(crate) body: Body,
    pub(crate) from: Provenance,
    pub(crate) worth: Worth,
}

impl Section {
    fn shown(&self) -> String {
        let by = if self.from == Provenance::Person {
            String::new()
        } else {
            format!(" (written by: {})", self.from)
        };
        let body = match &self.body {
            Body::Ours(text) => text.clone(),
            Body::Quoted { lead, text } if lead.is_empty() => fenced(text),
            Body::Quoted { lead, text } => format!("{lead}\n\n{}", fenced(text)),
        };
        format!("# {}{by}\n\n{body}\n", self.heading)
    }

    /// Half of the quoted lines, or none where they are few.
    fn halve(&mut self) -> bool {
        let Body::Quoted { text, .. } = &mut self.body else { return false };
        let lines: Vec<&str> = text.lines().filter(|line| !is_cut(line)).collect();
        let before = text.lines().find(|line| is_cut(line)).and_then(left_out).unwrap_or_default();
        if lines.len() >= 2 * FEWEST_LINES {
            let kept = lines.len() / 2;
            *text = format!("{}\n{CUT}{} lines", lines[..kept].join("\n"), before + lines.len() - kept);
            return true;
        }
        let longest = lines.iter().map(|line| line.len()).max().unwrap_or_default();
        if longest <= SHORT_LINE {
            return false;
        }
        let cut = lines.iter().map(|line| beginning(line, longest / 2)).collect::<Vec<_>>();
        *text = cut.join("\n");
        true
    }
}

/// Lines that are no longer than this are not cut.
const SHORT_LINE: usize = 200;
/// Begins the line that stands for what was cut.
const CUT: &str = "… left out: ";

fn is_cut(line: &str) -> bool {
    line.starts_with(CUT)
}

fn left_out(line: &str) -> Option<usize> {
    line.strip_prefix(CUT)?.split(' ').next()?.parse().ok()
}

fn beginning(line: &str, most: usize) -> String {
    if line.len() <= most {
        return line.to_owned();
    }
    let mut end = most;
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &line[..end])
}

/// The page, within so many tokens; and what was left out of it.
pub(crate) fn page(mut sections: Vec<Section>, tokens: usize) -> String {
    let room = tokens.saturating_mul(BYTES_A_TOKEN);
    let mut gone: Vec<String> = Vec::new();
    loop {
        let mut page: Vec<String> = sections.iter().map(Section::shown).collect();
        if !gone.is_empty() {
            page.push(format!("# Left out to stay within {tokens} tokens\n\n{}\n", gone.join(", ")));
        }
        let page = page.join("\n");
        if page.len() <= room || !shorten(&mut sections, &mut gone) {
            return page;
        }
    }
}

/// Takes away the least useful of what may go: the last of the sections worth least; of those that must stay, halves the
/// longest.
fn shorten(sections: &mut Vec<Section>, gone: &mut Vec<String>) -> bool {
    let least = sections.iter().enumerate().filter(|(_, one)| one.worth < Worth::Needed);
    if let Some(at) = least.min_by_key(|(at, one)| (one.worth, usize::MAX - at)).map(|(at, _)| at) {
        if sections[at].worth == Worth::Telling && sections[at].halve() {
            return true;
        }
        gone.push(sections.remove(at).heading.to_lowercase());
        return true;
    }
    let mut longest: Vec<usize> = (0..sections.len()).collect();
    longest.sort_by_key(|at| usize::MAX - sections[*at].shown().len());
    longest.into_iter().any(|at| sections[at].halve())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(heading: &str, worth: Worth, lines: usize) -> Section {
        let text = vec!["a line of text"; lines].join("\n");
        let body = Body::Quoted { lead: String::new(), text };
        Section { heading: heading.to_owned(), body, from: Provenance::Stranger, worth }
    }

    #[test]
    fn what_is_worth_least_goes_first_and_is_named() {
        let sections = || {
            vec![
                section("Title", Worth::Needed, 1),
                section("More Samples", Worth::Background, 100),
                section("Stack", Worth::Telling, 100),
                section("Links", Worth::Helpful, 100),
            ]
        };
        let whole = page(sections(), 10_000);
        assert!(!whole.contains("Left out") && whole.contains("# More Samples (written by: stranger)"));
        let less = page(sections(), 1100);
        assert!(less.contains("Left out to stay within 1100 tokens\n\nmore samples\n"), "{less}");
        let least = page(sections(), 300);
        assert!(least.contains("more samples, links") && least.contains("# Stack"), "{least}");
        assert!(least.contains("… left out: 75 lines"), "{least}");
        for (tokens, made) in [(10_000, whole), (1100, less), (300, least)] {
            assert!(made.len() <= tokens * BYTES_A_TOKEN, "{tokens}: {}", made.len());
        }
    }

    #[test]
    fn what_must_stay_is_cut_at_last() {
        let long = Section {
            body: Body::Quoted { lead: String::new(), text: "é".repeat(100_000) },
            ..section("Title", Worth::Needed, 1)
        };
        let made = page(vec![long], 1000);
        assert!(made.len() <= 3000 && made.contains('…'), "{}", made.len());
    }
}

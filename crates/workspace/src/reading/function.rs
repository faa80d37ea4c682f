//! The function around a line, told by how the source is indented: it holds for every language that people indent, and
//! needs no parser a language. Pure.

/// How far up a function's head is looked for.
const FURTHEST: usize = 2_000;

/// Words that begin a block and no function.
const BLOCKS: [&str; 25] = [
    "if", "else", "elif", "elsif", "for", "foreach", "while", "do", "switch", "case", "default", "try",
    "catch", "except", "finally", "with", "using", "match", "loop", "unless", "until", "rescue", "ensure",
    "begin", "return",
];

/// Words that make a line a function's head in languages that have one.
const HEADS: [&str; 7] = ["def", "fn", "func", "function", "fun", "sub", "proc"];

/// A function of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// Lines, counted from one; both belong to it.
    pub first: u32,
    pub last: u32,
}

/// The innermost function that a line is in.
#[must_use]
pub fn enclosing(text: &str, line: u32) -> Option<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let mut depth = depth(lines.get(at)?).unwrap_or(usize::MAX);
    if let Some(name) = head(&lines, at) {
        return function(&lines, at, name);
    }
    for above in (at.saturating_sub(FURTHEST)..at).rev() {
        let Some(of_line) = self::depth(lines[above]).filter(|of_line| *of_line < depth) else { continue };
        if let Some(name) = head(&lines, above) {
            return function(&lines, above, name);
        }
        // A closing bracket, or what goes on from the line before, opens nothing.
        if !lines[above].trim_start().starts_with([')', '}', ']', '{']) {
            depth = of_line;
        }
    }
    None
}

/// Columns before a line's first letter; none for an empty line.
fn depth(line: &str) -> Option<usize> {
    let text = line.trim_start();
    let columns = |c: char| if c == '\t' { 4 } else { 1 };
    (!text.is_empty()).then(|| line[..line.len() - text.len()].chars().map(columns).sum())
}

/// The name of the function that begins in a line.
fn head(lines: &[&str], at: usize) -> Option<String> {
    let line = lines[at].trim();
    let words = || {
        line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).filter(|word| !word.is_empty())
    };
    if words().next().is_some_and(|first| BLOCKS.contains(&first))
        || line.starts_with(['#', '/', '*', '@', '}', '.'])
    {
        return None;
    }
    let before = line.split_once('(').map_or(line, |(before, _)| before);
    let named = |text: &str| {
        let name = text.trim_end().rsplit(|c: char| !(c.is_alphanumeric() || "_$?!".contains(c))).next();
        name.filter(|name| !name.is_empty() && !BLOCKS.contains(name)).map(str::to_owned)
    };
    if words().take(6).any(|word| HEADS.contains(&word)) && (line.contains('(') || line.starts_with("def ")) {
        // `function (a) {` and `func(a)` are named by what they are given to.
        let plain = named(before.split('<').next().unwrap_or(before));
        let receiver = || line.split_once(") ").and_then(|(_, rest)| named(rest.split('(').next()?));
        return match plain {
            Some(name) if HEADS.contains(&name.as_str()) => {
                receiver().filter(|_| name == "func").or_else(|| assigned(before))
            }
            plain => plain,
        };
    }
    let opens = line.ends_with('{') || lines.get(at + 1).is_some_and(|next| next.trim() == "{");
    if opens && line.contains("=>") {
        return assigned(before);
    }
    let is_call = line.ends_with(';') || before.trim_end().ends_with(['=', '.', ',']) || before.contains('"');
    (opens && line.contains('(') && !is_call)
        .then(|| named(before.split('<').next().unwrap_or(before)))
        .flatten()
}

/// `const total = (cart) => {`, `total: function (cart) {`.
fn assigned(before: &str) -> Option<String> {
    let at = before.find(['=', ':'])?;
    let name =
        before[..at].trim_end().rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// To the last line that is further in, with the bracket that closes it.
fn function(lines: &[&str], at: usize, name: String) -> Option<Function> {
    let of_head = depth(lines[at])?;
    let mut last = at;
    for (below, line) in lines.iter().enumerate().skip(at + 1) {
        match depth(line) {
            None => {}
            Some(of_line) if of_line > of_head => last = below,
            Some(_) => {
                let text = line.trim_start();
                let goes_on = text.starts_with(['{', ')', ']']);
                if text.starts_with('}') || text == "end" || goes_on {
                    last = below;
                }
                if !goes_on {
                    break;
                }
            }
        }
    }
    let number = |at: usize| u32::try_from(at + 1).ok();
    Some(Function { name, first: number(at)?, last: number(last)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, line: u32, expect: Option<(&str, u32, u32)>) {
        let found = enclosing(text, line);
        let found = found.as_ref().map(|found| (found.name.as_str(), found.first, found.last));
        assert_eq!(found, expect, "line {line} of\n{text}");
    }

    #[test]
    fn the_function_around_a_line_in_many_languages() {
        check(
            "import x\n\ndef total(cart):\n    if cart:\n        return 1\n    return 0\n\nx = 1\n",
            5,
            Some(("total", 3, 6)),
        );
        check("class Cart:\n    def total(self):\n        return 1\n", 3, Some(("total", 2, 3)));
        check(
            "impl Cart {\n    pub fn total<T>(&self) -> u32 {\n        for x in y {\n            1\n        }\n    }\n}\n",
            4,
            Some(("total", 2, 6)),
        );
        check(
            "class Cart {\n  int total(int a) {\n    while (a > 1) {\n      a--;\n    }\n  }\n}\n",
            4,
            Some(("total", 2, 6)),
        );
        check(
            "public class A\n{\n    public int Total(int a)\n    {\n        return a;\n    }\n}\n",
            5,
            Some(("Total", 3, 6)),
        );
        check("func (c *Cart) Total() int {\n\treturn 1\n}\n", 2, Some(("Total", 1, 3)));
        check("const total = (cart) => {\n  return cart.x;\n};\n", 2, Some(("total", 1, 3)));
        check("def total(cart)\n  cart.each do |x|\n    x\n  end\nend\n", 3, Some(("total", 1, 5)));
        check("const x = 1;\n", 1, None);
        check("a\nb\n", 9, None);
        check("", 1, None);
    }
}

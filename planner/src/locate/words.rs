//! Names and sentences as words: `JSONParserTest`, `json_parser` and "the JSON parser" have words in common. Pure.

/// Shorter words tell nothing apart.
const SHORTEST: usize = 2;

/// The words of a name or a sentence, in order, lower case and without endings.
pub(crate) fn words(text: &str) -> Vec<String> {
    split(text).into_iter().map(|word| stem(&word)).filter(|word| word.len() >= SHORTEST).collect()
}

/// Parts of a name at its humps, digits and signs: `HTTPServer2` is `http`, `server`.
fn split(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let letters: Vec<char> = text.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphabetic() {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let rises = before.is_some_and(|before| before.is_lowercase());
        // The last capital of a run begins the next word: `HTTPServer`.
        let falls = before.is_some_and(|before| before.is_uppercase())
            && after.is_some_and(|after| after.is_lowercase());
        if letter.is_uppercase() && (rises || falls) {
            parts.push(std::mem::take(&mut part));
        }
        part.extend(letter.to_lowercase());
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

/// English plurals and participles without their endings.
fn stem(word: &str) -> String {
    if !word.is_ascii() {
        return word.to_owned();
    }
    let cut = |ending: &str, least: usize| word.strip_suffix(ending).filter(|rest| rest.len() >= least);
    if let Some(rest) = cut("ies", 3) {
        return format!("{rest}y");
    }
    if let Some(rest) = cut("sses", 2) {
        return format!("{rest}ss");
    }
    let cut_one = [("ing", 4), ("ed", 4), ("es", 4), ("s", 3)];
    let plain = cut_one.into_iter().find_map(|(ending, least)| {
        cut(ending, least).filter(|rest| !(ending == "s" && rest.ends_with('s')))
    });
    let plain = plain.unwrap_or(word);
    // `running` and `run`, `caching` and `cache`.
    let plain = plain.strip_suffix('e').filter(|rest| rest.len() >= 3).unwrap_or(plain);
    let letters = plain.as_bytes();
    match letters {
        [.., a, b] if a == b && plain.len() > 4 && plain.len() < word.len() && !b"ls".contains(b) => {
            plain[..plain.len() - 1].to_owned()
        }
        _ => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sentences_have_words_in_common() {
        for (text, expect) in [
            ("HTTPServer2Error", vec!["http", "server", "error"]),
            ("parse_json_list", vec!["pars", "json", "list"]),
            ("getURL", vec!["get", "url"]),
            ("queries of the caches", vec!["query", "of", "the", "cach"]),
            ("stopping", vec!["stop"]),
            ("class", vec!["class"]),
            ("Größe", vec!["größe"]),
            ("a-b", vec![]),
        ] {
            assert_eq!(words(text), expect, "{text}");
        }
    }
}

//! Words of prose as features: function words dropped, endings cut, so that tickets by different people meet.
//! English only; words of other languages pass as they are. Stateless.

use super::Words;

/// Function words and the words every report has: they tell nothing about a cause.
const FUNCTION_WORDS: [&str; 168] = [
    "about", "above", "after", "again", "against", "all", "also", "an", "and", "another", "any", "are",
    "aren", "as", "at", "back", "be", "because", "been", "before", "being", "below", "between", "both",
    "but", "by", "can", "cannot", "could", "couldn", "did", "didn", "do", "does", "doesn", "doing", "don",
    "done", "down", "during", "each", "else", "even", "every", "few", "first", "for", "from", "get", "gets",
    "getting", "go", "goes", "going", "got", "had", "hadn", "has", "hasn", "have", "haven", "having", "he",
    "her", "here", "him", "his", "how", "if", "in", "into", "is", "isn", "it", "its", "just", "last", "like",
    "ll", "made", "make", "makes", "many", "may", "me", "might", "more", "most", "much", "must", "my",
    "need", "needs", "new", "no", "not", "now", "of", "off", "on", "once", "one", "only", "or", "other",
    "our", "out", "over", "own", "per", "re", "same", "see", "seen", "she", "should", "shouldn", "since",
    "so", "some", "still", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "thing", "things", "this", "those", "through", "to", "too", "tried", "try", "trying", "two", "under",
    "until", "up", "us", "use", "used", "uses", "using", "ve", "very", "via", "want", "wants", "was", "wasn",
    "way", "we", "were", "what", "when", "which", "while", "who", "why", "will", "with",
];
const MORE_FUNCTION_WORDS: [&str; 12] =
    ["won", "work", "worked", "working", "works", "would", "wouldn", "yes", "you", "your", "able", "etc"];

/// The stems of a text, in order.
pub(crate) fn stems(text: &str) -> impl Iterator<Item = String> {
    Words::of(text).filter(|w| !is_function_word(w)).map(stem)
}

fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok() || MORE_FUNCTION_WORDS.contains(&word)
}

/// Endings of number, tense and person cut; the rest only has to be the same for the same word.
fn stem(mut word: String) -> String {
    const ENDINGS: [&str; 13] =
        ["ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "edly", "ed", "es", "s", "ly"];
    if !word.is_ascii() {
        return word;
    }
    if let Some(ending) = ENDINGS.iter().find(|e| word.ends_with(**e) && word.len() - e.len() >= 3) {
        word.truncate(word.len() - ending.len());
        if *ending == "ies" || *ending == "ied" {
            word.push('y');
        }
    }
    if word.len() > 3 && word.ends_with('e') {
        word.pop();
    }
    let bytes = word.as_bytes();
    if word.len() > 3 && bytes[word.len() - 1] == bytes[word.len() - 2] && !word.ends_with(['l', 's']) {
        word.pop();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_for_the_search() {
        assert!(FUNCTION_WORDS.is_sorted());
    }

    #[test]
    fn inflected_words_meet() {
        let of = |text: &str| stems(text).collect::<Vec<_>>();
        assert_eq!(of("Invoices were exported"), of("the invoice exporting"));
        assert_eq!(of("mapped queries"), of("map query"));
    }
}

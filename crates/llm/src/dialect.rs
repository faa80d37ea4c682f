//! What is sent and what comes back, in each dialect. Pure: values in, values out. Anything unexpected is no answer.

use serde_json::{Value, json};

use crate::config::Dialect;
use crate::prompt::TASK;

/// A yes, a no or a number, and the little that models put around it.
const ANSWER_TOKENS: u32 = 8;
/// More numbers than any model of embeddings gives.
const MOST_NUMBERS: usize = 16 * 1024;
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// The path below the endpoint's address where a judge is asked.
pub(crate) fn judge_path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Openai => "chat/completions",
        Dialect::Anthropic => "messages",
    }
}

pub(crate) fn judge_body(dialect: Dialect, model: &str, question: &str) -> Value {
    let user = json!({"role": "user", "content": question});
    match dialect {
        Dialect::Openai => json!({
            "model": model, "max_tokens": ANSWER_TOKENS, "temperature": 0,
            "messages": [{"role": "system", "content": TASK}, user],
        }),
        Dialect::Anthropic => json!({
            "model": model, "max_tokens": ANSWER_TOKENS, "temperature": 0,
            "system": TASK, "messages": [user],
        }),
    }
}

/// The words of the one answer.
pub(crate) fn judge_answer(dialect: Dialect, answer: &Value) -> Option<&str> {
    let only = |list: &'static str| match answer.get(list)?.as_array()?.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    match dialect {
        Dialect::Openai => only("choices")?.get("message")?.get("content")?.as_str(),
        Dialect::Anthropic => {
            let block = only("content")?;
            block.get("type").is_some_and(|kind| kind == "text").then_some(())?;
            block.get("text")?.as_str()
        }
    }
}

pub(crate) const EMBEDDINGS_PATH: &str = "embeddings";

pub(crate) fn embeddings_body(model: &str, texts: [&str; 2]) -> Value {
    json!({"model": model, "input": texts, "encoding_format": "float"})
}

/// The cosine of the two embeddings of an answer.
pub(crate) fn cosine(answer: &Value) -> Option<f32> {
    let rows = answer.get("data")?.as_array()?;
    let [_, _] = rows.as_slice() else { return None };
    let numbers = |index: u64| {
        let row = rows.iter().find(|row| row.get("index").and_then(Value::as_u64) == Some(index))?;
        let list = row.get("embedding")?.as_array()?;
        let fits = (1..=MOST_NUMBERS).contains(&list.len());
        fits.then_some(())?;
        list.iter().map(|n| n.as_f64().filter(|n| n.is_finite())).collect::<Option<Vec<f64>>>()
    };
    let (one, other) = (numbers(0)?, numbers(1)?);
    if one.len() != other.len() {
        return None;
    }
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let lengths = (dot(&one, &one) * dot(&other, &other)).sqrt();
    let cosine = dot(&one, &other) / lengths;
    #[expect(clippy::cast_possible_truncation, reason = "between -1 and 1: digits may go, nothing else")]
    cosine.is_finite().then_some(cosine.clamp(-1.0, 1.0) as f32)
}

/// The headers that carry a key.
pub(crate) fn headers(dialect: Dialect, key: Option<&str>) -> Vec<(&'static str, String)> {
    match (dialect, key) {
        (Dialect::Openai, Some(key)) => vec![("authorization", format!("Bearer {key}"))],
        (Dialect::Openai, None) => vec![],
        (Dialect::Anthropic, key) => {
            let version = ("anthropic-version", ANTHROPIC_VERSION.to_owned());
            key.map(|key| ("x-api-key", key.to_owned())).into_iter().chain([version]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_answer_of_the_right_shape_is_read() {
        let openai = |value: &Value| judge_answer(Dialect::Openai, value).map(str::to_owned);
        let good = json!({"choices": [{"message": {"role": "assistant", "content": "no"}}]});
        assert_eq!(openai(&good).as_deref(), Some("no"));
        for odd in [json!({}), json!({"choices": []}), json!({"choices": [{}, {}]}), json!([1]), json!("yes")]
        {
            assert_eq!(openai(&odd), None, "{odd}");
        }
        let anthropic = |value: &Value| judge_answer(Dialect::Anthropic, value).map(str::to_owned);
        assert_eq!(anthropic(&json!({"content": [{"type": "text", "text": "yes"}]})).as_deref(), Some("yes"));
        assert_eq!(anthropic(&json!({"content": [{"type": "tool_use", "text": "yes"}]})), None);
    }

    #[test]
    fn embeddings_are_paired_by_their_index_and_odd_ones_refused() {
        let answer = |one: Value, other: Value| {
            cosine(&json!({"data": [{"index": 1, "embedding": other}, {"index": 0, "embedding": one}]}))
        };
        assert_eq!(answer(json!([1, 0]), json!([2, 0])), Some(1.0));
        assert_eq!(answer(json!([1, 0]), json!([0, 3])), Some(0.0));
        assert_eq!(answer(json!([1, 0]), json!([-1, 0])), Some(-1.0));
        for (one, other) in [
            (json!([]), json!([])),
            (json!([1]), json!([1, 2])),
            (json!([0, 0]), json!([1, 0])),
            (json!(["1"]), json!([1])),
            (json!([1e300, 1e300]), json!([1e300, 1e300])),
        ] {
            assert_eq!(answer(one.clone(), other), None, "{one}");
        }
        assert_eq!(cosine(&json!({"data": [{"index": 0, "embedding": [1]}]})), None);
    }
}

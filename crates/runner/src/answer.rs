//! What a run without a change comes to, and whether an answer is what was asked for. Pure.

use jsonschema::PatternOptions;
use serde_json::Value;
use signalbox_domain::outcome::{Failure, Verdict};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::task::Intent;

/// More of what is wrong helps nobody; an answer may be quoted in it.
const LONGEST_DETAIL: usize = 500;

pub(crate) fn without_change(intent: &Intent, text: Sourced<String>) -> Verdict {
    let unfit = match intent {
        Intent::Answer { schema } => unfit(schema.as_ref(), &text.value),
        Intent::Change | Intent::Investigate => None,
    };
    match unfit {
        None => Verdict::without_change(intent, text),
        Some(detail) => {
            let detail = detail.chars().take(LONGEST_DETAIL).collect();
            Verdict::Failed { failure: Failure::AnswerUnfit { detail } }
        }
    }
}

/// Why an answer is not what was asked for. With a schema, all of it is one JSON document that fits.
fn unfit(schema: Option<&Value>, answer: &str) -> Option<String> {
    if answer.trim().is_empty() {
        return Some("it is empty".to_owned());
    }
    let schema = schema?;
    // Linear patterns, whoever wrote them; and nothing is fetched for a schema.
    let validator = jsonschema::options().with_pattern_options(PatternOptions::regex()).build(schema);
    let validator = match validator {
        Ok(validator) => validator,
        Err(error) => return Some(format!("nothing fits this schema, which is none: {error}")),
    };
    match serde_json::from_str::<Value>(answer) {
        Err(error) => Some(format!("it is no JSON: {error}")),
        Ok(value) => validator.validate(&value).err().map(|error| match error.instance_path().to_string() {
            at if at.is_empty() => error.to_string(),
            at => format!("at {at}: {error}"),
        }),
    }
}

/// What an agent is told of that, below its brief.
pub(crate) fn wanted(intent: &Intent) -> Option<String> {
    let Intent::Answer { schema: Some(schema) } = intent else { return None };
    Some(format!(
        "\n\nPrint one JSON document that fits this JSON schema, and nothing else, to standard output:\n\n{schema:#}\n"
    ))
}

//! What the words for how bad something is mean, whoever's words they are. Called by the formats.

use serde_json::Value;
use signalbox_domain::signal::Severity;

/// A word, or a number where 1 is the worst, as priorities are counted.
pub(super) fn severity(value: &Value) -> Option<Severity> {
    match value {
        Value::String(word) => of_word(word),
        Value::Number(number) => of_number(number.as_u64()?),
        Value::Object(fields) => fields.get("value").or_else(|| fields.get("name")).and_then(severity),
        _ => None,
    }
}

pub(super) fn of_word(word: &str) -> Option<Severity> {
    if word.len() > 32 {
        return None;
    }
    let word = word.trim().to_ascii_lowercase();
    Some(match word.as_str() {
        "fatal" | "critical" | "crit" | "emergency" | "emerg" | "disaster" | "page" | "sev0" | "sev1"
        | "urgent" | "blocker" => Severity::Fatal,
        "error" | "err" | "high" | "major" | "severe" | "sev2" | "alert" | "danger" => Severity::Error,
        "warning" | "warn" | "medium" | "moderate" | "average" | "minor" | "sev3" | "degraded" => {
            Severity::Warning
        }
        "info" | "information" | "informational" | "debug" | "log" | "trace" | "notice" | "note" | "low"
        | "ok" | "none" | "normal" | "sev4" | "sev5" => Severity::Info,
        _ => return of_number(word.trim_start_matches('p').parse().ok()?),
    })
}

fn of_number(number: u64) -> Option<Severity> {
    Some(match number {
        0 | 1 => Severity::Fatal,
        2 => Severity::Error,
        3 => Severity::Warning,
        4 | 5 => Severity::Info,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_and_numbers() {
        for (value, expect) in [
            (json!("Critical"), Some(Severity::Fatal)),
            (json!(" warn "), Some(Severity::Warning)),
            (json!("P2"), Some(Severity::Error)),
            (json!(4), Some(Severity::Info)),
            (json!({"value": "high"}), Some(Severity::Error)),
            (json!("9"), None),
            (json!(-1), None),
            (json!("p"), None),
            (json!("mauve"), None),
            (json!([]), None),
        ] {
            assert_eq!(severity(&value), expect, "{value}");
        }
    }
}

//! How deep a JSON text or value is nested. Texts are measured before a tree is made of them, without recursion.
//! Called by every format.

use serde_json::Value;

use crate::observation::Unreadable;

pub(super) fn too_deep() -> Unreadable {
    Unreadable::field("$", "at most 64 levels of nesting")
}

/// Refuses a text with more open brackets at once than `limit`. What is no JSON may pass: its parser refuses it.
pub(super) fn check(bytes: &[u8], limit: usize) -> Result<(), Unreadable> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > limit {
                    return Err(too_deep());
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at = after_string(bytes, at + 1).unwrap_or(bytes.len()) - 1,
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// The place after the quote that ends the string whose content begins at `at`; None where none ends it.
pub(super) fn after_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(found) == Some(&b'"') {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

/// Recursion ends at the limit, whatever comes.
pub(super) fn is_deeper_than(value: &Value, limit: usize) -> bool {
    match value {
        Value::Array(items) => limit == 0 || items.iter().any(|item| is_deeper_than(item, limit - 1)),
        Value::Object(fields) => limit == 0 || fields.values().any(|field| is_deeper_than(field, limit - 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_measures_agree() {
        for depth in 0..6 {
            let value = (0..depth).fold(json!("[[[[[["), |inner, n| match n % 2 {
                0 => json!({"a\"[": inner, "b": "\\"}),
                _ => json!([inner, "}}", 1]),
            });
            let text = value.to_string();
            for limit in 0..6 {
                let says_text = check(text.as_bytes(), limit).is_err();
                assert_eq!(says_text, depth > limit, "{text} {limit}");
                assert_eq!(is_deeper_than(&value, limit), depth > limit, "{text} {limit}");
            }
        }
    }

    #[test]
    fn a_torn_text_ends() {
        for torn in [&b"\""[..], b"\"\\", b"\"\\\"", b"{\"a", b"]]]", b""] {
            assert_eq!(check(torn, 3), Ok(()));
        }
    }
}

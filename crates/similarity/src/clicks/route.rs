//! Turns an address or path into a route: what stays the same when another order, user or page is shown.
//!
//! The query and the host go; a client-side route behind `#/` stays. Segments that name one thing become `:id`.
//! Normalising a route again changes nothing. Called by `click` and by grouping.

use crate::templates::mask;

const MAX_SEGMENTS: usize = 16;
const MAX_SEGMENT: usize = 64;

/// The route of a URL or path; `/` when there is none.
#[must_use]
pub fn normalize_route(url_or_path: &str) -> String {
    let path = path_of(url_or_path.trim());
    let mut route = String::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()).take(MAX_SEGMENTS) {
        route.push('/');
        route.push_str(&normalize_segment(segment));
    }
    if route.is_empty() { "/".to_owned() } else { route }
}

/// The path behind the host, or the hash route if there is one.
fn path_of(text: &str) -> &str {
    let behind_scheme = match text.find("://") {
        Some(at) if !text[..at].contains(['/', '?', '#']) => {
            let host = &text[at + 3..];
            host.find(['/', '?', '#']).map_or("", |end| &host[end..])
        }
        _ => text,
    };
    match behind_scheme.split_once('#') {
        Some((_, hash)) if hash.starts_with('/') || hash.starts_with("!/") => {
            let hash = hash.trim_start_matches('!');
            hash.split(['?', '#']).next().unwrap_or_default()
        }
        _ => behind_scheme.split(['?', '#']).next().unwrap_or_default(),
    }
}

fn normalize_segment(segment: &str) -> String {
    if segment == ":id" || is_version(segment) {
        return segment.to_owned();
    }
    let is_long = segment.chars().count() > MAX_SEGMENT;
    let is_encoded = segment.contains("%40") || segment.contains('@');
    if is_long || is_encoded || names_one_thing(segment) { ":id".to_owned() } else { segment.to_owned() }
}

/// `v1`, `v2beta`: part of an interface, not a thing.
fn is_version(segment: &str) -> bool {
    let rest = segment.strip_prefix('v').unwrap_or_default();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&digits) && matches!(&rest[digits..], "" | "alpha" | "beta")
}

/// Nothing but a value, or a name with a number of at least three digits (`shirt-8842`, `inv_20240301`).
fn names_one_thing(segment: &str) -> bool {
    if !segment.bytes().any(|byte| byte.is_ascii_digit()) {
        return mask(segment).text == "<hex>";
    }
    let masked = mask(segment).text;
    let is_value = masked.starts_with('<') && masked.ends_with('>') && masked.matches('<').count() == 1;
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    is_value || digits >= 3
}

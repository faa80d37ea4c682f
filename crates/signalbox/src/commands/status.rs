//! `signalbox status`: how the house is. `signalbox sign-in`: a fresh link for a browser.

use serde_json::Value;
use signalbox_control::views::SignInLink;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::Face;
use crate::cli::Ask;
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{plain, when};

pub(crate) async fn run(ask: &Ask, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(ask, settings).await?;
    let told = face.client.get("/status").await;
    let who = match face.client.server() {
        Some(server) => format!("server      {}", server.base()),
        None => "server      none; this command looks into the database itself".to_owned(),
    };
    let done = told.and_then(|told| face.show(&told, |status: &Value, _| format!("{who}\n{}", text(status))));
    face.close(done).await
}

/// A name and a value a line; what is within something stands behind it.
fn text(status: &Value) -> String {
    let mut lines = Vec::new();
    flatten("", status, &mut lines);
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(11);
    let line = |(name, value): &(String, String)| format!("{:<width$} {}", plain(name), plain(value));
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn flatten(name: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    let within = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name} {part}") };
    match value {
        Value::Object(parts) => parts.iter().for_each(|(part, value)| flatten(&within(part), value, lines)),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items
                .iter()
                .enumerate()
                .for_each(|(n, value)| flatten(&within(&(n + 1).to_string()), value, lines));
        }
        Value::Array(items) if !items.is_empty() => {
            lines.push((name.to_owned(), items.iter().map(word).collect::<Vec<_>>().join(", ")));
        }
        Value::Array(_) | Value::Null => {}
        other => lines.push((name.to_owned(), word(other))),
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) async fn sign_in(ask: &Ask, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(ask, settings).await?;
    let done = match face.client.server() {
        Some(server) => {
            let base = server.base().to_owned();
            let told = face.client.post("/sign-in-links", &serde_json::json!({})).await;
            told.and_then(|told| face.show(&told, |link: &SignInLink, now| link_text(&base, link, now)))
        }
        None => Err(Failure::new(
            ExitCode::Unreachable,
            "no server is running here: signalbox up starts one and prints a link",
        )),
    };
    face.close(done).await
}

fn link_text(base: &str, link: &SignInLink, now: Timestamp) -> String {
    format!("{base}{}\n# signs a browser in once; ends {}", plain(&link.path), when(now, link.expires_at))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_status_is_lines_of_names_and_values() {
        let status = json!({"version": "1", "parts": [{"name": "store", "ready": true}], "roles": ["a", "b"], "degraded": []});
        let shown = text(&status);
        assert!(shown.contains("parts 1 name  store") && shown.contains("roles         a, b"), "{shown}");
        assert!(!shown.contains("degraded"), "{shown}");
    }
}

//! `signalbox secret set|list|remove`. A value comes by standard input: an argument would stand in the list of
//! processes and in the shell's history.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signalbox_control::views::{HiddenText, Listing, NewSecret, SECRET_LIMIT, SecretEncoding, SecretLine};
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;
use zeroize::Zeroizing;

use super::face::Face;
use crate::cli::{SecretCommand, Secrets};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Table, list, when};

pub(crate) async fn run(secrets: &Secrets, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&secrets.ask, settings).await?;
    let done = ask(&face, &secrets.command).await;
    face.close(done).await
}

async fn ask(face: &Face, command: &SecretCommand) -> Result<(), Failure> {
    match command {
        SecretCommand::Set { name } => {
            let told = face.client.post("/secrets", &wish(name, &value()?)).await?;
            face.show_or(&told, &format!("{name} is kept"), nothing)
        }
        SecretCommand::List => {
            let told = face.client.get("/secrets").await?;
            face.show(&told, lines)
        }
        SecretCommand::Remove { name } => {
            let path = format!("/secrets/{name}/remove");
            let told = face.client.post(&path, &serde_json::json!({})).await?;
            face.show_or(&told, &format!("{name} is forgotten"), nothing)
        }
    }
}

/// Text where it is text; anything else as the bytes that it is.
fn wish(name: &Label, value: &[u8]) -> NewSecret {
    let (value, encoding) = match std::str::from_utf8(value) {
        Ok(text) => (text.to_owned(), SecretEncoding::Text),
        Err(_) => (STANDARD.encode(value), SecretEncoding::Base64),
    };
    NewSecret { name: name.clone(), value: HiddenText::from(Zeroizing::new(value)), encoding }
}

fn nothing(_answer: &serde_json::Value, _now: Timestamp) -> String {
    String::new()
}

fn lines(listing: &Listing<SecretLine>, now: Timestamp) -> String {
    let mut table = Table::new(["SECRET", "MADE", "CHANGED"]);
    for secret in &listing.items {
        table.row(&[secret.name.to_string(), when(now, secret.made_at), when(now, secret.changed_at)]);
    }
    list(&table, "no secrets yet: signalbox secret set NAME < FILE", listing.next.as_deref())
}

/// Standard input, without the line break at its end.
fn value() -> Result<Zeroizing<Vec<u8>>, Failure> {
    // The largest, a line break of two letters, and one more that says that there is more.
    const MOST: usize = SECRET_LIMIT + 3;
    let mut value = Zeroizing::new(Vec::with_capacity(MOST));
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    std::io::stdin().lock().take(most).read_to_end(&mut value)?;
    let goes_on = value.len() == MOST;
    while value.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        value.pop();
    }
    let usage = |line: &str| Err(Failure::new(ExitCode::Usage, line));
    match value.len() {
        length if goes_on || length > SECRET_LIMIT => usage("expected at most 64 KiB on standard input"),
        0 => usage("expected the value on standard input, got nothing"),
        _ => Ok(value),
    }
}

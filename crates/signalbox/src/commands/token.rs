//! `signalbox token create|list|revoke`.

use signalbox_control::views::{Listing, NewTokenAsk, TokenMade, TokenRevoked, TokensAsk};
use signalbox_domain::access::Token;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use crate::cli::{TokenCommand, Tokens};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Table, list, when};

pub(crate) async fn run(tokens: &Tokens, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&tokens.ask, settings).await?;
    let done = ask(&face, &tokens.command).await;
    face.close(done).await
}

async fn ask(face: &Face, command: &TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Create { name, role, days, project } => {
            let wish = NewTokenAsk { name: name.clone(), role: *role, days: *days, project: project.clone() };
            let told = face.client.post("/tokens", &wish).await?;
            face.show(&told, made_text)
        }
        TokenCommand::List { page } => {
            let wish = TokensAsk { after: after(page)?, limit: page.limit };
            let told = face.client.get(&query("/tokens", &wish)?).await?;
            face.show(&told, lines)
        }
        TokenCommand::Revoke { id } => {
            let told = face.client.post(&format!("/tokens/{id}/revoke"), &serde_json::json!({})).await?;
            face.show(&told, |revoked: &TokenRevoked, now| match revoked {
                TokenRevoked::Now => format!("{id} is revoked"),
                TokenRevoked::Before { at } => format!("{id} was revoked already, {}", when(now, *at)),
            })
        }
    }
}

fn made_text(made: &TokenMade, _now: Timestamp) -> String {
    let TokenMade { token, secret } = made;
    format!("{}\n# {} for {}, role {}; shown this once", secret.reveal(), token.id, token.name, token.role)
}

fn lines(listing: &Listing<Token>, now: Timestamp) -> String {
    let mut table = Table::new(["TOKEN", "ROLE", "NAME", "STATE"]);
    for token in &listing.items {
        let state = match (token.revoked_at, token.expires_at) {
            (Some(at), _) => format!("revoked {at}"),
            (None, Some(at)) if at <= now => format!("ended {at}"),
            (None, Some(at)) => format!("good until {at}"),
            (None, None) => "good".to_owned(),
        };
        table.row(&[token.id.to_string(), token.role.to_string(), token.name.to_string(), state]);
    }
    list(&table, "no tokens yet: signalbox token create NAME --role ROLE", listing.next.as_deref())
}

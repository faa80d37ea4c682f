//! `signalbox token create|list|revoke`, on the store itself: whoever can open it is its admin.

use std::time::Duration;

use signalbox_control::{Access, TokenWish, local};
use signalbox_domain::access::{Scope, Token};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;
use signalbox_store::{Page, Store};

use crate::cli::TokenCommand;
use crate::fail::Failure;
use crate::out::say;
use crate::settings::Settings;
use crate::wiring;

const DAY: Duration = Duration::from_secs(24 * 3600);
const SHOWN: u32 = 200;

pub(crate) async fn run(command: &TokenCommand, settings: Settings) -> Result<ExitCode, Failure> {
    let base = wiring::base()?;
    let store = Store::open(&settings.store).await?;
    let access = Access::new(store.clone(), base.clock.clone(), base.ids);
    match command {
        TokenCommand::Create { name, role, days } => {
            let lives = days.map(|days| DAY * days);
            let wish = TokenWish { name: name.clone(), role: *role, scope: Scope::Everything, lives };
            let made = access.token_make_for(&local(), wish).await?;
            say(format_args!("{}", *made.secret))?;
            say(format_args!(
                "# {} for {}, role {}; shown this once",
                made.token.id, made.token.name, made.token.role
            ))?;
        }
        TokenCommand::List => {
            for token in access.tokens_list(&local(), Page::first(SHOWN)).await? {
                say(format_args!("{}", line(&token, base.clock.now())))?;
            }
        }
        TokenCommand::Revoke { id } => {
            access.token_revoke(&local(), *id).await?;
            say(format_args!("{id} is revoked"))?;
        }
    }
    store.close().await;
    Ok(ExitCode::Done)
}

fn line(token: &Token, now: Timestamp) -> String {
    let state = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if at <= now => format!("ended {at}"),
        (None, Some(at)) => format!("good until {at}"),
        (None, None) => "good".to_owned(),
    };
    format!("{}  {:<8}  {:<24}  {state}", token.id, token.role, token.name)
}

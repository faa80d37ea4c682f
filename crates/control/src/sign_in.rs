//! Signing a browser in: a code that works once, within ten minutes, and becomes a session.
//!
//! A session is a token of its own with the rights of whoever made the link. It ends no later than the token that made it,
//! be that by its time or by revocation, so that nobody's rights outlive what they were given. Codes are kept in memory, hashed, and few: a restart forgets
//! them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use signalbox_domain::access::{Action, Actor, Denied};
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource};
use signalbox_store::Store;

use crate::Problem;
use crate::access::{Access, AccessError, NewToken, Refused, TokenWish, local};
use crate::views::SignInLink;

/// A link works for so long, once.
pub const LINK_LIVES: Duration = Duration::from_secs(10 * 60);
/// A browser stays signed in for so long.
pub const SESSION_LIVES: Duration = Duration::from_secs(7 * 24 * 3600);
/// Links that wait to be used; more are refused.
const LINKS_KEPT: usize = 200;

type Codes = HashMap<[u8; 32], Pending>;

struct Pending {
    actor: Actor,
    until: Timestamp,
}

/// Clones share the codes.
#[derive(Clone)]
pub struct SignIn {
    access: Access,
    store: Store,
    clock: Clock,
    ids: IdSource,
    codes: Arc<Mutex<Codes>>,
}

impl SignIn {
    pub fn new(store: Store, clock: Clock, ids: IdSource) -> Self {
        let access = Access::new(store.clone(), clock.clone(), ids.clone());
        Self { access, store, clock, ids, codes: Arc::default() }
    }

    /// A link for this very actor. Machines have no browser.
    pub fn link(&self, actor: &Actor) -> Result<SignInLink, Problem> {
        if !actor.role.may(Action::Read) {
            return Err(Denied::Role { role: actor.role, action: Action::Read }.into());
        }
        let (now, code) = (self.clock.now(), self.ids.token_secret());
        let until = now.plus(LINK_LIVES);
        let mut codes = self.codes();
        codes.retain(|_, pending| now < pending.until);
        if codes.len() >= LINKS_KEPT {
            return Err(Problem::TooMany(format!("{LINKS_KEPT} sign-in links wait to be used")));
        }
        codes.insert(hash(code.reveal()), Pending { actor: actor.clone(), until });
        Ok(SignInLink { path: format!("/sign-in?code={}", code.reveal()), expires_at: until })
    }

    /// Makes a session of a code; the second time the code is not known.
    pub async fn redeem(&self, code: &str) -> Result<NewToken, Problem> {
        let now = self.clock.now();
        let pending = self.codes().remove(&hash(code)).ok_or(Refused::Unknown)?;
        if now >= pending.until {
            return Err(Refused::Ended.into());
        }
        let maker = pending.actor;
        let lives = self.left_of(&maker, now).await?.map_or(SESSION_LIVES, |left| left.min(SESSION_LIVES));
        let wish = TokenWish {
            name: session_name(&maker),
            role: maker.role,
            scope: maker.scope,
            lives: Some(lives),
            parent: (maker.token != local().token).then_some(maker.token),
        };
        Ok(self.access.token_make(wish).await?)
    }

    /// How long the maker's own token still lives; none where it has no end.
    async fn left_of(&self, maker: &Actor, now: Timestamp) -> Result<Option<Duration>, AccessError> {
        if maker.token == local().token {
            return Ok(None);
        }
        let token = self.store.token_show(maker.token).await?.ok_or(Refused::Unknown)?;
        if !token.is_good_at(now) {
            return Err(Refused::Ended.into());
        }
        Ok(token.expires_at.map(|end| end.since(now)))
    }

    fn codes(&self) -> MutexGuard<'_, Codes> {
        // Entries go in and out whole, so a panic elsewhere leaves a valid map.
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// "ada" signs in as "ada/session"; a session that makes another keeps its name.
fn session_name(maker: &Actor) -> Label {
    const END: &str = "/session";
    let name = maker.name.as_str();
    if name.ends_with(END) {
        return maker.name.clone();
    }
    format!("{name}{END}").parse().unwrap_or_else(|_| maker.name.clone())
}

/// 256 random bits: looking a hash up tells nobody a part of the code.
fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(code.as_bytes()).into()
}

#[cfg(test)]
mod tests;

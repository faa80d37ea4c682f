//! Who is it, and may they? Tokens are made, known again by their hash, limited by role and scope, and revoked.
//!
//! The secret of a token is shown once, when it is made. Nobody is trusted for the address they come from.

use std::sync::LazyLock;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use signalbox_domain::access::{Action, Actor, Denied, Role, Scope, Target, Token};
use signalbox_domain::ids::TokenId;
use signalbox_domain::names::Label;
use signalbox_runtime::{Clock, IdSource};
use signalbox_store::control::Revoked;
use signalbox_store::{Page, Store, StoreError};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Problem;
use crate::reads::{listing, page};
use crate::views::{Listing, NewTokenAsk, TokenMade, TokenRevoked, TokensAsk};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What a token shall be.
#[derive(Debug, Clone)]
pub struct TokenWish {
    pub name: Label,
    pub role: Role,
    pub scope: Scope,
    /// None: until it is revoked.
    pub lives: Option<Duration>,
    /// Whose rights these are; None for a token in its own right.
    pub parent: Option<TokenId>,
}

/// A token just made; its secret is shown to whoever asked for it, and then forgotten.
#[derive(Debug)]
pub struct NewToken {
    pub token: Token,
    pub secret: Zeroizing<String>,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("no token was given")]
    Missing,
    #[error("this token is not known")]
    Unknown,
    #[error("this token has ended or was revoked")]
    Ended,
}

#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("reading or writing tokens")]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct Access {
    store: Store,
    clock: Clock,
    ids: IdSource,
}

impl Access {
    pub fn new(store: Store, clock: Clock, ids: IdSource) -> Self {
        Self { store, clock, ids }
    }

    /// Makes a token. Whoever calls this decides that it may be made: the first one is made by the server itself.
    pub async fn token_make(&self, wish: TokenWish) -> Result<NewToken, AccessError> {
        let now = self.clock.now();
        let random = self.ids.token_secret();
        let secret = Zeroizing::new(format!("sbx_{}_{}", wish.role.name(), random.reveal()));
        let token = Token {
            id: self.ids.next::<TokenId>(),
            name: wish.name,
            role: wish.role,
            scope: wish.scope,
            made_at: now,
            expires_at: wish.lives.map(|span| now.plus(span)),
            revoked_at: None,
            used_at: None,
            parent: wish.parent,
        };
        self.store.token_put(&token, &hash(&secret)).await?;
        Ok(NewToken { token, secret })
    }

    /// Who holds this secret.
    pub async fn authenticate(&self, secret: Option<&str>) -> Result<Actor, AccessError> {
        let secret = secret.ok_or(Refused::Missing)?;
        let now = self.clock.now();
        let token = self.store.token_by_hash(&hash(secret)).await?.ok_or(Refused::Unknown)?;
        if !token.is_good_at(now) {
            return Err(Refused::Ended.into());
        }
        self.store.token_used(&token, now).await?;
        Ok(Actor { token: token.id, name: token.name, role: token.role, scope: token.scope })
    }

    /// A page of tokens, without secrets, to somebody who may manage access.
    pub async fn tokens_list(&self, actor: &Actor, page: Page<TokenId>) -> Result<Vec<Token>, AccessError> {
        actor.authorize(Action::ManageAccess, Target::System)?;
        Ok(self.store.tokens_list(page).await?)
    }

    /// The same, as a face is asked for it.
    pub async fn tokens(&self, actor: &Actor, ask: &TokensAsk) -> Result<Listing<Token>, Problem> {
        actor.authorize(Action::ManageAccess, Target::System)?;
        let (page, shown) = page(ask.after, ask.limit)?;
        Ok(listing(self.tokens_list(actor, page).await?, shown, |token| token.id))
    }

    /// Makes a token for somebody who may manage access.
    pub async fn token_make_for(&self, actor: &Actor, wish: TokenWish) -> Result<NewToken, AccessError> {
        actor.authorize(Action::ManageAccess, Target::System)?;
        self.token_make(wish).await
    }

    /// The same, as a face is asked for it.
    pub async fn token_order(&self, actor: &Actor, ask: NewTokenAsk) -> Result<TokenMade, Problem> {
        actor.authorize(Action::ManageAccess, Target::System)?;
        if ask.role == Role::Run {
            return Err(Problem::invalid("role", "viewer, engineer, operator, admin or runner"));
        }
        if ask.days == Some(0) {
            return Err(Problem::invalid("days", "a number from 1, or nothing"));
        }
        let lives = ask.days.map(|days| DAY * days);
        let scope = match &ask.project {
            None => Scope::Everything,
            // What leases runs works on those of every project.
            Some(_) if ask.role == Role::Runner => {
                return Err(Problem::invalid("project", "nothing for a runner"));
            }
            Some(name) => {
                let found = self.store.project_find(name).await?;
                Scope::Project { project: found.ok_or_else(|| Problem::missing("project", name))?.id }
            }
        };
        let wish = TokenWish { name: ask.name, role: ask.role, scope, lives, parent: None };
        let made = self.token_make(wish).await?;
        Ok(TokenMade { token: made.token, secret: made.secret.into() })
    }

    /// Ends a token, as a face is asked for it.
    pub async fn token_end(&self, actor: &Actor, token: TokenId) -> Result<TokenRevoked, Problem> {
        Ok(match self.token_revoke(actor, token).await? {
            Revoked::Now => TokenRevoked::Now,
            Revoked::Before { at } => TokenRevoked::Before { at },
        })
    }

    pub async fn token_revoke(&self, actor: &Actor, token: TokenId) -> Result<Revoked, AccessError> {
        actor.authorize(Action::ManageAccess, Target::System)?;
        Ok(self.store.token_revoke(token, self.clock.now()).await?)
    }
}

/// Whoever can open the database's file itself is its admin already.
pub fn local() -> Actor {
    Actor {
        token: TokenId::from_uuid(Uuid::nil()),
        name: LOCAL.clone(),
        role: Role::Admin,
        scope: Scope::Everything,
    }
}

#[expect(clippy::expect_used, reason = "the text is a label: a test makes it")]
static LOCAL: LazyLock<Label> = LazyLock::new(|| "local".parse().expect("a label"));

/// A token's secret has 256 random bits: one round of SHA-256 hides it, and looking it up tells nobody a part of it.
fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests;

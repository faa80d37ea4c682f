//! Tokens, each as the hash of its secret. A revoked token stays a row, so that its use can be told from a wrong one.

use std::time::Duration;

use signalbox_domain::access::Token;
use signalbox_domain::ids::TokenId;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::row::TokenRow;
use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{execute, fetch_all, fetch_optional};

/// A token that is used all day is written down once in so long.
const USED_EVERY: Duration = Duration::from_secs(60);

/// What a revocation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    Now,
    Before { at: Timestamp },
}

struct RevokedRow {
    revoked_at: Option<i64>,
}

impl Store {
    /// Keeps a new token. The same id again changes nothing: what a token may do never changes.
    pub async fn token_put(&self, token: &Token, hash: &[u8; 32]) -> Result<(), StoreError> {
        let scope = column::form(&token.scope)?;
        let mut step = self.write(Method::TokenPut).await?;
        execute!(
            step,
            "queries/control/token_insert.sqlite.sql",
            "queries/control/token_insert.postgres.sql",
            token.id.uuid(),
            token.name.as_str(),
            token.role.name(),
            scope,
            hash.as_slice(),
            token.made_at.micros(),
            token.expires_at.map(Timestamp::micros),
            token.revoked_at.map(Timestamp::micros),
            token.used_at.map(Timestamp::micros),
            token.parent.map(Uuid::from)
        )?;
        step.commit().await
    }

    /// The token of this hash, be it good or not: `Token::is_good_at` tells. It counts as revoked with its maker also where
    /// it was made at the very moment of that.
    pub async fn token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let mut step = self.read(Method::TokenByHash).await?;
        let row = fetch_optional!(
            step,
            TokenRow,
            "queries/control/token_by_hash.sqlite.sql",
            "queries/control/token_by_hash.postgres.sql",
            hash.as_slice()
        )?;
        row.map(Token::try_from).transpose()
    }

    /// The token of this id, be it good or not.
    pub async fn token_show(&self, id: TokenId) -> Result<Option<Token>, StoreError> {
        let mut step = self.read(Method::TokenShow).await?;
        let row = fetch_optional!(
            step,
            TokenRow,
            "queries/control/token_show.sqlite.sql",
            "queries/control/token_show.postgres.sql",
            id.uuid()
        )?;
        row.map(Token::try_from).transpose()
    }

    /// A page of tokens, the newest first.
    pub async fn tokens_list(&self, page: Page<TokenId>) -> Result<Vec<Token>, StoreError> {
        let mut step = self.read(Method::TokensList).await?;
        let rows = fetch_all!(
            step,
            TokenRow,
            "queries/control/tokens_list.sqlite.sql",
            "queries/control/tokens_list.postgres.sql",
            page.before.map(Uuid::from),
            limit(page.size)
        )?;
        rows.into_iter().map(Token::try_from).collect()
    }

    /// Ends a token for good, and those that were made with it. A second time changes nothing and says when the first was.
    pub async fn token_revoke(&self, id: TokenId, now: Timestamp) -> Result<Revoked, StoreError> {
        let mut step = self.write(Method::TokenRevoke).await?;
        let before = fetch_optional!(
            step,
            RevokedRow,
            "queries/control/token_revoked_at.sqlite.sql",
            "queries/control/token_revoked_at.postgres.sql",
            id.uuid()
        )?;
        execute!(
            step,
            "queries/control/token_revoke.sqlite.sql",
            "queries/control/token_revoke.postgres.sql",
            id.uuid(),
            now.micros()
        )?;
        step.commit().await?;
        match before {
            Some(RevokedRow { revoked_at: None }) => Ok(Revoked::Now),
            Some(RevokedRow { revoked_at: Some(at) }) => {
                Ok(Revoked::Before { at: Timestamp::from_micros(at) })
            }
            None => Err(StoreError::Missing { what: "token", id: id.to_string() }),
        }
    }

    /// Notes that a token was used; once a minute at most, and no transaction where the token as read says it was.
    pub async fn token_used(&self, token: &Token, now: Timestamp) -> Result<(), StoreError> {
        let due = now.minus(USED_EVERY);
        if token.used_at.is_some_and(|at| at > due) {
            return Ok(());
        }
        let mut step = self.write(Method::TokenUsed).await?;
        execute!(
            step,
            "queries/control/token_used.sqlite.sql",
            "queries/control/token_used.postgres.sql",
            token.id.uuid(),
            now.micros(),
            due.micros()
        )?;
        step.commit().await
    }
}

//! `/tokens`: who has access. The secret of a token is in the answer that made it, and nowhere else.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::views::{Listing, NewTokenAsk, TokenMade, TokenRevoked, TokensAsk};
use signalbox_domain::access::Token;
use signalbox_domain::ids::TokenId;

use super::House;
use crate::extract::{Asked, JsonBody, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<TokensAsk>,
) -> Result<Json<Listing<Token>>, Failure> {
    Ok(Json(house.access.tokens(&actor, &ask).await?))
}

pub(super) async fn make(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(ask): JsonBody<NewTokenAsk>,
) -> Result<(StatusCode, Json<TokenMade>), Failure> {
    Ok((StatusCode::CREATED, Json(house.access.token_order(&actor, ask).await?)))
}

pub(super) async fn revoke(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<TokenId>,
) -> Result<Json<TokenRevoked>, Failure> {
    Ok(Json(house.access.token_end(&actor, id).await?))
}

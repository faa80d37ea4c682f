//! `/people`: the team, and by what its commits are recognised.

use axum::Json;
use axum::extract::State;
use signalbox_control::views::{Listing, PersonLine, PutPerson};

use super::House;
use crate::extract::{JsonBody, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
) -> Result<Json<Listing<PersonLine>>, Failure> {
    Ok(Json(house.people.list(&actor).await?))
}

pub(super) async fn put(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(ask): JsonBody<PutPerson>,
) -> Result<Json<PersonLine>, Failure> {
    Ok(Json(house.people.put(&actor, &ask).await?))
}

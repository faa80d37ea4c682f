//! `/suppressions`: people's rules that keep signals away from work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::views::{Listing, NewSuppression, SuppressionLine, SuppressionMade, SuppressionsAsk};
use signalbox_domain::ids::SuppressionId;

use super::House;
use crate::extract::{Asked, JsonBody, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<SuppressionsAsk>,
) -> Result<Json<Listing<SuppressionLine>>, Failure> {
    Ok(Json(house.reads.suppressions(&actor, &ask).await?))
}

pub(super) async fn make(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(ask): JsonBody<NewSuppression>,
) -> Result<(StatusCode, Json<SuppressionMade>), Failure> {
    Ok((StatusCode::CREATED, Json(house.cases.suppress(&actor, &ask).await?)))
}

pub(super) async fn lift(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<SuppressionId>,
) -> Result<StatusCode, Failure> {
    house.cases.lift(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

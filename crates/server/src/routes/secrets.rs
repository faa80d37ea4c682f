//! `/secrets`: named values that are kept sealed. A value comes in a request and never leaves in an answer, not even in one
//! that says what was wrong with it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::Problem;
use signalbox_control::views::{Listing, NewSecret, SecretLine};
use signalbox_domain::names::Label;

use super::House;
use crate::extract::{HiddenBody, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
) -> Result<Json<Listing<SecretLine>>, Failure> {
    Ok(Json(house.secrets.lines(&actor).await?))
}

pub(super) async fn set(
    State(house): State<House>,
    Who(actor): Who,
    HiddenBody(wish): HiddenBody<NewSecret>,
) -> Result<StatusCode, Failure> {
    house.secrets.order(&actor, wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(
    State(house): State<House>,
    Who(actor): Who,
    Named(name): Named<Label>,
) -> Result<StatusCode, Failure> {
    house.secrets.remove(&actor, &name).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

//! `/quarantine`: what could not be read, and why; looked into, read again, or dropped.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::views::{Listing, QuarantineAsk, QuarantineLine, QuarantineView, RetryResult};
use signalbox_domain::ids::QuarantineId;

use super::House;
use crate::extract::{Asked, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<QuarantineAsk>,
) -> Result<Json<Listing<QuarantineLine>>, Failure> {
    Ok(Json(house.reads.quarantine(&actor, &ask).await?))
}

pub(super) async fn show(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<QuarantineId>,
) -> Result<Json<QuarantineView>, Failure> {
    Ok(Json(house.quarantine.show(&actor, id).await?))
}

pub(super) async fn retry(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<QuarantineId>,
) -> Result<Json<RetryResult>, Failure> {
    house.quarantine.may_take_out(&actor)?;
    Ok(Json(house.retry.retry(id).await?))
}

pub(super) async fn drop_row(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<QuarantineId>,
) -> Result<StatusCode, Failure> {
    house.quarantine.drop_row(&actor, id).await?;
    tracing::info!(record = %id, by = %actor.name, "a quarantined record was dropped");
    Ok(StatusCode::NO_CONTENT)
}

//! `/quarantine`: what could not be read, and why; never its bytes.

use axum::Json;
use axum::extract::State;
use signalbox_control::views::{Listing, QuarantineAsk, QuarantineLine};

use super::House;
use crate::extract::{Asked, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<QuarantineAsk>,
) -> Result<Json<Listing<QuarantineLine>>, Failure> {
    Ok(Json(house.reads.quarantine(&actor, &ask).await?))
}

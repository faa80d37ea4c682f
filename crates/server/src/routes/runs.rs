//! `/runs`

use axum::Json;
use axum::extract::State;
use signalbox_control::views::{Listing, RunAsk, RunLine, RunView, RunsAsk};
use signalbox_domain::ids::RunId;

use super::House;
use crate::extract::{Asked, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<RunsAsk>,
) -> Result<Json<Listing<RunLine>>, Failure> {
    Ok(Json(house.reads.runs(&actor, &ask).await?))
}

pub(super) async fn show(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<RunId>,
    Asked(ask): Asked<RunAsk>,
) -> Result<Json<RunView>, Failure> {
    Ok(Json(house.reads.run(&actor, id, &ask).await?))
}

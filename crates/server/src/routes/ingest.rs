//! `/ingest`: up to where partitions were read, and the one way back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::views::{Listing, PositionLine, SeekAsk};

use super::House;
use crate::extract::{JsonBody, Who};
use crate::problem::Failure;

pub(super) async fn positions(
    State(house): State<House>,
    Who(actor): Who,
) -> Result<Json<Listing<PositionLine>>, Failure> {
    Ok(Json(house.positions.list(&actor).await?))
}

pub(super) async fn seek(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(ask): JsonBody<SeekAsk>,
) -> Result<StatusCode, Failure> {
    house.positions.seek(&actor, &ask).await?;
    let SeekAsk { source, topic, partition, to } = &ask;
    tracing::warn!(%source, topic, partition, to, by = %actor.name, "a position was moved");
    Ok(StatusCode::NO_CONTENT)
}

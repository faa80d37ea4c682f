//! `/signals`: read, and sent as one object, an array or lines.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use signalbox_control::views::{Listing, SignalLine, SignalReleased, SignalView, SignalsAsk};
use signalbox_domain::ids::SignalId;

use super::House;
use crate::extract::{Asked, Named, Who, body, media_type};
use crate::items;
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<SignalsAsk>,
) -> Result<Json<Listing<SignalLine>>, Failure> {
    Ok(Json(house.reads.signals(&actor, &ask).await?))
}

pub(super) async fn show(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<SignalId>,
) -> Result<Json<SignalView>, Failure> {
    Ok(Json(house.reads.signal(&actor, id).await?))
}

pub(super) async fn release(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<SignalId>,
) -> Result<Json<SignalReleased>, Failure> {
    Ok(Json(house.cases.release(&actor, id).await?))
}

/// 202 once everything accepted is kept for good; 422 where nothing of it could be accepted.
pub(super) async fn send(
    State(house): State<House>,
    Who(actor): Who,
    request: Request,
) -> Result<Response, Failure> {
    let sender = house.reads.sender(&actor).await?;
    let kind = media_type(request.headers());
    let bytes = body(request, &()).await?;
    let sorted = sender.sort(items::split(kind.as_deref(), &bytes)?);
    let answers = house.intake.accept(sorted.welcome, sorted.from).await?;
    let results = sorted.refused.join(answers);
    Ok(match items::all_refused(&results) {
        None => (StatusCode::ACCEPTED, Json(results)).into_response(),
        Some(refusal) => (StatusCode::UNPROCESSABLE_ENTITY, Json(refusal)).into_response(),
    })
}

//! `/runners`, which people read, and `/runner`, which runners call. The answer to a report whose lease is lost is 409 with
//! the code `lease_lost`: the runner stops, and nothing of it counts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::views::{FinishAnswer, FinishAsk, LeaseAsk, Listing, MovedAsk, NotesAsk, RenewAsk};
use signalbox_domain::ids::RunId;
use signalbox_domain::job::LeasedRun;
use signalbox_domain::run::Runner;

use super::House;
use crate::extract::{JsonBody, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
) -> Result<Json<Listing<Runner>>, Failure> {
    Ok(Json(house.reads.runners(&actor).await?))
}

pub(super) async fn lease(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(ask): JsonBody<LeaseAsk>,
) -> Result<Json<Vec<LeasedRun>>, Failure> {
    Ok(Json(house.runs.lease_asked(&actor, &ask).await?))
}

pub(super) async fn renew(
    State(house): State<House>,
    Who(actor): Who,
    Named(run): Named<RunId>,
    JsonBody(ask): JsonBody<RenewAsk>,
) -> Result<StatusCode, Failure> {
    house.runs.renew_asked(&actor, run, &ask).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn moved(
    State(house): State<House>,
    Who(actor): Who,
    Named(run): Named<RunId>,
    JsonBody(ask): JsonBody<MovedAsk>,
) -> Result<StatusCode, Failure> {
    house.runs.moved_asked(&actor, run, &ask).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn notes(
    State(house): State<House>,
    Who(actor): Who,
    Named(run): Named<RunId>,
    JsonBody(ask): JsonBody<NotesAsk>,
) -> Result<StatusCode, Failure> {
    house.runs.notes_asked(&actor, run, &ask).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn finish(
    State(house): State<House>,
    Who(actor): Who,
    Named(run): Named<RunId>,
    JsonBody(ask): JsonBody<FinishAsk>,
) -> Result<Json<FinishAnswer>, Failure> {
    Ok(Json(house.runs.finish_asked(&actor, run, ask).await?))
}

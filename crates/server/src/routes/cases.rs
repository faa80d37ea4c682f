//! `/cases`: how they stand, and what people decide about them.

use axum::Json;
use axum::extract::State;
use signalbox_control::views::{
    AcceptCase, CaseDecided, CaseLine, CaseMoved, CaseView, CasesAsk, DismissCase, Listing, MergeCase,
    MoveSignals, PickRepository, ReopenCase, SnoozeCase, SplitCase,
};
use signalbox_domain::ids::{CaseId, CaseMoveId};

use super::House;
use crate::extract::{Asked, JsonBody, JsonOrNothing, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<CasesAsk>,
) -> Result<Json<Listing<CaseLine>>, Failure> {
    Ok(Json(house.reads.cases(&actor, &ask).await?))
}

pub(super) async fn show(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
) -> Result<Json<CaseView>, Failure> {
    Ok(Json(house.reads.case(&actor, id).await?))
}

pub(super) async fn snooze(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
    JsonBody(ask): JsonBody<SnoozeCase>,
) -> Result<Json<CaseDecided>, Failure> {
    Ok(Json(house.cases.snooze(&actor, id, &ask).await?))
}

pub(super) async fn dismiss(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
    JsonBody(ask): JsonBody<DismissCase>,
) -> Result<Json<CaseDecided>, Failure> {
    Ok(Json(house.cases.dismiss(&actor, id, &ask).await?))
}

pub(super) async fn accept(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
    JsonOrNothing(ask): JsonOrNothing<AcceptCase>,
) -> Result<Json<CaseDecided>, Failure> {
    Ok(Json(house.cases.accept(&actor, id, &ask).await?))
}

pub(super) async fn reopen(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
    JsonOrNothing(ask): JsonOrNothing<ReopenCase>,
) -> Result<Json<CaseDecided>, Failure> {
    Ok(Json(house.cases.reopen(&actor, id, &ask).await?))
}

pub(super) async fn pick(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
    JsonBody(ask): JsonBody<PickRepository>,
) -> Result<Json<CaseDecided>, Failure> {
    Ok(Json(house.cases.pick(&actor, id, &ask).await?))
}

pub(super) async fn merge(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
    JsonBody(ask): JsonBody<MergeCase>,
) -> Result<Json<CaseMoved>, Failure> {
    Ok(Json(house.cases.merge(&actor, id, &ask).await?))
}

pub(super) async fn split(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
    JsonBody(ask): JsonBody<SplitCase>,
) -> Result<Json<CaseMoved>, Failure> {
    Ok(Json(house.cases.split(&actor, id, &ask).await?))
}

pub(super) async fn move_signals(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseId>,
    JsonBody(ask): JsonBody<MoveSignals>,
) -> Result<Json<CaseMoved>, Failure> {
    Ok(Json(house.cases.move_signals(&actor, id, &ask).await?))
}

pub(super) async fn undo(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<CaseMoveId>,
) -> Result<Json<CaseMoved>, Failure> {
    Ok(Json(house.cases.undo(&actor, id).await?))
}

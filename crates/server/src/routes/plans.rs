//! `/plans`: what passes of the planner did and why, and what one would do now.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::plan_view;
use signalbox_control::views::{DryRunAsk, Listing, PlanLine, PlanView, PlansAsk};
use signalbox_domain::ids::PlanId;

use super::House;
use crate::extract::{Asked, JsonBody, Named, Who};
use crate::foresight::Unforeseen;
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<PlansAsk>,
) -> Result<Json<Listing<PlanLine>>, Failure> {
    Ok(Json(house.reads.plans(&actor, &ask).await?))
}

pub(super) async fn show(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<PlanId>,
) -> Result<Json<PlanView>, Failure> {
    Ok(Json(house.reads.plan(&actor, id).await?))
}

/// Nothing is done.
pub(super) async fn dry_run(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(ask): JsonBody<DryRunAsk>,
) -> Result<Json<PlanView>, Failure> {
    let project = house.reads.project(&actor, &ask.project).await?;
    let summary = house.foresight.foresee(project).await.map_err(|Unforeseen| {
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "it failed inside; the log says why")
    })?;
    Ok(Json(plan_view(None, ask.project, house.clock.now(), summary)))
}

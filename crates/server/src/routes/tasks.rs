//! `/tasks`: what people may do with tasks.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use signalbox_control::views::{
    DisownTask, FinishTask, Listing, NewTask, NextTask, StartTask, TaskLine, TaskMade, TaskView, TasksAsk,
};
use signalbox_domain::ids::TaskId;

use super::House;
use crate::extract::{Asked, JsonBody, JsonOrNothing, Named, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
    Asked(ask): Asked<TasksAsk>,
) -> Result<Json<Listing<TaskLine>>, Failure> {
    Ok(Json(house.reads.tasks(&actor, &ask).await?))
}

pub(super) async fn show(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<TaskId>,
) -> Result<Json<TaskView>, Failure> {
    Ok(Json(house.reads.task(&actor, id).await?))
}

pub(super) async fn make(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(wish): JsonBody<NewTask>,
) -> Result<(StatusCode, Json<TaskMade>), Failure> {
    Ok((StatusCode::CREATED, Json(house.tasks.order(&actor, wish).await?)))
}

pub(super) async fn start(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<TaskId>,
    JsonOrNothing(wish): JsonOrNothing<StartTask>,
) -> Result<Json<TaskView>, Failure> {
    house.tasks.start(&actor, id, wish.mode).await.map_err(signalbox_control::Problem::from)?;
    Ok(Json(house.reads.task(&actor, id).await?))
}

pub(super) async fn cancel(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<TaskId>,
) -> Result<Json<TaskView>, Failure> {
    house.tasks.cancel(&actor, id).await?;
    Ok(Json(house.reads.task(&actor, id).await?))
}

pub(super) async fn finish(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<TaskId>,
    JsonBody(wish): JsonBody<FinishTask>,
) -> Result<Json<TaskView>, Failure> {
    house.tasks.finish(&actor, id, &wish).await?;
    Ok(Json(house.reads.task(&actor, id).await?))
}

pub(super) async fn release(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<TaskId>,
) -> Result<Json<TaskView>, Failure> {
    house.tasks.release(&actor, id).await?;
    Ok(Json(house.reads.task(&actor, id).await?))
}

pub(super) async fn disown(
    State(house): State<House>,
    Who(actor): Who,
    Named(id): Named<TaskId>,
    JsonOrNothing(ask): JsonOrNothing<DisownTask>,
) -> Result<Json<TaskView>, Failure> {
    house.tasks.disown(&actor, id, &ask).await?;
    Ok(Json(house.reads.task(&actor, id).await?))
}

pub(super) async fn next(
    State(house): State<House>,
    Who(actor): Who,
    JsonOrNothing(wish): JsonOrNothing<NextTask>,
) -> Result<Response, Failure> {
    let Some(task) = house.tasks.next_of(&actor, &wish).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    Ok(Json(house.reads.task(&actor, task.id).await?).into_response())
}

//! `/projects`, their repositories and their public keys.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::views::{KeyLine, Listing, NewProject, NewRepository};
use signalbox_domain::names::ProjectName;
use signalbox_domain::project::{Project, Repository};
use signalbox_domain::project_key::PublicKey;

use super::House;
use crate::extract::{JsonBody, Named, NamedTwice, Who};
use crate::problem::Failure;

pub(super) async fn list(
    State(house): State<House>,
    Who(actor): Who,
) -> Result<Json<Listing<Project>>, Failure> {
    Ok(Json(Listing { items: house.projects.list(&actor).await?, next: None }))
}

pub(super) async fn make(
    State(house): State<House>,
    Who(actor): Who,
    JsonBody(wish): JsonBody<NewProject>,
) -> Result<(StatusCode, Json<Project>), Failure> {
    Ok((StatusCode::CREATED, Json(house.projects.ensure(&actor, &wish).await?)))
}

pub(super) async fn repositories(
    State(house): State<House>,
    Who(actor): Who,
    Named(project): Named<ProjectName>,
) -> Result<Json<Listing<Repository>>, Failure> {
    let items = house.projects.repositories(&actor, &project).await?;
    Ok(Json(Listing { items, next: None }))
}

pub(super) async fn repository_put(
    State(house): State<House>,
    Who(actor): Who,
    Named(project): Named<ProjectName>,
    JsonBody(wish): JsonBody<NewRepository>,
) -> Result<(StatusCode, Json<Repository>), Failure> {
    Ok((StatusCode::CREATED, Json(house.projects.repository_put(&actor, &project, wish).await?)))
}

pub(super) async fn keys(
    State(house): State<House>,
    Who(actor): Who,
    Named(project): Named<ProjectName>,
) -> Result<Json<Listing<KeyLine>>, Failure> {
    Ok(Json(house.projects.keys(&actor, &project, &house.base).await?))
}

pub(super) async fn key_make(
    State(house): State<House>,
    Who(actor): Who,
    Named(project): Named<ProjectName>,
) -> Result<(StatusCode, Json<KeyLine>), Failure> {
    Ok((StatusCode::CREATED, Json(house.projects.key_make(&actor, &project, &house.base).await?)))
}

pub(super) async fn key_remove(
    State(house): State<House>,
    Who(actor): Who,
    NamedTwice(project, key): NamedTwice<ProjectName, PublicKey>,
) -> Result<StatusCode, Failure> {
    house.projects.key_remove(&actor, &project, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

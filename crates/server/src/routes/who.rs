//! `/me`, `/sign-in-links`, `/status`, `/why`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use signalbox_control::views::{Me, SignInLink, Why};
use signalbox_control::{Problem, WhyOf};
use signalbox_domain::access::{Action, Target};

use super::House;
use crate::extract::{Named, Who};
use crate::problem::Failure;

pub(super) async fn me(Who(actor): Who) -> Json<Me> {
    Json(Me { name: actor.name, role: actor.role, scope: actor.scope })
}

pub(super) async fn sign_in_link(
    State(house): State<House>,
    Who(actor): Who,
) -> Result<(StatusCode, Json<SignInLink>), Failure> {
    Ok((StatusCode::CREATED, Json(house.sign_in.link(&actor)?)))
}

pub(super) async fn status(
    State(house): State<House>,
    Who(actor): Who,
) -> Result<Json<serde_json::Value>, Failure> {
    actor.authorize(Action::Read, Target::System).map_err(Problem::from)?;
    Ok(Json(house.status.status()))
}

pub(super) async fn why(
    State(house): State<House>,
    Who(actor): Who,
    Named(of): Named<WhyOf>,
) -> Result<Json<Why>, Failure> {
    Ok(Json(house.reads.why(&actor, of).await?))
}

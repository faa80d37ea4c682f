//! Every route of the API, and how large its body may be. A handler reads what was sent, calls one use case and shows what
//! it gave back; it decides nothing.

mod automations;
mod cases;
mod erasures;
mod ingest;
mod load;
mod people;
mod plans;
mod projects;
mod quarantine;
mod runner;
mod runs;
mod secrets;
mod signals;
mod suppressions;
mod tasks;
mod tokens;
mod who;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use signalbox_control::views::SECRET_LIMIT;

use crate::api::ApiSetup;
use crate::problem::Failure;

const BODY: usize = 1 << 20;
const SIGNALS_BODY: usize = 5 << 20;
/// One body of 16 MiB in base64, and what is around it.
const LOAD_BODY: usize = 24 << 20;
/// The largest value, each byte of it written as `\u0000`, and its name.
const SECRET_BODY: usize = SECRET_LIMIT * 6 + 1024;

pub(crate) type House = Arc<ApiSetup>;

pub(crate) fn api(house: House) -> Router {
    hints_and_work()
        .merge(records_and_runners())
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(house)
}

/// What is hinted at, what is made of it, and who does it.
fn hints_and_work() -> Router<House> {
    Router::new()
        .route("/signals", get(signals::list).post(signals::send).layer(DefaultBodyLimit::max(SIGNALS_BODY)))
        .route("/signals/{id}", get(signals::show))
        .route("/signals/{id}/release", post(signals::release))
        .route("/cases", get(cases::list))
        .route("/cases/{id}", get(cases::show))
        .route("/cases/{id}/snooze", post(cases::snooze))
        .route("/cases/{id}/dismiss", post(cases::dismiss))
        .route("/cases/{id}/accept", post(cases::accept))
        .route("/cases/{id}/reopen", post(cases::reopen))
        .route("/cases/{id}/pick", post(cases::pick))
        .route("/cases/{id}/merge", post(cases::merge))
        .route("/cases/{id}/split", post(cases::split))
        .route("/cases/{id}/move", post(cases::move_signals))
        .route("/moves/{id}/undo", post(cases::undo))
        .route("/suppressions", get(suppressions::list).post(suppressions::make))
        .route("/suppressions/{id}/lift", post(suppressions::lift))
        .route("/plans", get(plans::list))
        .route("/plans/dry-run", post(plans::dry_run))
        .route("/plans/{id}", get(plans::show))
        .route("/tasks", get(tasks::list).post(tasks::make))
        .route("/tasks/next", post(tasks::next))
        .route("/tasks/{id}", get(tasks::show))
        .route("/tasks/{id}/start", post(tasks::start))
        .route("/tasks/{id}/cancel", post(tasks::cancel))
        .route("/tasks/{id}/finish", post(tasks::finish))
        .route("/tasks/{id}/release", post(tasks::release))
        .route("/tasks/{id}/disown", post(tasks::disown))
        .route("/people", get(people::list).post(people::put))
        .route("/runs", get(runs::list))
        .route("/runs/{id}", get(runs::show))
        .route("/why/{id}", get(who::why))
}

/// What is known and kept, how records come in, and runners.
fn records_and_runners() -> Router<House> {
    Router::new()
        .route("/projects", get(projects::list).post(projects::make))
        .route("/projects/{name}/repositories", get(projects::repositories).post(projects::repository_put))
        .route("/projects/{name}/keys", get(projects::keys).post(projects::key_make))
        .route("/projects/{name}/keys/{key}/remove", post(projects::key_remove))
        .route("/runners", get(runner::list))
        .route("/runner/lease", post(runner::lease))
        .route("/runner/runs/{id}/renew", post(runner::renew))
        .route("/runner/runs/{id}/moved", post(runner::moved))
        .route("/runner/runs/{id}/notes", post(runner::notes))
        .route("/runner/runs/{id}/finish", post(runner::finish))
        .route("/tokens", get(tokens::list).post(tokens::make))
        .route("/tokens/{id}/revoke", post(tokens::revoke))
        .route("/secrets", get(secrets::list).post(secrets::set).layer(DefaultBodyLimit::max(SECRET_BODY)))
        .route("/secrets/{name}/remove", post(secrets::remove))
        .route("/automations", get(automations::list))
        .route("/erasures", get(erasures::list).post(erasures::erase))
        .route("/quarantine", get(quarantine::list))
        .route("/quarantine/{id}", get(quarantine::show))
        .route("/quarantine/{id}/retry", post(quarantine::retry))
        .route("/quarantine/{id}/drop", post(quarantine::drop_row))
        .route("/ingest/positions", get(ingest::positions))
        .route("/ingest/seek", post(ingest::seek))
        .route("/ingest/load", post(load::load).layer(DefaultBodyLimit::max(LOAD_BODY)))
        .route("/status", get(who::status))
        .route("/me", get(who::me))
        .route("/sign-in-links", post(who::sign_in_link))
}

async fn nowhere() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "not_found", "there is no such route; docs/API.md lists them")
}

async fn not_so() -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this route does not take that method")
}

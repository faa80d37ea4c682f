//! `POST /api/v1/hooks/<name>`: webhooks of other systems. Whoever sends one has no token; its signature says who it is, so
//! these paths answer to any name, and look at no cookie.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use signalbox_control::views::{DeliveryMade, Receiving};
use signalbox_control::{HookRefused, Hooks, Incoming};
use signalbox_domain::names::SourceName;
use signalbox_runtime::metrics::{BoundedFamily, Counter, MetricError};
use signalbox_runtime::{Clock, Metrics};

use crate::extract::{self, Named};
use crate::problem::Failure;
use crate::room::Room;

/// As large as a record may be.
const BODY: usize = 1 << 20;
const REQUEST_TIME: Duration = Duration::from_secs(30);
/// Hooks of the settings and their outcomes; names that strangers make up are none of them.
const MOST_LABELS: usize = 1000;

/// Clones are the same.
#[derive(Clone)]
pub struct HookRoutes(Arc<Inner>);

struct Inner {
    hooks: Hooks,
    clock: Clock,
    room: Room,
    outcomes: BoundedFamily<[(&'static str, String); 2], Counter>,
}

impl HookRoutes {
    pub fn new(hooks: Hooks, clock: Clock, metrics: &Metrics) -> Result<Self, MetricError> {
        let words = "Webhooks that came, by what became of them";
        let outcomes = metrics.counters("hook_requests", words, MOST_LABELS)?;
        Ok(Self(Arc::new(Inner { hooks, clock, room: Room::default(), outcomes })))
    }

    pub(crate) fn routes(&self) -> Router {
        Router::new()
            .route("/api/v1/hooks/{name}", post(receive))
            .layer(DefaultBodyLimit::max(BODY))
            .layer(from_fn_with_state(self.clone(), bounded_time))
            .layer(from_fn(crate::trace::traced))
            .with_state(self.clone())
    }

    async fn taken(&self, source: &SourceName, request: Request) -> Result<DeliveryMade, Failure> {
        let Some(_room) = self.0.room.take(request.headers(), BODY) else { return Err(crowded()) };
        let headers = texts(request.headers());
        let body = extract::body(request, &()).await?;
        let received = self.0.hooks.receive(source, &Incoming { headers: &headers, body: &body }).await;
        let outcome = match &received {
            Ok(DeliveryMade { received: Receiving::Now, .. }) => "received",
            Ok(_) => "known",
            Err(HookRefused::Signature(_)) => "bad_signature",
            Err(HookRefused::Problem(_)) => "failed",
            Err(HookRefused::Unknown) => return Err(refused(HookRefused::Unknown)),
        };
        let labels = [("hook", source.to_string()), ("outcome", outcome.to_owned())];
        self.0.outcomes.with(&labels).inc();
        received.map_err(refused)
    }
}

/// 202 once it is kept; the same again is told so.
async fn receive(
    State(routes): State<HookRoutes>,
    Named(source): Named<SourceName>,
    request: Request,
) -> Result<(StatusCode, Json<DeliveryMade>), Failure> {
    Ok((StatusCode::ACCEPTED, Json(routes.taken(&source, request).await?)))
}

fn refused(error: HookRefused) -> Failure {
    let words = error.to_string();
    match error {
        HookRefused::Unknown => Failure::new(StatusCode::NOT_FOUND, "not_found", words),
        HookRefused::Signature(_) => Failure::new(StatusCode::UNAUTHORIZED, "bad_signature", words),
        HookRefused::Problem(problem) => problem.into(),
    }
}

fn crowded() -> Failure {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "crowded", "too many bodies are on their way; try again")
}

/// A value that is no text is none that a signature or a format looks at.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let pairs = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn bounded_time(State(routes): State<HookRoutes>, request: Request, next: Next) -> Response {
    match routes.0.clock.timeout(REQUEST_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_late) => crowded().into_response(),
    }
}

//! Unchanged SDKs: the paths that PostHog's and Sentry's send to, and the replies that they understand.
//!
//! ```text
//!   request ─▶ CORS ─▶ room for its body? ─▶ body ─▶ SdkIntake ─▶ the dialect's reply, after the commit
//!                       503                   413     401, 400, 429, 503
//! ```
//!
//! Nobody signs in here: a public key only writes, to one project, and every browser may bring one. So these paths answer
//! to any name and to pages of any origin, no cookie is looked at, and nothing that is kept can be read here.

mod cors;
mod posthog;
mod sentry;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::BodyExt as _;
use signalbox_runtime::metrics::{BoundedFamily, Counter, MetricError};
use signalbox_runtime::{Clock, Metrics};

use crate::extract;
use crate::intake::{IntakeError, SdkDialect, SdkFailure, SdkIds, SdkIntake, SdkRequest};
use crate::problem::Failure;
use crate::room::Room;

/// A body as it comes over the wire; undone, ingest bounds it by itself.
const BODY: usize = 5 << 20;
/// A request has so long, its body included.
const REQUEST_TIME: Duration = Duration::from_secs(30);
/// When to come again where there was no room.
const CROWDED: Duration = Duration::from_secs(1);

/// What became of requests, by path and outcome; both are words of ours.
type Outcomes = BoundedFamily<[(&'static str, &'static str); 2], Counter>;

/// What the SDK paths stand on.
#[derive(Clone)]
pub struct Sdks(Arc<Inner>);

struct Inner {
    intake: Arc<dyn SdkIntake>,
    clock: Clock,
    room: Room,
    outcomes: Outcomes,
}

impl Sdks {
    pub fn new(intake: Arc<dyn SdkIntake>, clock: Clock, metrics: &Metrics) -> Result<Self, MetricError> {
        let outcomes =
            metrics.counters("sdk_requests", "Requests of unchanged SDKs, by what became of them", 100)?;
        Ok(Self(Arc::new(Inner { intake, clock, room: Room::default(), outcomes })))
    }

    /// Every path, without the guard of the API.
    pub(crate) fn routes(&self) -> Router {
        let capture = post(posthog::capture);
        let mut routes = Router::new()
            .route("/i/v1/analytics/events", post(posthog::capture_v1))
            .route("/i/v1/analytics/events/", post(posthog::capture_v1))
            .route("/api/{project}/envelope/", post(sentry::envelope))
            .route("/api/{project}/envelope", post(sentry::envelope))
            .route("/api/{project}/store/", post(sentry::store))
            .route("/api/{project}/store", post(sentry::store))
            .route("/array/{key}/config", get(posthog::config))
            .route("/array/{key}/config.js", get(posthog::config_script));
        for path in ["/e", "/batch", "/capture", "/track", "/i/v0/e", "/engage"] {
            routes = routes.route(path, capture.clone()).route(&format!("{path}/"), capture.clone());
        }
        for path in ["/flags", "/decide"] {
            routes =
                routes.route(path, post(posthog::flags)).route(&format!("{path}/"), post(posthog::flags));
        }
        for path in ["/s", "/i/v1/logs", "/i/v1/metrics"] {
            routes =
                routes.route(path, post(posthog::let_go)).route(&format!("{path}/"), post(posthog::let_go));
        }
        routes
            .layer(DefaultBodyLimit::max(BODY))
            .layer(from_fn_with_state(self.clone(), bounded_time))
            .layer(from_fn(cors::open))
            .layer(from_fn(crate::trace::traced))
            .with_state(self.clone())
    }

    /// Hands a body on, once there is room for it.
    async fn take(&self, wish: Wish, request: Request) -> Result<SdkIds, Refusal> {
        let Some(_room) = self.0.room.take(request.headers(), BODY) else {
            return Err(Refusal::Crowded);
        };
        let bytes = extract::body(request, &()).await.map_err(Refusal::Body)?;
        let Wish { dialect, key, encoding } = wish;
        let bytes = bytes.to_vec();
        let taken = self.0.intake.take(SdkRequest { dialect, key, encoding, bytes }).await;
        taken.map_err(Refusal::Intake)
    }

    fn count(&self, path: &'static str, outcome: &'static str) {
        self.0.outcomes.with(&[("path", path), ("outcome", outcome)]).inc();
    }
}

/// A request but for its body.
struct Wish {
    dialect: SdkDialect,
    key: Option<String>,
    encoding: Option<String>,
}

/// Why a request was not taken.
enum Refusal {
    Crowded,
    Body(Failure),
    Intake(SdkFailure),
}

impl Refusal {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Crowded => "crowded",
            Self::Body(_) => "no_body",
            Self::Intake(SdkFailure::Key) => "no_key",
            Self::Intake(SdkFailure::Unreadable(_)) => "unreadable",
            Self::Intake(SdkFailure::TooMany { .. }) => "too_many",
            Self::Intake(SdkFailure::Intake(_)) => "failed",
        }
    }

    /// How long to stay away, where time helps.
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Intake(SdkFailure::TooMany { wait }) => Some((*wait).max(CROWDED)),
            Self::Crowded | Self::Intake(SdkFailure::Intake(IntakeError::Unavailable(_))) => Some(CROWDED),
            _ => None,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let wait = self.wait();
        let mut response = match self {
            Self::Crowded => {
                let words = "too many bodies are on their way; try again";
                Failure::new(StatusCode::SERVICE_UNAVAILABLE, "crowded", words).into_response()
            }
            Self::Body(failure) => failure.into_response(),
            Self::Intake(failure) => told(failure).into_response(),
        };
        if let Some(wait) = wait {
            // Whole seconds, and never too early.
            let seconds = HeaderValue::from(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

fn told(failure: SdkFailure) -> Failure {
    match failure {
        SdkFailure::Key => Failure::new(StatusCode::UNAUTHORIZED, "no_key", failure.to_string()),
        SdkFailure::Unreadable(words) => Failure::url(words),
        SdkFailure::TooMany { .. } => {
            Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many", failure.to_string())
        }
        SdkFailure::Intake(error) => error.into(),
    }
}

async fn bounded_time(State(sdks): State<Sdks>, request: Request, next: Next) -> Response {
    match sdks.0.clock.timeout(REQUEST_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_late) => Refusal::Crowded.into_response(),
    }
}

/// Reads a body to its end and keeps nothing: an SDK that is cut off while it sends would send again.
async fn drain(mut body: Body) {
    while let Some(Ok(_)) = body.frame().await {}
}

/// A parameter of the URL.
fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query()?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(known, value)| (known == name).then(|| value.into_owned()))
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

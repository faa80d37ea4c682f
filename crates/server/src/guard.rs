//! Who gets in. No request is trusted for the address it comes from.
//!
//! ```text
//!   request ─▶ time ─▶ Host ours? ─▶ Origin ours, where one is named? ─▶ bearer, or cookie of our own page ─▶ handler
//!                       421            403                                401, 403
//! ```
//!
//! A bearer token is sent by programs only. A cookie is sent by browsers, also on behalf of foreign pages: it counts only
//! where the browser says that our own page asks.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use signalbox_control::{Access, Problem, Refused};
use signalbox_domain::access::Actor;
use signalbox_runtime::Clock;

use crate::hosts::{CookieWay, Hosts};
use crate::problem::Failure;

/// The name of a browser's session.
pub(crate) const COOKIE: &str = "signalbox_session";

/// A request has so long, its body included.
const REQUEST_TIME: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Guard {
    access: Access,
    hosts: Hosts,
    clock: Clock,
}

impl Guard {
    pub(crate) fn new(access: Access, hosts: Hosts, clock: Clock) -> Self {
        Self { access, hosts, clock }
    }

    pub(crate) fn cookies(&self) -> CookieWay {
        self.hosts.cookies()
    }

    /// Whoever a request comes from; an error says why nobody is let in.
    pub(crate) async fn who(&self, method: &Method, headers: &HeaderMap) -> Result<Actor, Failure> {
        let secret = match bearer(headers)? {
            Some(secret) => secret,
            None => {
                let session = cookie(headers).ok_or(Problem::Refused(Refused::Missing))?;
                self.of_our_page(method, headers)?;
                session
            }
        };
        Ok(self.access.authenticate(Some(secret)).await.map_err(Problem::from)?)
    }

    /// The browser adds these two headers; a page cannot change them.
    fn of_our_page(&self, method: &Method, headers: &HeaderMap) -> Result<(), Failure> {
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        let named = match site {
            Some(b"same-origin") => true,
            // Typed by a person, or from a bookmark: for looking, not for doing.
            Some(b"none") | None => headers.contains_key(header::ORIGIN),
            Some(_) => return Err(foreign()),
        };
        if named || method.is_safe() { Ok(()) } else { Err(foreign()) }
    }

    fn is_ours(&self, request: &Request) -> Result<(), Failure> {
        let mut named = request.headers().get_all(header::HOST).iter();
        let host = named.next().and_then(|host| host.to_str().ok());
        // A request line may name a host too, and then that is the one that is meant.
        let written = request.uri().authority().map(axum::http::uri::Authority::as_str);
        let ours = |name: Option<&str>| name.is_some_and(|name| self.hosts.has(name));
        if !ours(host) || named.next().is_some() || (written.is_some() && !ours(written)) {
            return Err(Failure::new(
                StatusCode::MISDIRECTED_REQUEST,
                "wrong_host",
                "this server does not go by that name; where it should, set server.public_url",
            ));
        }
        let origins = request.headers().get_all(header::ORIGIN);
        let ours = |origin: &HeaderValue| origin.to_str().is_ok_and(|origin| self.hosts.has_origin(origin));
        if origins.iter().all(ours) { Ok(()) } else { Err(foreign()) }
    }
}

fn foreign() -> Failure {
    Failure::new(
        StatusCode::FORBIDDEN,
        "foreign_page",
        "a page of another origin asks for this; only our own pages and programs with a token may",
    )
}

/// The secret of the one `Authorization` header, if there is one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = all.next() else { return Ok(None) };
    let secret = value.to_str().ok().and_then(|text| {
        let (scheme, secret) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
    });
    match secret {
        Some(secret) if all.next().is_none() => Ok(Some(secret)),
        _ => Err(Problem::Refused(Refused::Missing).into()),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Puts the guard around the API and its pages.
pub(crate) fn around(routes: Router, guard: Guard) -> Router {
    routes
        .layer(from_fn_with_state(guard.clone(), house_rules))
        .layer(from_fn_with_state(guard, bounded_time))
        .layer(axum::middleware::from_fn(crate::trace::traced))
}

/// Lets only somebody known through.
pub(crate) fn let_in(handlers: Router, guard: Guard) -> Router {
    handlers.layer(from_fn_with_state(guard, authenticated))
}

async fn authenticated(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    match guard.who(request.method(), request.headers()).await {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn house_rules(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match guard.is_ours(&request) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}

async fn bounded_time(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.clock.timeout(REQUEST_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(late) => {
            let message = format!("not done within {} seconds; try again", late.limit.as_secs());
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", message).into_response()
        }
    }
}

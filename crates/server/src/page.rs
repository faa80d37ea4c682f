//! What a browser sees: the one-time link that signs it in, and a very small page that says who is signed in.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use signalbox_control::{Problem, Refused, SESSION_LIVES, SignIn};

use crate::extract::Asked;
use crate::guard::{COOKIE, Guard};
use crate::hosts::CookieWay;
use crate::problem::Failure;

#[derive(Clone)]
struct Pages {
    sign_in: SignIn,
    guard: Guard,
}

pub(crate) fn routes(sign_in: SignIn, guard: Guard) -> Router {
    Router::new().route("/", get(home)).route("/sign-in", get(signed_in)).with_state(Pages { sign_in, guard })
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn home(State(pages): State<Pages>, request: Request) -> Response {
    match pages.guard.who(request.method(), request.headers()).await {
        Ok(actor) => {
            let words = format!("Signed in as {}, {}.", text(actor.name.as_str()), actor.role);
            Html(html(&format!("<p>{words}</p>\n<p>The API is at /api/v1, for you and your agents.</p>")))
                .into_response()
        }
        Err(failure) if failure.status() == StatusCode::UNAUTHORIZED => not_signed_in(),
        Err(failure) => failure.into_response(),
    }
}

async fn signed_in(State(pages): State<Pages>, Asked(asked): Asked<Code>) -> Response {
    let session = match pages.sign_in.redeem(&asked.code).await {
        Ok(session) => session,
        Err(Problem::Refused(Refused::Unknown | Refused::Ended | Refused::Missing)) => {
            return not_signed_in();
        }
        Err(problem) => return Failure::from(problem).into_response(),
    };
    let secure = match pages.guard.cookies() {
        CookieWay::SecureOnly => "; Secure",
        CookieWay::Any => "",
    };
    let seconds = SESSION_LIVES.as_secs();
    let cookie =
        format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}", *session.secret);
    let Ok(mut cookie) = HeaderValue::from_str(&cookie) else { return not_signed_in() };
    cookie.set_sensitive(true);
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

fn not_signed_in() -> Response {
    let words = "<p>Nobody is signed in here. A sign-in link works once, within ten minutes: \
                 <code>signalbox sign-in</code> prints one.</p>";
    (StatusCode::UNAUTHORIZED, Html(html(words))).into_response()
}

fn html(body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Signalbox</title>\n\
         <h1>Signalbox</h1>\n{body}\n</html>\n"
    )
}

/// A text as HTML shows it.
fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            other => shown.push(other),
        }
    }
    shown
}

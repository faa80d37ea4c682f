//! Who gets in, and from where.

use std::time::Duration;

use serde_json::json;
use signalbox_control::local;
use signalbox_control::views::{Me, SignInLink};
use signalbox_domain::access::{Role, Scope};
use signalbox_server::Verb;

use crate::house::{Client, House, PUBLIC, Reply};

const ME: &str = "/api/v1/me";

#[tokio::test]
async fn a_plain_curl_is_told_how_to_get_a_token() {
    let house = House::new().await;
    for path in [ME, "/api/v1/tasks", "/api/v1/no-such-route", "/api/v1/runner/lease"] {
        let reply = house.nobody().get(path).await;
        let problem = reply.problem(401);
        assert_eq!(problem.code, "no_token", "{path}");
        assert!(problem.message.contains("signalbox token create"), "{}", problem.message);
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
}

#[tokio::test]
async fn a_token_says_who_it_is() {
    let house = House::new().await;
    let me: Me = house.client(Role::Viewer).await.get(ME).await.ok();
    assert_eq!((me.name.as_str(), me.role), ("ada", Role::Viewer));
    for scheme in ["Basic", "Bearerx", ""] {
        let client = house.client(Role::Admin).await;
        let header = format!("{scheme} {}", client.bearer.clone().unwrap());
        client.send("GET", ME, &[("authorization", &header)], b"").await.problem(401);
    }
}

#[tokio::test]
async fn an_ended_a_revoked_and_a_wrong_token_are_refused() {
    let house = House::new().await;
    let hour = Duration::from_secs(3600);
    let short = house.token(Role::Viewer, Scope::Everything, Some(hour)).await;
    let revoked = house.token(Role::Viewer, Scope::Everything, None).await;
    house.fixture.access().token_revoke(&local(), revoked.token.id).await.unwrap();
    let code = async |secret: &str| {
        let client = Client { bearer: Some(secret.to_owned()), ..house.nobody() };
        client.get(ME).await.problem(401).code
    };
    assert_eq!(code(&revoked.secret).await, "ended_token");
    assert_eq!(code("sbx_viewer_x").await, "unknown_token");
    let client = Client { bearer: Some(short.secret.to_string()), ..house.nobody() };
    let _: Me = client.get(ME).await.ok();
    house.fixture.time.jump(hour);
    assert_eq!(code(&short.secret).await, "ended_token");
}

#[tokio::test]
async fn another_name_is_not_this_server() {
    let house = House::new().await;
    let client = house.client(Role::Admin).await;
    let port = house.address.port();
    for host in [format!("evil.example:{port}"), "localhost".into(), "signalbox.example.evil.example".into()]
    {
        for path in [ME, "/", "/sign-in?code=x"] {
            let reply = client.send("GET", path, &[("host", &host)], b"").await;
            assert_eq!(reply.problem(421).code, "wrong_host", "{host} {path}");
        }
    }
    for host in [format!("localhost:{port}"), format!("127.0.0.1:{port}"), "signalbox.example".into()] {
        let _: Me = client.send("GET", ME, &[("host", &host)], b"").await.ok();
    }
    let bearer = client.bearer.clone().unwrap();
    let ours = house.address;
    // The name in the request line is the one that counts, and two names are one too many.
    for request in [
        format!(
            "GET http://evil.example{ME} HTTP/1.1\r\nhost: {ours}\r\nauthorization: Bearer {bearer}\r\nconnection: close\r\n\r\n"
        ),
        format!(
            "GET {ME} HTTP/1.1\r\nhost: {ours}\r\nhost: evil.example\r\nauthorization: Bearer {bearer}\r\nconnection: close\r\n\r\n"
        ),
        format!("GET {ME} HTTP/1.1\r\nauthorization: Bearer {bearer}\r\nconnection: close\r\n\r\n"),
    ] {
        let reply = client.raw(request.as_bytes()).await;
        assert!(matches!(reply.status, 400 | 421), "{request}: {}", reply.status);
    }
}

/// A browser that has signed in.
async fn browser(house: &House, role: Role) -> (Client, String) {
    let link: SignInLink = house.client(role).await.post("/api/v1/sign-in-links", &json!({})).await.ok();
    let reply = house.nobody().get(&link.path).await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/")), "{}", reply.text());
    let set = reply.header("set-cookie").unwrap().to_owned();
    for part in ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=604800", "Secure"] {
        assert!(set.contains(part), "{part} is missing in {set}");
    }
    (house.nobody(), set.split(';').next().unwrap().to_owned())
}

#[tokio::test]
async fn a_foreign_page_is_refused_whatever_it_brings() {
    let house = House::new().await;
    let (browser, cookie) = browser(&house, Role::Admin).await;
    let program = house.client(Role::Admin).await;
    let other_port = format!("http://localhost:{}", house.address.port().wrapping_add(1));
    for origin in ["https://evil.example", "null", "", &other_port, "http://signalbox.example"] {
        for (method, path) in [("GET", ME), ("POST", "/api/v1/tasks"), ("GET", "/"), ("OPTIONS", ME)] {
            let headers = [("origin", origin), ("content-type", "application/json")];
            for client in [&browser, &program] {
                let reply = client.send(method, path, &headers, b"{}").await;
                assert_eq!(reply.problem(403).code, "foreign_page", "{origin} {method} {path}");
            }
            let with_cookie = [headers[0], headers[1], ("cookie", cookie.as_str())];
            let reply = browser.send(method, path, &with_cookie, b"{}").await;
            assert_eq!(reply.problem(403).code, "foreign_page", "{origin} {method} {path}");
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
    }
}

#[tokio::test]
async fn a_cookie_counts_from_our_own_page_only() {
    let house = House::new().await;
    let (browser, cookie) = browser(&house, Role::Engineer).await;
    let own = format!("http://{}", house.address);
    let send = async |method: &str, extra: &[(&str, &str)]| -> Reply {
        let usual = [("cookie", cookie.as_str()), ("content-type", "application/json")];
        let path = if method == "GET" { ME } else { "/api/v1/tasks/next" };
        browser.send(method, path, &[&usual, extra].concat(), b"").await
    };
    let me: Me = send("GET", &[]).await.ok();
    assert_eq!(me.name.as_str(), "ada/session");
    for origin in [own.as_str(), PUBLIC] {
        assert_eq!(send("POST", &[("origin", origin)]).await.status, 204);
    }
    assert_eq!(send("POST", &[("sec-fetch-site", "same-origin")]).await.status, 204);
    assert_eq!(send("GET", &[("sec-fetch-site", "none")]).await.status, 200);

    assert_eq!(send("POST", &[]).await.problem(403).code, "foreign_page");
    assert_eq!(send("POST", &[("sec-fetch-site", "none")]).await.problem(403).code, "foreign_page");
    for site in ["cross-site", "same-site"] {
        for method in ["GET", "POST"] {
            let reply = send(method, &[("sec-fetch-site", site), ("origin", &own)]).await;
            assert_eq!(reply.problem(403).code, "foreign_page", "{method} {site}");
        }
    }
    // A wrong token is not saved by a good cookie.
    let both = send("GET", &[("authorization", "Bearer sbx_admin_x")]).await;
    assert_eq!(both.problem(401).code, "unknown_token");
}

#[tokio::test]
async fn a_link_signs_in_once_within_ten_minutes() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let link: SignInLink = ada.post("/api/v1/sign-in-links", &json!({})).await.ok();
    assert_eq!(house.nobody().get(&link.path).await.status, 303);
    let again = house.nobody().get(&link.path).await;
    assert_eq!((again.status, again.header("set-cookie")), (401, None));

    let late: SignInLink = ada.post("/api/v1/sign-in-links", &json!({})).await.ok();
    house.fixture.time.jump(Duration::from_secs(600));
    assert_eq!(house.nobody().get(&late.path).await.status, 401);
    assert_eq!(house.nobody().get("/sign-in").await.status, 400);
    let runner = house.client(Role::Runner).await;
    assert_eq!(runner.post("/api/v1/sign-in-links", &json!({})).await.problem(403).code, "denied");
}

#[tokio::test]
async fn the_page_says_who_is_signed_in_and_tells_a_browser_to_trust_nothing_else() {
    let house = House::new().await;
    let (browser, cookie) = browser(&house, Role::Viewer).await;
    let page = browser.send("GET", "/", &[("cookie", &cookie)], b"").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Signed in as ada/session, viewer."), "{}", page.text());
    let without = house.nobody().get("/").await;
    assert_eq!(without.status, 401);
    for reply in [page, without, house.nobody().get(ME).await] {
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("x-frame-options"), Some("DENY"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(reply.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    }
}

#[tokio::test]
async fn each_role_does_its_own() {
    let house = House::new().await;
    let task = json!({ "project": "web", "repository": "acme/shop", "title": "Fix it" });
    let lease = json!({
        "runner": { "name": "r", "computer": "r", "modes": ["cloud"], "slots": 1 },
        "at_most": 1, "seconds": 60,
    });
    let project = json!({ "name": "app" });
    // read, make a task, make a project, lease
    for (role, expected) in [
        (Role::Viewer, [200, 403, 403, 403]),
        (Role::Engineer, [200, 201, 403, 403]),
        (Role::Operator, [200, 201, 201, 403]),
        (Role::Admin, [200, 201, 201, 403]),
        (Role::Runner, [403, 403, 403, 200]),
        (Role::Run, [403, 403, 403, 403]),
    ] {
        let client = house.client(role).await;
        let answers = [
            client.get("/api/v1/tasks").await.status,
            client.post("/api/v1/tasks", &task).await.status,
            client.post("/api/v1/projects", &project).await.status,
            client.post("/api/v1/runner/lease", &lease).await.status,
        ];
        assert_eq!(answers, expected, "{role}");
    }
}

#[tokio::test]
async fn the_same_handlers_answer_inside_the_process() {
    let house = House::new().await;
    let answer = house.api.call(local(), Verb::Get, ME, None).await;
    let me: Me = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, me.role), (200, Role::Admin));
    let body = json!({ "project": "web", "repository": "acme/shop", "title": "Fix it" }).to_string();
    let made = house.api.call(local(), Verb::Post, "/api/v1/tasks", Some(body.into_bytes())).await;
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    for (path, status) in [("/api/v1/nowhere", 404), ("/elsewhere", 404), ("no path", 400), ("", 400)] {
        assert_eq!(house.api.call(local(), Verb::Get, path, None).await.status, status, "{path}");
    }
}

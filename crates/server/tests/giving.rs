//! Tokens and secrets over the API: only an admin gives access, and what is secret is seen once or never.

use serde_json::json;
use signalbox_control::local;
use signalbox_control::views::{Listing, Me, SecretLine, TokenMade, TokenRevoked};
use signalbox_domain::access::{Role, Scope, Token};
use signalbox_server::Verb;

use crate::house::{Client, House};

const TOKENS: &str = "/api/v1/tokens";
const SECRETS: &str = "/api/v1/secrets";
const VALUE: &str = "hunter2-correct-horse";

#[tokio::test]
async fn an_admin_makes_a_token_whose_secret_is_seen_once() {
    let house = House::new().await;
    let grace = house.client(Role::Admin).await;
    let wish = json!({ "name": "ci", "role": "engineer", "days": 3 });
    let reply = grace.post(TOKENS, &wish).await;
    assert_eq!((reply.status, reply.header("cache-control")), (201, Some("no-store")));
    let made: TokenMade = reply.ok();
    assert_eq!(
        made.token.expires_at,
        Some(house.fixture.clock.now().plus(std::time::Duration::from_secs(259_200)))
    );
    let bearer = Client { bearer: Some(made.secret.reveal().to_owned()), ..house.nobody() };
    let me: Me = bearer.get("/api/v1/me").await.ok();
    assert_eq!((me.name.as_str(), me.role, me.scope), ("ci", Role::Engineer, Scope::Everything));

    let reply = grace.get(TOKENS).await;
    assert!(
        !reply.text().contains(made.secret.reveal()) && !reply.text().contains("secret"),
        "{}",
        reply.text()
    );
    let listed: Listing<Token> = reply.ok();
    assert_eq!(listed.items.iter().map(|token| token.id).next(), Some(made.token.id), "the newest first");
    let page: Listing<Token> = grace.get(&format!("{TOKENS}?limit=1")).await.ok();
    assert_eq!(page.next, Some(made.token.id.to_string()));

    let long = json!({ "name": "long", "role": "viewer", "days": u32::MAX });
    let made_long: TokenMade = grace.post(TOKENS, &long).await.ok();
    assert!(made_long.token.expires_at.is_some_and(|end| end > house.fixture.clock.now()), "{made_long:?}");

    let revoke = format!("{TOKENS}/{}/revoke", made.token.id);
    assert_eq!(grace.post(&revoke, &json!({})).await.ok::<TokenRevoked>(), TokenRevoked::Now);
    let at = house.fixture.clock.now();
    assert_eq!(grace.post(&revoke, &json!({})).await.ok::<TokenRevoked>(), TokenRevoked::Before { at });
    assert_eq!(bearer.get("/api/v1/me").await.problem(401).code, "ended_token");
    grace.post(&format!("{TOKENS}/token_01h455vb4pex5vsknk084sn02q/revoke"), &json!({})).await.problem(404);
    for (wish, at) in [
        (json!({ "name": "x", "role": "run" }), "role"),
        (json!({ "name": "x", "role": "king" }), "role"),
        (json!({ "name": "x", "role": "viewer", "days": 0 }), "days"),
        (json!({ "name": "x y", "role": "viewer" }), "name"),
    ] {
        assert_eq!(grace.post(TOKENS, &wish).await.problem(422).at.as_deref(), Some(at), "{wish}");
    }
}

#[tokio::test]
async fn a_secret_is_kept_as_text_or_bytes_and_never_told() {
    let house = House::new().await;
    let grace = house.client(Role::Admin).await;
    let kept = async |name: &str| house.fixture.secrets().reveal(&name.parse().unwrap()).await.unwrap();
    let text = grace.post(SECRETS, &json!({ "name": "FORGE", "value": VALUE })).await;
    assert_eq!((text.status, text.text().as_str()), (204, ""));
    assert_eq!(**kept("FORGE").await, *VALUE.as_bytes());
    let bytes = json!({ "name": "KEY", "value": "AP8KAA==", "encoding": "base64" });
    assert_eq!(grace.post(SECRETS, &bytes).await.status, 204);
    assert_eq!(**kept("KEY").await, [0, 255, 10, 0]);
    // The largest, in the longest form that JSON has for it.
    let largest = format!(r#"{{"name":"LARGE","value":"{}"}}"#, "\\u0001".repeat(64 << 10));
    let headers = [("content-type", "application/json")];
    assert_eq!(grace.send("POST", SECRETS, &headers, largest.as_bytes()).await.status, 204);
    assert_eq!(kept("LARGE").await.len(), 64 << 10);

    let reply = grace.get(SECRETS).await;
    assert!(!reply.text().contains("hunter2"), "{}", reply.text());
    let listed: Listing<SecretLine> = reply.ok();
    let names: Vec<_> = listed.items.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["FORGE", "KEY", "LARGE"]);
    assert_eq!(grace.post(&format!("{SECRETS}/KEY/remove"), &json!({})).await.status, 204);
    assert_eq!(grace.post(&format!("{SECRETS}/KEY/remove"), &json!({})).await.problem(404).code, "not_found");
}

#[tokio::test]
async fn what_is_wrong_with_a_secret_is_said_without_it() {
    let house = House::new().await;
    let grace = house.client(Role::Admin).await;
    let quoted = json!(VALUE).to_string();
    for (body, status, at) in [
        (json!({ "name": VALUE.repeat(20), "value": "x" }).to_string(), 422, Some("name")),
        (json!({ "name": "hunter2 with a space", "value": "x" }).to_string(), 422, Some("name")),
        (json!({ "name": [VALUE], "value": "x" }).to_string(), 422, Some("name")),
        (json!({ "name": "A", "value": { "text": VALUE } }).to_string(), 422, Some("value")),
        (json!({ "name": "A", "value": [VALUE] }).to_string(), 422, Some("value")),
        (json!({ "name": "A", "value": VALUE, "encoding": VALUE }).to_string(), 422, Some("encoding")),
        (json!({ "name": "A", "value": VALUE, "encoding": "base64" }).to_string(), 422, Some("value")),
        (json!({ "name": "A", VALUE: "x" }).to_string(), 422, Some("$")),
        (json!({ "name": "A" }).to_string(), 422, Some("value")),
        (json!({ "name": "A", "value": "" }).to_string(), 422, Some("value")),
        (quoted.clone(), 422, Some("$")),
        (format!("[{quoted}, 5]"), 422, None),
        (format!(r#"{{"name":"A","value":"{VALUE}"#), 400, None),
        (format!(r#"{{"name":"A","value":"{VALUE}"}} {VALUE}"#), 400, None),
        (json!({ "name": "A", "value": VALUE.repeat(4_000) }).to_string(), 422, Some("value")),
        (json!({ "name": "A", "value": VALUE.repeat(40_000) }).to_string(), 413, None),
    ] {
        let headers = [("content-type", "application/json")];
        let reply = grace.send("POST", SECRETS, &headers, body.as_bytes()).await;
        let shown = &body[..body.len().min(90)];
        assert!(!reply.text().contains("hunter2"), "{shown}: {}", reply.text());
        let problem = reply.problem(status);
        if let Some(at) = at {
            assert_eq!(problem.at.as_deref(), Some(at), "{shown}: {problem:?}");
        }
    }
    let plain = grace.send("POST", SECRETS, &[("content-type", "text/plain")], VALUE.as_bytes()).await;
    assert!(!plain.text().contains("hunter2"));
    plain.problem(415);
    let in_process = house.api.call(local(), Verb::Post, "/api/v1/secrets", Some(quoted.into_bytes())).await;
    assert_eq!(in_process.status, 422);
    assert!(!String::from_utf8(in_process.body).unwrap().contains("hunter2"));
    let listed: Listing<SecretLine> = grace.get(SECRETS).await.ok();
    assert_eq!(listed.items, []);
}

#[tokio::test]
async fn nobody_but_an_admin_gives_access_or_touches_secrets() {
    let house = House::new().await;
    let admin = house.client(Role::Admin).await;
    let set = admin.post(SECRETS, &json!({ "name": "FORGE", "value": VALUE })).await;
    assert_eq!(set.status, 204, "{}", set.text());
    let standing = house.token(Role::Viewer, Scope::Everything, None).await;
    let project = house.fixture.store.project_find(&"web".parse().unwrap()).await.unwrap().unwrap().id;
    let of_one_project = house.token(Role::Admin, Scope::Project { project }, None).await;
    let mut clients = vec![Client { bearer: Some(of_one_project.secret.to_string()), ..house.nobody() }];
    for role in [Role::Viewer, Role::Engineer, Role::Operator, Role::Runner, Role::Run] {
        clients.push(house.client(role).await);
    }
    for client in clients {
        for path in [TOKENS, SECRETS] {
            assert_eq!(client.get(path).await.problem(403).code, "denied");
        }
        for (path, body) in [
            (TOKENS.to_owned(), json!({ "name": "mine", "role": "admin" })),
            (format!("{TOKENS}/{}/revoke", standing.token.id), json!({})),
            (SECRETS.to_owned(), json!({ "name": "FORGE", "value": "another" })),
            (format!("{SECRETS}/FORGE/remove"), json!({})),
        ] {
            assert_eq!(client.post(&path, &body).await.problem(403).code, "denied", "{path}");
        }
    }
    let kept = house.fixture.secrets().reveal(&"FORGE".parse().unwrap()).await.unwrap();
    assert_eq!(**kept, *VALUE.as_bytes());
    let still = Client { bearer: Some(standing.secret.to_string()), ..house.nobody() };
    let _: Me = still.get("/api/v1/me").await.ok();
    let listed: Listing<Token> = admin.get(TOKENS).await.ok();
    assert!(listed.items.iter().all(|token| token.name.as_str() != "mine"), "{listed:?}");
}

//! Whatever is sent, the answer is a refusal with a code and a line, never a failure of ours.

use serde_json::json;
use signalbox_control::views::ProblemBody;
use signalbox_domain::access::Role;
use signalbox_domain::ids::TaskId;

use crate::house::House;

const JSON: (&str, &str) = ("content-type", "application/json");

const GETS: [&str; 14] = [
    "/signals/",
    "/cases/",
    "/tasks/",
    "/runs/",
    "/why/",
    "/projects/PART/repositories#",
    "/signals?after=",
    "/cases?after=",
    "/tasks?after=",
    "/runs?after=",
    "/tasks?project=",
    "/runs?task=",
    "/cases?state=",
    "/signals?limit=",
];

const POSTS: [&str; 14] = [
    "/tokens",
    "/secrets",
    "/signals",
    "/tasks",
    "/tasks/next",
    "/tasks/ID/start",
    "/projects",
    "/projects/web/repositories",
    "/runner/lease",
    "/runner/runs/RUN/renew",
    "/runner/runs/RUN/moved",
    "/runner/runs/RUN/notes",
    "/runner/runs/RUN/finish",
    "/runner/runs/ID/finish",
];

#[tokio::test]
async fn no_part_of_a_url_makes_a_failure_of_ours() {
    let house = House::new().await;
    let client = house.client(Role::Admin).await;
    let long = "x".repeat(4_000);
    let parts = [
        "x",
        "%00",
        "%ff%fe",
        "%F0%9F%A6%80",
        "task_",
        "case_0000000000000000000000000u",
        "..%2f..%2fetc",
        "'%20OR%201=1--",
        "sig_8zzzzzzzzzzzzzzzzzzzzzzzzz",
        "-1",
        "18446744073709551616",
        "%3Cscript%3E",
        "null",
        long.as_str(),
    ];
    for route in GETS {
        for part in parts {
            let path = if route.contains("PART") {
                route.replace("PART", part).replace('#', "")
            } else {
                format!("{route}{part}")
            };
            let reply = client.get(&format!("/api/v1{path}")).await;
            assert!(matches!(reply.status, 400 | 404 | 422), "{path}: {} {}", reply.status, reply.text());
            let problem = reply.json::<ProblemBody>().error;
            assert!(!problem.code.is_empty() && problem.message.len() < 500, "{path}: {problem:?}");
        }
    }
}

#[tokio::test]
async fn no_body_makes_a_failure_of_ours() {
    let house = House::new().await;
    let task: TaskId = house.fixture.ids.next();
    let run: signalbox_domain::ids::RunId = house.fixture.ids.next();
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 15] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[[]]",
        b"7",
        b"\"x\"",
        b"{}",
        b"{\"a\":1}",
        b"\xff\xfe",
        b"{\"title\":\"\\ud800\"}",
        b"{\"project\":null}",
        b"{\"token\":1e999}",
        b"{} {}",
        deep.as_bytes(),
    ];
    for role in [Role::Admin, Role::Runner] {
        let client = house.client(role).await;
        for route in POSTS {
            let path =
                format!("/api/v1{}", route.replace("ID", &task.to_string()).replace("RUN", &run.to_string()));
            for body in bodies {
                let reply = client.send("POST", &path, &[JSON], body).await;
                let expected = matches!(reply.status, 204 | 400 | 403 | 404 | 409 | 422);
                assert!(expected, "{path} {:?}: {} {}", body.get(..40), reply.status, reply.text());
                if reply.status != 204 {
                    assert!(!reply.json::<ProblemBody>().error.message.is_empty(), "{path}");
                }
            }
            let reply = client.send("POST", &path, &[("content-type", "text/html")], b"{}").await;
            assert!(matches!(reply.status, 400 | 403 | 415), "{path}: {} {}", reply.status, reply.text());
        }
    }
}

#[tokio::test]
async fn ids_of_another_kind_and_of_nothing_are_told_apart() {
    let house = House::new().await;
    let client = house.client(Role::Admin).await;
    let nothing: TaskId = house.fixture.ids.next();
    let missing = client.get(&format!("/api/v1/tasks/{nothing}")).await.problem(404);
    assert_eq!(missing.message, format!("there is no task {nothing}"));
    let other = client.get(&format!("/api/v1/runs/{nothing}")).await.problem(400);
    assert!(other.message.contains("expected an id that begins with `run_`"), "{}", other.message);
    let unknown = client.get("/api/v1/tasks?sate=done").await.problem(400);
    assert!(unknown.message.contains("sate"), "{}", unknown.message);
    for limit in ["0", "201"] {
        let problem = client.get(&format!("/api/v1/tasks?limit={limit}")).await.problem(422);
        assert_eq!(problem.expected.as_deref(), Some("a number from 1 to 200"));
    }
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let house = House::new().await;
    let client = house.client(Role::Engineer).await;
    let wish = |key: &str, value: serde_json::Value| {
        let mut wish = json!({ "project": "web", "repository": "acme/shop", "title": "t" });
        wish[key] = value;
        wish
    };
    for (key, value) in [
        ("project", json!("../x")),
        ("repository", json!(7)),
        ("title", json!("  ")),
        ("title", json!("x".repeat(501))),
        ("intent", json!("destroy")),
        ("mode", json!("sky")),
        ("priority", json!("P9")),
        ("schema", json!({})),
        ("once", json!("")),
        ("colour", json!("red")),
    ] {
        let problem = client.post("/api/v1/tasks", &wish(key, value.clone())).await.problem(422);
        assert!(problem.message.contains(key), "{key} {value}: {problem:?}");
    }
    for schema in [
        json!(7),
        json!({"type": "no such type"}),
        json!({"$ref": "http://127.0.0.1:1/x"}),
        json!({"pattern": "("}),
    ] {
        let mut wish = wish("schema", schema.clone());
        wish["intent"] = json!("answer");
        let problem = client.post("/api/v1/tasks", &wish).await.problem(422);
        assert!(problem.message.contains("a JSON schema"), "{schema}: {problem:?}");
    }
    let mut fits = wish("schema", json!({"type": "object"}));
    fits["intent"] = json!("answer");
    assert_eq!(client.post("/api/v1/tasks", &fits).await.status, 201);
    let missing = client.post("/api/v1/tasks", &json!({ "project": "web" })).await.problem(422);
    assert!(missing.message.contains("repository"), "{}", missing.message);
    let nowhere = client.post("/api/v1/tasks", &wish("repository", json!("a/b"))).await.problem(404);
    assert_eq!(nowhere.message, "there is no repository a/b");
}

#[tokio::test]
async fn routes_and_methods_that_are_not_there_say_so() {
    let house = House::new().await;
    let client = house.client(Role::Admin).await;
    assert_eq!(client.get("/api/v1/nowhere").await.problem(404).code, "not_found");
    let reply = client.send("DELETE", "/api/v1/tasks", &[], b"").await;
    assert_eq!(reply.problem(405).code, "method_not_allowed");
}

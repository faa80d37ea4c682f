//! Projects and repositories, and the small routes.

use serde_json::{Value, json};
use signalbox_control::views::{KeyLine, Listing};
use signalbox_domain::access::Role;
use signalbox_domain::project::{Project, Repository};
use signalbox_domain::run::Runner;

use crate::house::{House, PUBLIC};

#[tokio::test]
async fn a_repository_is_added_to_a_project() {
    let house = House::new().await;
    let grace = house.client(Role::Operator).await;
    let made: Project = grace.post("/api/v1/projects", &json!({ "name": "app" })).await.ok();
    let listed: Listing<Project> = grace.get("/api/v1/projects").await.ok();
    assert!(listed.items.contains(&made), "{listed:?}");
    let path = "/api/v1/projects/app/repositories";
    let wish = json!({ "name": "acme/app", "location": "/srv/git/app.git" });
    let added: Repository = grace.post(path, &wish).await.ok();
    assert_eq!((added.default_branch.as_str(), added.project), ("main", made.id));
    let listed: Listing<Repository> = grace.get(path).await.ok();
    assert_eq!(listed.items, [added]);
}

#[tokio::test]
async fn a_location_with_a_password_is_refused_and_not_repeated() {
    let house = House::new().await;
    let grace = house.client(Role::Operator).await;
    let wish = json!({ "name": "acme/app", "location": "https://ada:hunter2@forge.example/app" });
    let problem = grace.post("/api/v1/projects/web/repositories", &wish).await.problem(422);
    assert_eq!(problem.at.as_deref(), Some("location"));
    assert!(problem.expected.is_some_and(|expected| expected.contains("without a password")));
    assert!(!problem.message.contains("hunter2"), "{}", problem.message);
}

#[tokio::test]
async fn a_project_gets_public_keys_and_loses_them() {
    let house = House::new().await;
    let (grace, viewer) = (house.client(Role::Operator).await, house.client(Role::Viewer).await);
    let path = "/api/v1/projects/web/keys";
    let made: KeyLine = grace.post(path, &json!({})).await.ok();
    assert_eq!(made.posthog_host, PUBLIC);
    assert!(made.sentry_dsn.starts_with(&format!("https://{}@signalbox.example/", made.key)), "{made:?}");
    assert_eq!(viewer.get(path).await.ok::<Listing<KeyLine>>().items, std::slice::from_ref(&made));
    let remove = format!("{path}/{}/remove", made.key);
    viewer.post(&remove, &json!({})).await.problem(403);
    assert_eq!(grace.post(&remove, &json!({})).await.status, 204);
    grace.post(&remove, &json!({})).await.problem(404);
    grace.post(&format!("{path}/nonsense/remove"), &json!({})).await.problem(400);
    grace.post("/api/v1/projects/nowhere/keys", &json!({})).await.problem(404);
}

#[tokio::test]
async fn status_and_runners_are_shown_to_readers() {
    let house = House::new().await;
    let viewer = house.client(Role::Viewer).await;
    let status: Value = viewer.get("/api/v1/status").await.ok();
    assert_eq!(status["version"], "0.1.0");
    let runner = house.fixture.runner("here");
    house.fixture.store.runner_put(&runner).await.unwrap();
    let runners: Listing<Runner> = viewer.get("/api/v1/runners").await.ok();
    assert_eq!(runners.items, [runner]);
    let fleet = house.client(Role::Runner).await;
    fleet.get("/api/v1/status").await.problem(403);
}

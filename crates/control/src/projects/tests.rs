use signalbox_domain::access::{Role, Scope};

use super::*;
use crate::fixture::{Fixture, actor};

fn shop(location: &str) -> NewRepository {
    NewRepository {
        name: "acme/web".parse().unwrap(),
        location: location.into(),
        default_branch: "main".into(),
    }
}

#[tokio::test]
async fn a_repository_is_added_and_moved() {
    let fixture = Fixture::new().await;
    let projects = fixture.projects();
    let (grace, web) = (actor(Role::Operator), "web".parse().unwrap());
    let added = projects.repository_put(&grace, &web, shop("/srv/a")).await.unwrap();
    let moved = projects.repository_put(&grace, &web, shop("/srv/b")).await.unwrap();
    assert_eq!((moved.id, moved.location.as_str()), (added.id, "/srv/b"));
    let listed = projects.repositories(&actor(Role::Viewer), &web).await.unwrap();
    assert!(listed.contains(&moved), "{listed:?}");
    let refused = projects.repository_put(&grace, &web, shop("https://a:b@c/d")).await.unwrap_err();
    assert_eq!(refused.code(), "invalid");
}

#[tokio::test]
async fn only_who_keeps_the_system_running_changes_it() {
    let fixture = Fixture::new().await;
    let projects = fixture.projects();
    let web = "web".parse().unwrap();
    for role in [Role::Viewer, Role::Engineer, Role::Runner, Role::Run] {
        let who = actor(role);
        let made = projects.ensure(&who, &NewProject { name: "app".parse().unwrap() }).await;
        let put = projects.repository_put(&who, &web, shop("/srv/a")).await;
        assert!(matches!((made, put), (Err(Problem::Denied(_)), Err(Problem::Denied(_)))), "{role}");
    }
}

#[tokio::test]
async fn somebody_of_one_project_sees_no_other() {
    let fixture = Fixture::new().await;
    let projects = fixture.projects();
    let app =
        projects.ensure(&actor(Role::Operator), &NewProject { name: "app".parse().unwrap() }).await.unwrap();
    let of_app = Actor { scope: Scope::Project { project: app.id }, ..actor(Role::Viewer) };
    assert_eq!(projects.list(&of_app).await.unwrap(), [app]);
    assert_eq!(projects.list(&actor(Role::Viewer)).await.unwrap().len(), 2);
    for name in ["web", "nowhere"] {
        let asked = projects.repositories(&of_app, &name.parse().unwrap()).await;
        assert!(matches!(asked, Err(Problem::Denied(_))), "{name}: {asked:?}");
    }
}

#[tokio::test]
async fn a_project_gets_keys_and_loses_them() {
    let fixture = Fixture::new().await;
    let projects = fixture.projects();
    let (grace, web) = (actor(Role::Operator), "web".parse().unwrap());
    let made = projects.key_make(&grace, &web, "https://signalbox.example/").await.unwrap();
    let (key, host) = (made.key.as_str(), "https://signalbox.example");
    let dsn = made.sentry_dsn.strip_prefix(&format!("https://{key}@signalbox.example/")).unwrap();
    assert!(dsn.parse::<u32>().is_ok() && made.posthog_host == host, "{made:?}");
    let second = projects.key_make(&grace, &web, host).await.unwrap();
    assert_ne!(second.key, made.key);
    let listed = projects.keys(&actor(Role::Viewer), &web, host).await.unwrap();
    assert_eq!(listed.items.len(), 2);
    let engineer = actor(Role::Engineer);
    let (more, less) = (
        projects.key_make(&engineer, &web, host).await,
        projects.key_remove(&engineer, &web, &made.key).await,
    );
    assert!(matches!((more, less), (Err(Problem::Denied(_)), Err(Problem::Denied(_)))));
    projects.key_remove(&grace, &web, &made.key).await.unwrap();
    assert_eq!(projects.keys(&grace, &web, host).await.unwrap().items, [second]);
    assert_eq!(projects.key_remove(&grace, &web, &made.key).await.unwrap_err().code(), "not_found");
}

use signalbox_domain::access::Role;

use super::*;
use crate::fixture::{Fixture, actor, wish};
use crate::views::TasksAsk;

#[tokio::test]
async fn an_engineer_makes_a_task_once_and_starts_it() {
    let fixture = Fixture::new().await;
    let (tasks, ada) = (fixture.tasks(), actor(Role::Engineer));
    let once = TaskWish { once: Some("k".into()), ..wish() };
    let (id, opened) = tasks.make(&ada, once.clone()).await.unwrap();
    assert_eq!(opened, Opened::New);
    let (_, again) = tasks.make(&ada, once).await.unwrap();
    assert_eq!(again, Opened::Repeated { task: id });

    let page = fixture.reads().task(&ada, id).await.unwrap();
    assert_eq!((page.task.provenance, page.task.starter), (Provenance::Person, Starter::Itself));
    assert_eq!(page.repository.map(|repository| repository.name.to_string()), Some("acme/shop".into()));
    assert_eq!(tasks.start(&ada, id, Some(Mode::Cloud)).await.unwrap(), TaskState::Queued);
    let page = fixture.reads().task(&ada, id).await.unwrap();
    assert_eq!(page.task.mode, Mode::Cloud);
    let [why] = page.decisions.as_slice() else { panic!("{:?}", page.decisions) };
    assert_eq!((why.stage, why.code.as_str()), (Stage::Control, "started-by-a-person"));
    assert_eq!(why.words, "local started it in cloud");

    let taken = tasks.next(&ada, None).await.unwrap().unwrap();
    assert_eq!((taken.id, taken.state), (id, TaskState::InHand));
    assert_eq!(tasks.next(&ada, None).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let fixture = Fixture::new().await;
    let (tasks, ada) = (fixture.tasks(), actor(Role::Engineer));
    let refused = |wish| async { tasks.make(&ada, wish).await.unwrap_err().to_string() };
    assert_eq!(
        refused(TaskWish { project: "nix".parse().unwrap(), ..wish() }).await,
        "there is no project nix"
    );
    let elsewhere = TaskWish { repository: "a/b".parse().unwrap(), ..wish() };
    assert_eq!(refused(elsewhere).await, "the project has no repository a/b");
    assert!(refused(TaskWish { title: " ".into(), ..wish() }).await.contains("1 to 500"));
    assert!(matches!(tasks.start(&ada, fixture.ids.next(), None).await, Err(TaskError::Missing(_))));
}

#[tokio::test]
async fn who_only_reads_makes_and_starts_nothing() {
    let fixture = Fixture::new().await;
    let tasks = fixture.tasks();
    let (id, _) = tasks.make(&actor(Role::Engineer), wish()).await.unwrap();
    for role in [Role::Viewer, Role::Runner, Role::Run] {
        let actor = actor(role);
        assert!(matches!(tasks.make(&actor, wish()).await, Err(TaskError::Denied(_))), "{role}");
        assert!(matches!(tasks.start(&actor, id, None).await, Err(TaskError::Denied(_))), "{role}");
        assert!(matches!(tasks.next(&actor, None).await, Err(TaskError::Denied(_))), "{role}");
    }
    let listed = fixture.reads().tasks(&actor(Role::Viewer), &TasksAsk::default()).await.unwrap();
    assert_eq!(listed.items.iter().map(|line| line.id).collect::<Vec<_>>(), [id]);
}

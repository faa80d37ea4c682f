//! Projects, repositories, people, tokens, secrets.

use std::time::Duration;

use signalbox_domain::access::{Role, Scope, Token};
use signalbox_domain::names::Label;
use signalbox_domain::project::{Person, Project, Repository};
use signalbox_runtime::KeyId;
use signalbox_store::control::{KeyPut, Removed, Revoked};
use signalbox_store::{Page, StoreError};
use tokio::task::JoinSet;

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    a_project_is_made_once,
    of_many_who_mention_a_project_one_makes_it,
    a_repository_keeps_its_first_id,
    a_person_keeps_the_first_id_and_may_get_another_name,
    a_token_is_found_by_its_hash,
    a_token_is_revoked_once,
    the_use_of_a_token_is_noted_once_a_minute,
    tokens_are_paged_newest_first,
    a_secret_is_replaced_under_its_name,
    of_two_keys_at_once_one_seals,
    lists_show_no_secret,
}

async fn a_project_is_made_once(fixture: &Fixture) {
    let (web, store) = ("web".parse().unwrap(), &fixture.store);
    assert_eq!(store.project_find(&web).await.unwrap(), None);
    let first = store.project_ensure(&web, fixture.id(), NOON).await.unwrap();
    let second = store.project_ensure(&web, fixture.id(), NOON).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(store.project_find(&web).await.unwrap(), Some(first.clone()));
    let app = store.project_ensure(&"app".parse().unwrap(), fixture.id(), NOON).await.unwrap();
    assert_eq!(store.projects_list().await.unwrap(), [app, first]);
}

async fn of_many_who_mention_a_project_one_makes_it(fixture: &Fixture) {
    let mut everyone = JoinSet::new();
    for _ in 0..8 {
        let (store, id) = (fixture.other_process().await, fixture.id());
        everyone.spawn(async move { store.project_ensure(&"web".parse().unwrap(), id, NOON).await.unwrap() });
    }
    let answers: Vec<Project> = everyone.join_all().await;
    assert!(answers.iter().all(|project| *project == answers[0]), "{answers:?}");
    assert_eq!(fixture.store.projects_list().await.unwrap().len(), 1);
}

async fn a_repository_keeps_its_first_id(fixture: &Fixture) {
    let (project, store) = (fixture.project("web").await, &fixture.store);
    let first = Repository {
        id: fixture.id(),
        project,
        name: "acme/shop".parse().unwrap(),
        location: "https://forge.example/acme/shop".to_owned(),
        default_branch: "main".to_owned(),
    };
    assert_eq!(store.repository_put(&first, NOON).await.unwrap(), first);
    let moved = Repository { id: fixture.id(), location: "/srv/shop.git".to_owned(), ..first.clone() };
    let kept = store.repository_put(&moved, NOON).await.unwrap();
    assert_eq!(kept, Repository { id: first.id, ..moved });
    assert_eq!(store.repository_show(first.id).await.unwrap(), Some(kept.clone()));
    assert_eq!(store.repository_find(project, &first.name).await.unwrap(), Some(kept.clone()));
    let other = fixture.project("app").await;
    assert_eq!(store.repository_find(other, &first.name).await.unwrap(), None);
    assert_eq!(store.repositories_list(other).await.unwrap(), []);
    assert_eq!(store.repositories_list(project).await.unwrap(), [kept]);
}

async fn a_person_keeps_the_first_id_and_may_get_another_name(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = Person {
        id: fixture.id(),
        name: "Ada".to_owned(),
        emails: vec!["ada@acme.example".to_owned()],
        logins: vec![],
    };
    assert_eq!(store.person_put(&ada, NOON).await.unwrap(), ada);
    let again = Person { id: fixture.id(), logins: vec!["ada".to_owned()], ..ada.clone() };
    let kept = store.person_put(&again, NOON).await.unwrap();
    assert_eq!(kept, Person { id: ada.id, ..again });
    let renamed = Person { name: "Ada L.".to_owned(), ..kept };
    assert_eq!(store.person_put(&renamed, NOON).await.unwrap(), renamed);
    assert_eq!(store.people_list().await.unwrap(), [renamed]);
}

fn token(fixture: &Fixture, scope: Scope) -> Token {
    Token {
        id: fixture.id(),
        name: "ci".parse().unwrap(),
        role: Role::Engineer,
        scope,
        made_at: NOON,
        expires_at: Some(NOON.plus(Duration::from_secs(60))),
        revoked_at: None,
        used_at: None,
        parent: None,
    }
}

async fn a_token_is_found_by_its_hash(fixture: &Fixture) {
    let (store, project) = (&fixture.store, fixture.id());
    for (n, scope) in [Scope::Everything, Scope::Project { project }, Scope::Run { run: fixture.id() }]
        .into_iter()
        .enumerate()
    {
        let (token, hash) = (token(fixture, scope), [u8::try_from(n).unwrap(); 32]);
        store.token_put(&token, &hash).await.unwrap();
        assert_eq!(store.token_by_hash(&hash).await.unwrap(), Some(token.clone()));
        assert_eq!(store.token_show(token.id).await.unwrap(), Some(token.clone()));
        let stronger = Token { role: Role::Admin, ..token.clone() };
        store.token_put(&stronger, &hash).await.unwrap();
        assert_eq!(store.token_by_hash(&hash).await.unwrap(), Some(token), "a token never gains a right");
    }
    assert_eq!(store.token_by_hash(&[9; 32]).await.unwrap(), None);
    assert_eq!(store.token_show(fixture.id()).await.unwrap(), None);
}

async fn a_token_is_revoked_once(fixture: &Fixture) {
    let (store, token) = (&fixture.store, token(fixture, Scope::Everything));
    store.token_put(&token, &[1; 32]).await.unwrap();
    assert_eq!(store.token_revoke(token.id, NOON).await.unwrap(), Revoked::Now);
    let later = NOON.plus(Duration::from_secs(5));
    assert_eq!(store.token_revoke(token.id, later).await.unwrap(), Revoked::Before { at: NOON });
    let kept = store.token_by_hash(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(kept.revoked_at, Some(NOON));
    assert!(!kept.is_good_at(NOON));
    let unknown = store.token_revoke(fixture.id(), NOON).await;
    assert!(matches!(unknown, Err(StoreError::Missing { what: "token", .. })), "{unknown:?}");
}

async fn the_use_of_a_token_is_noted_once_a_minute(fixture: &Fixture) {
    let (store, made) = (&fixture.store, token(fixture, Scope::Everything));
    store.token_put(&made, &[1; 32]).await.unwrap();
    let used_at = async || store.token_by_hash(&[1; 32]).await.unwrap().unwrap().used_at;
    let after = |seconds| NOON.plus(Duration::from_secs(seconds));
    for (now, noted) in [(0, 0), (59, 0), (60, 60), (61, 60), (120, 120)] {
        // As one process reads it, and as another that read it before anybody used it.
        let read = store.token_by_hash(&[1; 32]).await.unwrap().unwrap();
        store.token_used(&read, after(now)).await.unwrap();
        store.token_used(&made, after(now)).await.unwrap();
        assert_eq!(used_at().await, Some(after(noted)), "at {now} s");
    }
}

async fn tokens_are_paged_newest_first(fixture: &Fixture) {
    let mut made = Vec::new();
    for n in 0..5 {
        let token = token(fixture, Scope::Everything);
        fixture.store.token_put(&token, &[n; 32]).await.unwrap();
        made.insert(0, token);
    }
    let first = fixture.store.tokens_list(Page::first(3)).await.unwrap();
    assert_eq!(first, made[..3]);
    let page = Page { before: Some(first[2].id), size: 3 };
    assert_eq!(fixture.store.tokens_list(page).await.unwrap(), made[3..]);
}

async fn a_secret_is_replaced_under_its_name(fixture: &Fixture) {
    let store = &fixture.store;
    let (name, id): (Label, _) = ("forge/token".parse().unwrap(), fixture.id());
    let later = NOON.plus(Duration::from_secs(5));
    store.secret_put(id, &name, b"\0sealed", NOON).await.unwrap();
    store.secret_put(fixture.id(), &name, b"sealed anew", later).await.unwrap();
    let kept = store.secret_find(&name).await.unwrap().unwrap();
    assert_eq!((kept.entry.id, kept.entry.made_at, kept.entry.changed_at), (id, NOON, later));
    assert_eq!(kept.sealed, b"sealed anew");
    assert_eq!(store.secret_remove(&name).await.unwrap(), Removed::Now);
    assert_eq!(store.secret_remove(&name).await.unwrap(), Removed::WasNotThere);
    assert_eq!(store.secret_find(&name).await.unwrap(), None);
}

async fn of_two_keys_at_once_one_seals(fixture: &Fixture) {
    let store = &fixture.store;
    let key = |n: u8| format!("{n:016x}").parse::<KeyId>().unwrap();
    assert_eq!(store.sealing_key_find().await.unwrap(), None);
    let (one, other) =
        tokio::join!(store.sealing_key_put(key(1), None, NOON), store.sealing_key_put(key(2), None, NOON),);
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_ne!(one, other, "{one:?}");
    let first = if one == KeyPut::Kept { key(1) } else { key(2) };
    assert_eq!(store.sealing_key_find().await.unwrap(), Some(first));
    assert_eq!(store.sealing_key_put(key(3), Some(key(9)), NOON).await.unwrap(), KeyPut::Another);
    assert_eq!(store.sealing_key_put(key(3), Some(first), NOON).await.unwrap(), KeyPut::Kept);
    assert_eq!(store.sealing_key_find().await.unwrap(), Some(key(3)));
}

async fn lists_show_no_secret(fixture: &Fixture) {
    for name in ["b", "a"] {
        fixture.store.secret_put(fixture.id(), &name.parse().unwrap(), b"hush", NOON).await.unwrap();
    }
    let listed = fixture.store.secrets_list().await.unwrap();
    let names: Vec<&str> = listed.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let shown = format!("{:?}", fixture.store.secret_find(&"a".parse().unwrap()).await.unwrap());
    assert!(!shown.contains("104") && !shown.contains("hush"), "{shown}");
}

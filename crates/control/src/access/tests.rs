use signalbox_domain::time::Timestamp;
use signalbox_runtime::{ManualClock, Randomness};
use signalbox_store::StoreConfig;

use super::*;

struct Fixture {
    access: Access,
    time: ManualClock,
    _folder: tempfile::TempDir,
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("t.db").display()).parse().unwrap();
    let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
    let (clock, time) = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
    let ids = IdSource::new(clock.clone(), Randomness::seeded(7));
    Fixture { access: Access::new(store, clock, ids), time, _folder: folder }
}

fn wish(role: Role, lives: Option<Duration>) -> TokenWish {
    TokenWish { name: "laptop".parse().unwrap(), role, scope: Scope::Everything, lives, parent: None }
}

async fn refused(fixture: &Fixture, secret: Option<&str>) -> Refused {
    match fixture.access.authenticate(secret).await {
        Err(AccessError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_is_known_again_by_its_secret_alone() {
    let fixture = fixture().await;
    let made = fixture.access.token_make(wish(Role::Engineer, None)).await.unwrap();
    assert!(made.secret.starts_with("sbx_engineer_"), "{}", *made.secret);
    let actor = fixture.access.authenticate(Some(&made.secret)).await.unwrap();
    assert_eq!((actor.token, actor.role), (made.token.id, Role::Engineer));

    assert_eq!(refused(&fixture, None).await, Refused::Missing);
    assert_eq!(refused(&fixture, Some("")).await, Refused::Unknown);
    assert_eq!(refused(&fixture, Some(&made.token.id.to_string())).await, Refused::Unknown);
    let shorter = &made.secret[..made.secret.len() - 1];
    assert_eq!(refused(&fixture, Some(shorter)).await, Refused::Unknown);
}

#[tokio::test]
async fn a_token_ends_by_time_and_by_hand() {
    let fixture = fixture().await;
    let hour = Duration::from_secs(3600);
    let short = fixture.access.token_make(wish(Role::Viewer, Some(hour))).await.unwrap();
    let admin = fixture.access.token_make(wish(Role::Admin, None)).await.unwrap();
    let actor = fixture.access.authenticate(Some(&admin.secret)).await.unwrap();
    fixture.access.authenticate(Some(&short.secret)).await.unwrap();
    fixture.time.jump(hour);
    assert_eq!(refused(&fixture, Some(&short.secret)).await, Refused::Ended);

    fixture.access.token_revoke(&actor, admin.token.id).await.unwrap();
    assert_eq!(refused(&fixture, Some(&admin.secret)).await, Refused::Ended);
}

#[tokio::test]
async fn only_an_admin_gives_access() {
    let fixture = fixture().await;
    for role in Role::ALL {
        let made = fixture.access.token_make(wish(role, None)).await.unwrap();
        let actor = fixture.access.authenticate(Some(&made.secret)).await.unwrap();
        let asked = fixture.access.token_make_for(&actor, wish(Role::Admin, None)).await;
        let listed = fixture.access.tokens_list(&actor, Page::first(10)).await;
        let revoked = fixture.access.token_revoke(&actor, made.token.id).await;
        let allowed = role == Role::Admin;
        assert_eq!((asked.is_ok(), listed.is_ok(), revoked.is_ok()), (allowed, allowed, allowed), "{role}");
    }
}

#[test]
fn the_local_admin_is_one() {
    assert_eq!(local().authorize(Action::ManageAccess, Target::System), Ok(()));
}

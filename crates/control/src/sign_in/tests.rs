use signalbox_domain::access::{Role, Scope};

use super::*;
use crate::fixture::{Fixture, actor};

fn code(link: &SignInLink) -> &str {
    link.path.strip_prefix("/sign-in?code=").unwrap()
}

#[tokio::test]
async fn a_link_works_once() {
    let fixture = Fixture::new().await;
    let sign_in = fixture.sign_in();
    let link = sign_in.link(&actor(Role::Engineer)).unwrap();
    let session = sign_in.redeem(code(&link)).await.unwrap();
    let who = fixture.access().authenticate(Some(&session.secret)).await.unwrap();
    assert_eq!((who.role, who.name.as_str()), (Role::Engineer, "local/session"));
    assert_eq!(session.token.expires_at, Some(fixture.clock.now().plus(SESSION_LIVES)));
    for again in [code(&link), "", "x"] {
        assert!(matches!(sign_in.redeem(again).await, Err(Problem::Refused(Refused::Unknown))));
    }
}

#[tokio::test]
async fn a_link_ends_after_ten_minutes() {
    let fixture = Fixture::new().await;
    let sign_in = fixture.sign_in();
    let link = sign_in.link(&local()).unwrap();
    fixture.time.jump(LINK_LIVES);
    assert!(matches!(sign_in.redeem(code(&link)).await, Err(Problem::Refused(Refused::Ended))));
}

#[tokio::test]
async fn a_session_outlives_neither_the_end_nor_the_revocation_of_its_token() {
    let fixture = Fixture::new().await;
    let (access, sign_in) = (fixture.access(), fixture.sign_in());
    let hour = Duration::from_secs(3600);
    let wish = |lives| TokenWish {
        name: "ada".parse().unwrap(),
        role: Role::Viewer,
        scope: Scope::Everything,
        lives,
        parent: None,
    };
    let short = access.token_make(wish(Some(hour))).await.unwrap();
    let ada = access.authenticate(Some(&short.secret)).await.unwrap();
    let session = sign_in.redeem(code(&sign_in.link(&ada).unwrap())).await.unwrap();
    assert_eq!(session.token.expires_at, short.token.expires_at);

    let browser = access.authenticate(Some(&session.secret)).await.unwrap();
    let second = sign_in.redeem(code(&sign_in.link(&browser).unwrap())).await.unwrap();
    let link = sign_in.link(&ada).unwrap();
    access.token_revoke(&local(), ada.token).await.unwrap();
    assert!(matches!(sign_in.redeem(code(&link)).await, Err(Problem::Refused(Refused::Ended))));
    for made_with_it in [&session, &second] {
        let answer = access.authenticate(Some(&made_with_it.secret)).await;
        assert!(matches!(answer, Err(AccessError::Refused(Refused::Ended))), "{answer:?}");
    }
}

#[tokio::test]
async fn machines_have_no_browser_and_links_are_few() {
    let fixture = Fixture::new().await;
    let sign_in = fixture.sign_in();
    for role in [Role::Runner, Role::Run] {
        assert!(matches!(sign_in.link(&actor(role)), Err(Problem::Denied(_))), "{role}");
    }
    for _ in 0..LINKS_KEPT {
        sign_in.link(&local()).unwrap();
    }
    assert!(matches!(sign_in.link(&local()), Err(Problem::TooMany(_))));
    fixture.time.jump(LINK_LIVES);
    assert!(sign_in.link(&local()).is_ok(), "links that ended make room");
}

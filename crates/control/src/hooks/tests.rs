use signalbox_redact::Config;
use signalbox_runtime::Randomness;

use super::*;
use crate::fixture::Fixture;

/// What GitHub's documentation shows: a secret, a body, and its signature.
const SECRET: &[u8] = b"It's a Secret to Everybody";
const BODY: &[u8] = b"Hello, World!";
const SIGNED: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

fn hook(kind: HookKind, secret: &[u8]) -> Hook {
    Hook { kind, secret: Zeroizing::new(secret.to_vec()) }
}

fn checked(kind: HookKind, headers: &[(&str, &str)]) -> Result<(), &'static str> {
    let headers = owned(headers);
    let incoming = Incoming { headers: &headers, body: BODY };
    signature::check(&hook(kind, SECRET), &incoming, signalbox_domain::time::Timestamp::from_micros(0))
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn who_has_the_secret_is_let_in_and_nobody_else() {
    let hub = format!("sha256={SIGNED}");
    let bearer = format!("Bearer {}", std::str::from_utf8(SECRET).unwrap());
    let other = SIGNED.replace('7', "8");
    let (github, sentry, generic) = (HookKind::Github, HookKind::Sentry, HookKind::Generic);
    for (kind, header, value, is_good) in [
        (github, "X-Hub-Signature-256", hub.as_str(), true),
        (github, "X-Hub-Signature-256", SIGNED, false),
        (github, "X-Hub-Signature", "sha1=0", false),
        (github, "Authorization", bearer.as_str(), false),
        (sentry, "Sentry-Hook-Signature", SIGNED, true),
        (sentry, "sentry-hook-signature", other.as_str(), false),
        (sentry, "Sentry-Hook-Signature", "é", false),
        (generic, "x-signature", SIGNED, true),
        (generic, "X-Signature-256", hub.as_str(), true),
        (generic, "X-Hub-Signature-256", other.as_str(), false),
        (generic, "authorization", bearer.as_str(), true),
        (generic, "authorization", "Bearer It's a Secret", false),
        (generic, "authorization", "Bearer ", false),
        (generic, "x-nothing", "", false),
    ] {
        let said = checked(kind, &[(header, value)]);
        assert_eq!(said.is_ok(), is_good, "{header}: {value}: {said:?}");
        assert!(said.err().is_none_or(|words| !words.contains("Secret to")), "{said:?}");
    }
}

#[test]
fn a_standard_webhook_is_signed_with_its_time() {
    let signed = |body: &'static [u8], seconds: i64, more: &str| {
        let signatures = format!("v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE={more}");
        let headers = owned(&[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", &signatures),
        ]);
        let hook = hook(HookKind::Generic, b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let now = signalbox_domain::time::Timestamp::from_micros(seconds * 1_000_000);
        signature::check(&hook, &Incoming { headers: &headers, body }, now)
    };
    let body = br#"{"test": 2432232314}"#;
    assert_eq!(signed(body, 1_614_265_330, ""), Ok(()));
    assert_eq!(signed(body, 1_614_265_330 + 299, ""), Ok(()));
    assert_eq!(signed(body, 1_614_265_330 + 301, ""), Err("its Webhook-Timestamp is not of now"));
    assert_eq!(signed(body, 1_614_265_330 - 301, ""), Err("its Webhook-Timestamp is not of now"));
    assert_eq!(signed(br#"{"test": 2432232315}"#, 1_614_265_330, ""), Err("another signature"));
    assert_eq!(signed(body, 1_614_265_330, "x"), Err("another signature"));
}

#[test]
fn a_delivery_is_known_by_its_senders_id_or_by_what_stands_in_it() {
    let at = |hours: i64| signalbox_domain::time::Timestamp::from_micros(hours * 3_600_000_000);
    let of = |kind, headers: &[(&str, &str)], body: &[u8], hours| {
        id::of(kind, &Incoming { headers: &owned(headers), body }, at(hours))
    };
    assert_eq!(of(HookKind::Github, &[("x-github-delivery", "d-1")], b"{}", 0), "d-1");
    assert_eq!(of(HookKind::Sentry, &[("Request-ID", "r-1")], b"{}", 0), "r-1");
    assert_eq!(of(HookKind::Generic, &[("ce-id", "1"), ("ce-source", "/a")], b"", 0), "/a#1");
    let event = br#"{"specversion":"1.0","id":"1","source":"/a","data":{}}"#;
    assert_eq!(of(HookKind::Generic, &[], event, 0), "/a#1");
    let told = of(HookKind::Generic, &[], b"{}", 5);
    assert_eq!(told, of(HookKind::Generic, &[], b"{}", 5), "tried again");
    assert_ne!(told, of(HookKind::Generic, &[], b"{}", 6), "said again");
    assert_ne!(told, of(HookKind::Generic, &[], b"{ }", 5));
    let long = "x".repeat(1000);
    assert_eq!(of(HookKind::Github, &[("x-github-delivery", &long)], b"", 0).len(), 64);
}

#[tokio::test]
async fn a_webhook_is_kept_once_redacted_and_wakes_its_readers() {
    let fixture = Fixture::new().await;
    let wakeups = Wakeups::new(fixture.clock.clone());
    let woken = wakeups.subscribe(&[DELIVERIES]);
    let hooks = Hooks::new(
        fixture.store.clone(),
        fixture.clock.clone(),
        IdSource::new(fixture.clock.clone(), Randomness::seeded(1)),
        Arc::new(Redactor::new(&Config::default()).unwrap()),
        wakeups,
        BTreeMap::from([("pager".parse().unwrap(), hook(HookKind::Generic, b"hunter2"))]),
    );
    let headers = owned(&[("authorization", "Bearer hunter2"), ("ce-type", "alert"), ("cookie", "c=1")]);
    let body = br#"{"title":"slow","token":"sk_live_1234567890abcdefghijklmn"}"#;
    let incoming = Incoming { headers: &headers, body };
    let (pager, other) = ("pager".parse().unwrap(), "other".parse().unwrap());
    assert!(matches!(hooks.receive(&other, &incoming).await, Err(HookRefused::Unknown)));
    let unsigned = Incoming { headers: &[], body };
    assert!(matches!(hooks.receive(&pager, &unsigned).await, Err(HookRefused::Signature(_))));

    let first = hooks.receive(&pager, &incoming).await.unwrap();
    assert_eq!(first.received, Receiving::Now);
    let waited = woken.wait(std::time::Duration::from_secs(60)).await;
    assert!(matches!(waited, signalbox_runtime::Woken::ByChannel), "{waited:?}");
    let again = hooks.receive(&pager, &incoming).await.unwrap();
    assert_eq!(again, DeliveryMade { received: Receiving::Before, ..first.clone() });
    let kept = fixture.store.deliveries_unread(10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].id, kept[0].event.as_str()), (first.delivery, "alert"));
    assert!(kept[0].body.contains("slow") && !kept[0].body.contains("sk_live"), "{}", kept[0].body);
    let names: Vec<&str> = kept[0].headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(names, ["ce-type"], "nothing that proves who sent it");
}

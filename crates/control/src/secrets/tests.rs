use signalbox_domain::access::Role;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::Randomness;
use signalbox_store::StoreConfig;

use super::*;
use crate::access::local;

struct Fixture {
    folder: tempfile::TempDir,
    secrets: Secrets,
    store: Store,
}

fn keys(digit: &str) -> Arc<SealingKeys> {
    Arc::new(SealingKeys::from_text("test", &digit.repeat(64), Randomness::seeded(3)).unwrap())
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("t.db").display()).parse().unwrap();
    let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
    let (clock, _) = Clock::manual(Timestamp::EPOCH);
    let ids = IdSource::new(clock.clone(), Randomness::seeded(7));
    let secrets = Secrets::new(store.clone(), clock, ids, keys("a"));
    Fixture { folder, secrets, store }
}

fn name(text: &str) -> Label {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_secret_is_revealed_under_its_name_and_lies_sealed() {
    let fixture = fixture().await;
    let admin = local();
    fixture.secrets.set(&admin, &name("FORGE"), b"hunter2-hunter2").await.unwrap();
    fixture.secrets.set(&admin, &name("FORGE"), b"correct-horse-battery").await.unwrap();
    assert_eq!(*fixture.secrets.reveal(&name("FORGE")).await.unwrap(), b"correct-horse-battery");
    assert_eq!(fixture.secrets.list(&admin).await.unwrap().len(), 1);

    fixture.store.close().await;
    for file in std::fs::read_dir(fixture.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [b"hunter2-hunter2".as_slice(), b"correct-horse-battery"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "found in clear");
        }
    }
}

#[tokio::test]
async fn a_secret_opens_with_its_key_and_under_its_name_only() {
    let fixture = fixture().await;
    let admin = local();
    fixture.secrets.set(&admin, &name("A"), b"value").await.unwrap();
    let other = Secrets { keys: keys("b"), ..fixture.secrets.clone() };
    assert!(matches!(other.reveal(&name("A")).await, Err(SecretError::Seal { .. })));
    let sealed = fixture.store.secret_find(&name("A")).await.unwrap().unwrap().sealed;
    fixture
        .store
        .secret_put(uuid::Uuid::from_u128(9).into(), &name("B"), &sealed, Timestamp::EPOCH)
        .await
        .unwrap();
    assert!(matches!(fixture.secrets.reveal(&name("B")).await, Err(SecretError::Seal { .. })));
    assert!(matches!(fixture.secrets.reveal(&name("C")).await, Err(SecretError::Missing(_))));
}

#[tokio::test]
async fn only_an_admin_touches_secrets() {
    let fixture = fixture().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
        let actor = Actor { role, ..local() };
        assert!(matches!(fixture.secrets.set(&actor, &name("A"), b"v").await, Err(SecretError::Denied(_))));
        assert!(matches!(fixture.secrets.list(&actor).await, Err(SecretError::Denied(_))));
        assert!(matches!(fixture.secrets.remove(&actor, &name("A")).await, Err(SecretError::Denied(_))));
    }
    assert!(matches!(fixture.secrets.remove(&local(), &name("A")).await, Err(SecretError::Missing(_))));
}

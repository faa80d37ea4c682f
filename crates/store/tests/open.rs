//! Opening: each way in which it can go wrong has its own error.

use std::path::Path;

use signalbox_store::{Store, StoreConfig, StoreError};
use sqlx::{Connection as _, Executor as _};

fn config(path: &Path) -> StoreConfig {
    StoreConfig { url: format!("sqlite:{}", path.display()).parse().unwrap(), ..StoreConfig::default() }
}

async fn error_at(path: &Path) -> StoreError {
    match Store::open(&config(path)).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

async fn raw(path: &Path) -> sqlx::SqliteConnection {
    sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap()
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/signalbox.db");
    let first = Store::open(&config(&path)).await.unwrap();
    let error = error_at(&path).await;
    assert!(matches!(error, StoreError::HeldByAnother { .. }), "{error:?}");
    assert!(error.to_string().contains("another server holds"), "{error}");
    first.projects_list().await.unwrap();

    first.close().await;
    drop(first);
    Store::open(&config(&path)).await.unwrap();
}

#[tokio::test]
async fn a_link_to_a_held_file_is_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signalbox.db");
    let held = Store::open(&config(&path)).await.unwrap();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let roundabout = folder.path().join("../").join(folder.path().file_name().unwrap()).join("signalbox.db");
    for way in [link, roundabout] {
        let error = error_at(&way).await;
        assert!(matches!(error, StoreError::HeldByAnother { .. }), "{}: {error:?}", way.display());
    }
    held.close().await;
}

#[tokio::test]
async fn a_newer_database_is_refused_with_both_versions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signalbox.db");
    Store::open(&config(&path)).await.unwrap().close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'from the future', TRUE, x'00', 0)";
    raw(&path).await.execute(newer).await.unwrap();
    let error = error_at(&path).await;
    assert!(matches!(error, StoreError::Newer { found: 9999, .. }), "{error:?}");
}

#[tokio::test]
async fn a_locked_file_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signalbox.db");
    Store::open(&config(&path)).await.unwrap().close().await;
    let mut other = raw(&path).await;
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let store = Store::open(&config(&path)).await;
    let error = match store {
        Err(error) => error,
        // Nothing to migrate needs no write lock: then the first write says it.
        Ok(store) => store
            .project_ensure(&"web".parse().unwrap(), uuid::Uuid::nil().into(), crate::fixture::NOON)
            .await
            .unwrap_err(),
    };
    assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
    assert!(error.is_passing());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signalbox.db");
    let text = "this is my diary, not a database\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let error = error_at(&path).await;
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    assert!(!error.is_passing(), "trying again would not help");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    // A file in the folder's place is refused to every user, root included.
    let path = folder.path().join("closed-file/signalbox.db");
    std::fs::write(folder.path().join("closed-file"), "").unwrap();
    let error = error_at(&path).await;
    assert!(matches!(&error, StoreError::File { path, .. } if path.ends_with("closed-file")), "{error:?}");
}

#[tokio::test]
async fn an_unreachable_server_is_named_without_its_password() {
    let config = StoreConfig {
        url: "postgres://ada:hunter2@127.0.0.1:1/app".parse().unwrap(),
        ..StoreConfig::default()
    };
    let Err(error) = Store::open(&config).await else { panic!("it opened") };
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    assert_eq!(error.to_string(), "cannot reach the database at postgres://127.0.0.1:1/app");
}

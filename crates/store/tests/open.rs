//! Opening: each way in which it can go wrong has its own error.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

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

/// What lies in a folder, byte by byte; shown short.
fn contents(folder: &Path) -> BTreeMap<String, (usize, u64)> {
    let described = |file: std::fs::DirEntry| {
        let bytes = std::fs::read(file.path()).unwrap();
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        (file.file_name().into_string().unwrap(), (bytes.len(), hasher.finish()))
    };
    std::fs::read_dir(folder).unwrap().map(|file| described(file.unwrap())).collect()
}

/// Changes a closed store behind its back, and closes it again.
async fn change(path: &Path, sql: &'static str) {
    let mut connection = raw(path).await;
    assert_eq!(connection.execute(sql).await.unwrap().rows_affected(), 1);
    connection.close().await.unwrap();
}

/// Reaches for the store; nothing in its folder changes by that.
async fn reached(path: &Path) -> Result<(), StoreError> {
    let before = contents(path.parent().unwrap());
    let reached = Store::reach(&config(path)).await;
    assert_eq!(contents(path.parent().unwrap()), before);
    reached.map(drop)
}

/// A store that was made and closed again.
async fn made(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("signalbox.db");
    Store::open(&config(&path)).await.unwrap().close().await;
    path
}

#[tokio::test]
async fn a_store_in_order_is_reached_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path()).await;
    reached(&path).await.unwrap();

    let empty = tempfile::tempdir().unwrap();
    std::fs::write(empty.path().join("new.db"), "").unwrap();
    reached(&empty.path().join("new.db")).await.unwrap();
}

#[tokio::test]
async fn reaching_says_that_a_server_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signalbox.db");
    let held = Store::open(&config(&path)).await.unwrap();
    let error = Store::reach(&config(&path)).await.unwrap_err();
    assert!(matches!(error, StoreError::HeldByAnother { .. }), "{error:?}");
    held.close().await;
}

#[tokio::test]
async fn reaching_sees_what_opening_would_fail_at() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("diary.db");
    std::fs::write(&text, "this is my diary, not a database\n".repeat(100)).unwrap();
    let error = reached(&text).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");

    let path = made(folder.path()).await;
    change(&path, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await;
    let error = reached(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Migrate { .. }), "{error:?}");

    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'from the future', TRUE, x'00', 0)";
    let other = tempfile::tempdir().unwrap();
    let path = made(other.path()).await;
    change(&path, newer).await;
    let error = reached(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 9999, .. }), "{error:?}");
}

/// Locks are a process's: only another one's are in the way.
#[tokio::test]
async fn reaching_sees_the_lock_of_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path()).await;
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "open::lock_until_the_input_ends", "--nocapture"])
        .env("LOCKED_DATABASE", &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(other.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("it is locked")), "the other process ended early");

    let error = Store::reach(&config(&path)).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
    drop(other.stdin.take());
    said.for_each(drop);
    other.wait().unwrap();
    Store::reach(&config(&path)).await.unwrap();
}

/// The other process of the test above; by itself it has nothing to do.
#[tokio::test]
async fn lock_until_the_input_ends() {
    let Ok(path) = std::env::var("LOCKED_DATABASE") else { return };
    let mut connection = raw(Path::new(&path)).await;
    connection.execute("BEGIN EXCLUSIVE").await.unwrap();
    println!("it is locked");
    std::io::stdin().lines().for_each(drop);
}

#[tokio::test]
async fn new_files_are_for_their_user_only() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("signalbox.db");
    let store = Store::open(&config(&path)).await.unwrap();
    store
        .project_ensure(&"web".parse().unwrap(), uuid::Uuid::nil().into(), crate::fixture::NOON)
        .await
        .unwrap();
    let modes: BTreeMap<String, u32> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap)
        .map(|file| {
            (file.file_name().into_string().unwrap(), file.metadata().unwrap().permissions().mode() & 0o777)
        })
        .collect();
    let names = ["signalbox.db", "signalbox.db-shm", "signalbox.db-wal", "signalbox.db.lock"];
    assert_eq!(modes, names.map(|name| (name.to_owned(), 0o600)).into());
    store.close().await;
}

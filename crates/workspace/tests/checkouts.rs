//! An engineer's checkout: looked at, never written to.

use std::fs;

use signalbox_workspace::{GitConfig, LocalCheckout, WorkspaceError};

use crate::fixture::{House, git, write};

async fn open(house: &House) -> LocalCheckout {
    let scratch = house.path("scratch");
    LocalCheckout::open(&house.location(), &scratch, GitConfig::default(), house.clock.clone()).await.unwrap()
}

#[tokio::test]
async fn what_changes_is_counted_and_the_checkout_stays_as_it_was() {
    let house = House::new();
    write(&house.origin().join(".gitignore"), "*.log\n");
    write(&house.origin().join("staged.txt"), "staged\n");
    git(&house.origin(), &["add", "staged.txt"]);
    write(&house.origin().join("dirty.txt"), "dirty before\n");
    let status = git(&house.origin(), &["status", "--porcelain"]);
    let objects = git(&house.origin(), &["count-objects"]);
    let checkout = open(&house).await;
    let before = checkout.snapshot_once().await.unwrap();
    assert_eq!(checkout.changed_since(&before).await.unwrap(), 0);
    assert_eq!(git(&house.origin(), &["status", "--porcelain"]), status);
    assert_eq!(git(&house.origin(), &["count-objects"]), objects);
    write(&house.origin().join("dirty.txt"), "changed\n");
    write(&house.origin().join("new/file.txt"), "new\n");
    write(&house.origin().join("noise.log"), "ignored\n");
    fs::remove_file(house.origin().join("a.txt")).unwrap();
    assert_eq!(checkout.changed_since(&before).await.unwrap(), 3);
    let again = open(&house).await;
    assert_eq!(again.snapshot_once().await.unwrap(), before, "a second attempt compares with the first");
    assert_eq!(checkout.branch().await.unwrap(), "main");
    assert_eq!(checkout.head().await.unwrap().as_str(), git(&house.origin(), &["rev-parse", "HEAD"]));
}

#[tokio::test]
async fn what_is_no_checkout_here_says_so() {
    let house = House::new();
    fs::create_dir(house.path("plain")).unwrap();
    let plain = house.path("plain");
    for location in ["https://git.example/shop", "origin", "/nowhere/at/all", plain.to_str().unwrap()] {
        let scratch = house.path("scratch");
        let opened = LocalCheckout::open(location, &scratch, GitConfig::default(), house.clock.clone()).await;
        assert!(matches!(opened, Err(WorkspaceError::RepositoryMissing { .. })), "{location}: {opened:?}");
    }
}

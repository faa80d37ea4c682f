//! Reading a repository at a commit: files, text, lines and who wrote them; and everything that is refused.

use std::os::unix::fs::symlink;

use signalbox_workspace::reading::{BadPath, CODE_OWNERS, CodeOwners, Unreadable, enclosing};
use signalbox_workspace::{CommitId, Repository};

use crate::fixture::{House, git, write};

async fn commit(repository: &Repository, name: &str) -> CommitId {
    repository.commit_named(name).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_commit_has_its_files_and_their_text() {
    let house = House::new();
    let first = house.commit("src/cart.py", "def total():\n    return 1\n");
    house.commit("src/cart.py", "def total():\n    return 2\n");
    let repository = house.repository().await;
    let (first, head) = (commit(&repository, &first).await, repository.head_of("main").await.unwrap());
    let listing = repository.files_at(&head).await.unwrap();
    assert_eq!((listing.paths, listing.left_out), (vec!["a.txt".to_owned(), "src/cart.py".to_owned()], 0));
    let text = |at: CommitId| {
        let repository = repository.clone();
        async move { repository.source_at(&at, "src/cart.py").await.unwrap().unwrap().text }
    };
    assert_eq!(text(first).await, "def total():\n    return 1\n");
    assert_eq!(text(head.clone()).await, "def total():\n    return 2\n");
    let source = repository.source_at(&head, "src/cart.py").await.unwrap().unwrap();
    assert_eq!(source.around(2, 5), [(1, "def total():"), (2, "    return 2")]);
    assert_eq!(enclosing(&source.text, 2).unwrap().name, "total");
}

#[tokio::test]
async fn nothing_outside_of_the_repository_is_read_whatever_the_path() {
    let house = House::new();
    write(&house.path("secret"), "a secret");
    symlink(house.path("secret"), house.origin().join("out")).unwrap();
    symlink("a.txt", house.origin().join("in")).unwrap();
    house.commit("folder/b.txt", "b\n");
    let repository = house.repository().await;
    let head = repository.head_of("main").await.unwrap();
    let leads_out = Unreadable::Path(BadPath::LeadsOut);
    let absolute = house.path("secret").to_str().unwrap().to_owned();
    for (path, why) in [
        ("../secret", &leads_out),
        ("folder/../../secret", &leads_out),
        (absolute.as_str(), &leads_out),
        (".git/config", &leads_out),
        ("a.txt\0", &Unreadable::Path(BadPath::Characters)),
        ("out", &Unreadable::Link),
        ("in", &Unreadable::Link),
        ("out/x", &Unreadable::NotThere),
        ("folder", &Unreadable::Folder),
        ("A.TXT", &Unreadable::NotThere),
        ("*.txt", &Unreadable::NotThere),
        (":(glob)**/b.txt", &Unreadable::NotThere),
        ("--help", &Unreadable::NotThere),
    ] {
        let read = repository.source_at(&head, path).await.unwrap();
        assert_eq!(read.as_ref().unwrap_err(), why, "{path:?}");
        let blamed = repository.blame(&head, path, 1, 3).await.unwrap();
        assert_eq!(blamed.as_ref().unwrap_err(), why, "{path:?}");
    }
    let listing = repository.files_at(&head).await.unwrap();
    assert_eq!(listing.paths, ["a.txt", "folder/b.txt"], "links are not listed");
}

#[tokio::test]
async fn what_is_too_large_or_no_text_says_so() {
    let house = House::new();
    house.commit("large.txt", &"x".repeat((1 << 20) + 1));
    std::fs::write(house.origin().join("picture"), [0_u8, 1, 2]).unwrap();
    std::fs::write(house.origin().join("latin"), [b'a', 0xff]).unwrap();
    house.commit("b.txt", "b");
    let repository = house.repository().await;
    let head = repository.head_of("main").await.unwrap();
    for (path, why) in [
        ("large.txt", Unreadable::TooLarge { bytes: (1 << 20) + 1 }),
        ("picture", Unreadable::Binary),
        ("latin", Unreadable::Binary),
    ] {
        assert_eq!(repository.source_at(&head, path).await.unwrap().unwrap_err(), why);
    }
}

#[tokio::test]
async fn a_commit_that_vanished_or_never_was_is_none() {
    let house = House::new();
    let gone = house.commit("b.txt", "b");
    git(&house.origin(), &["reset", "-q", "--hard", "HEAD~1"]);
    git(&house.origin(), &["reflog", "expire", "--expire=now", "--all"]);
    git(&house.origin(), &["gc", "-q", "--prune=now"]);
    let repository = house.repository().await;
    for name in [gone.as_str(), &"0".repeat(40), "main", "HEAD", "--help", "abc", "a.b", ""] {
        assert_eq!(repository.commit_named(name).await.unwrap(), None, "{name:?}");
    }
    let head = repository.head_of("main").await.unwrap();
    assert_eq!(repository.commit_named(&head.as_str()[..10]).await.unwrap(), Some(head));
}

#[tokio::test]
async fn lines_have_authors_and_files_a_history() {
    let house = House::new();
    let second = house.commit("a.txt", "line 1\nline two\n\tauthor Mallory\n");
    house.commit("b.txt", "b");
    let repository = house.repository().await;
    let head = repository.head_of("main").await.unwrap();
    let second = commit(&repository, &second).await;
    let lines = repository.blame(&head, "a.txt", 1, 900).await.unwrap().unwrap();
    let told: Vec<_> =
        lines.iter().map(|line| (line.line, line.commit == second, line.email.as_str())).collect();
    let ada = "ada@acme.example";
    assert_eq!(told, [(1, false, ada), (2, true, ada), (3, true, ada)], "text is never taken for a header");
    assert_eq!((lines[1].author.as_str(), lines[1].subject.as_str()), ("Ada", "A person's work"));
    assert!(repository.blame(&head, "a.txt", 50, 60).await.unwrap().unwrap().is_empty());
    let all = repository.history(None, &head, &["a.txt"], 10).await.unwrap();
    assert_eq!((all.len(), &all[0].commit), (2, &second));
    assert!(all[0].at >= all[1].at);
    let since = repository.history(Some(&second), &head, &["a.txt", "b.txt"], 10).await.unwrap();
    assert_eq!((since.len(), &since[0].commit), (1, &head), "only what came after");
    assert!(repository.history(None, &head, &["../a.txt"], 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_repository_names_its_owners() {
    let house = House::new();
    house.commit(CODE_OWNERS[0], "* @acme/all\n/src/ @ada\n");
    let repository = house.repository().await;
    let head = repository.head_of("main").await.unwrap();
    let text = repository.source_at(&head, CODE_OWNERS[0]).await.unwrap().unwrap().text;
    assert_eq!(CodeOwners::parse(&text).of("src/cart.py"), ["@ada"]);
}

#[tokio::test]
async fn words_are_found_at_a_commit_and_nothing_in_them_is_a_pattern_or_an_option() {
    let house = House::new();
    let first = house.commit("src/a b.py", "def total():\n    raise Full('no room: is left')\n");
    write(&house.origin().join("blob.bin"), "total\0no room");
    house.commit("src/c.py", "total = 1\n# --all\n");
    let repository = house.repository().await;
    let head = repository.head_of("main").await.unwrap();
    let found = async |at: &CommitId, texts: &[&str]| {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let hits = repository.search_at(at, &texts).await.unwrap();
        hits.into_iter().map(|hit| format!("{}:{}:{}", hit.path, hit.line, hit.text)).collect::<Vec<_>>()
    };
    let all = [
        "src/a b.py:1:def total():",
        "src/a b.py:2:    raise Full('no room: is left')",
        "src/c.py:1:total = 1",
    ];
    assert_eq!(found(&head, &["total", "no room"]).await, all);
    assert_eq!(found(&commit(&repository, &first).await, &["total"]).await, all[..1]);
    assert_eq!(found(&head, &["--all"]).await, ["src/c.py:2:# --all"]);
    for nothing in [&["t.tal"][..], &["--open-files-in-pager=id"], &["a\nb"], &[" "], &[]] {
        assert_eq!(found(&head, nothing).await, Vec::<String>::new(), "{nothing:?}");
    }
}

#[tokio::test]
async fn a_release_is_the_commit_of_its_tag_and_of_no_other_name() {
    let house = House::new();
    let first = house.commit("a.txt", "one\n");
    git(&house.origin(), &["tag", "v1.2.3"]);
    let second = house.commit("a.txt", "two\n");
    git(&house.origin(), &["tag", "-a", "-m", "The second", "shop-2"]);
    git(&house.origin(), &["tag", "tree", "HEAD^{tree}"]);
    // A tag that is called as a commit is.
    git(&house.origin(), &["tag", &first[..8], &second]);
    let repository = house.repository().await;
    let named = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let repository = repository.clone();
        async move { repository.release_named(&names).await.unwrap().map(|commit| commit.to_string()) }
    };
    assert_eq!(named(&["1.2.3", "v1.2.3", "shop-2"]).await.as_deref(), Some(first.as_str()));
    assert_eq!(named(&["shop-2"]).await.as_deref(), Some(second.as_str()), "through the tag's own object");
    for none in [&["3"][..], &["tree"], &["v1.*"], &["../heads/main", "-x", "a b", "", "v1.2.3/"], &[]] {
        assert_eq!(named(none).await, None, "{none:?}");
    }
    assert_eq!(commit(&repository, &first[..8]).await.as_str(), first, "a tag is no commit's digits");
}

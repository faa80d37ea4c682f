//! Briefs with the code of a real repository, and without one that cannot be read.

use std::path::Path;
use std::process::Command;

use super::*;
use crate::code::{CodeConfig, Reader};

/// A person's git, at a time.
pub(crate) fn git(folder: &Path, at: &str, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([("GIT_AUTHOR_DATE", at), ("GIT_COMMITTER_DATE", at)])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

const CART: &str =
    "import os\n\n\ndef cart_alpha(cart):\n    items = cart[0]\n    total = 0\n    return items[total]\n";

/// `cart/core.py`, of which line 7 is where `crash` crashes.
pub(crate) fn origin(folder: &Path) {
    let (old, new) = ("2020-01-01T00:00:00Z", "2026-09-20T00:00:00Z");
    std::fs::create_dir_all(folder.join("cart")).unwrap();
    std::fs::create_dir_all(folder.join("tests")).unwrap();
    git(folder, old, &["init", "-q", "-b", "main"]);
    std::fs::write(folder.join("cart/core.py"), CART.replace("items[total]", "items")).unwrap();
    std::fs::write(folder.join("tests/test_core.py"), "def test_it():\n    pass\n").unwrap();
    std::fs::write(folder.join("CODEOWNERS"), "/cart/ @acme/cart\n").unwrap();
    git(folder, old, &["add", "-A"]);
    git(folder, old, &["commit", "-q", "-m", "The cart"]);
    std::fs::write(folder.join("cart/core.py"), CART).unwrap();
    git(folder, new, &["commit", "-q", "-a", "-m", "Return the item `x`\n\nbody"]);
}

async fn brief(place: &Place, origin: &Path) -> String {
    let mut repository = crate::fixture::repository(5, "acme/shop");
    repository.project = place.project;
    repository.location = origin.to_str().unwrap().to_owned();
    place.store.repository_put(&repository, NOON).await.unwrap();
    place.seen(1, "cart", NOON).await;
    let config = CodeConfig { root: place.folder.path().join("code"), ..CodeConfig::default() };
    let planner = place.planner(3, |_| {}).reading(Reader::new(&config, Clock::system()));
    assert_eq!(planner.pass(NOON).await.unwrap().report.tasks, 1);
    let tasks = place.store.tasks_list(TaskFilter::default(), Page::first(2)).await.unwrap();
    tasks[0].brief.value.clone()
}

#[tokio::test]
async fn a_brief_shows_the_code_its_authors_owners_and_tests() {
    let place = Place::new().await;
    let folder = tempfile::tempdir().unwrap();
    origin(folder.path());
    let brief = brief(&place, folder.path()).await;
    for part in [
        "Files of the default branch at ",
        "cart/core.py, line 7, in cart_alpha",
        "# The code (written by: repository)",
        "cart/core.py:7, in cart_alpha",
        ">     7      return items[total]",
        "# Suspect commits (written by: repository)",
        "Return the item  x  (Ada)\n    it wrote lines near by; it wrote the very line; it wrote lines of the likeliest place; within two weeks before the first record",
        "@acme/cart (CODEOWNERS)",
        "Ada (2 commits to these files)",
        "tests/test_core.py",
    ] {
        assert!(brief.contains(part), "{part}:\n{brief}");
    }
}

/// The house's repository is this one.
async fn moved_to(place: &Place, origin: &Path) {
    let mut repository = crate::fixture::repository(5, "acme/shop");
    repository.project = place.project;
    repository.location = origin.to_str().unwrap().to_owned();
    place.store.repository_put(&repository, NOON).await.unwrap();
}

fn reading(place: &Place, change: impl FnOnce(&mut PlannerConfig)) -> Planner {
    let config = CodeConfig { root: place.folder.path().join("code"), ..CodeConfig::default() };
    place.planner(3, change).reading(Reader::new(&config, Clock::system()))
}

/// A crash in another function of the file that `crash` names.
fn elsewhere(n: u128, line: u32) -> PlanSignal {
    let mut signal = crash(n, "cart", &["refund", "void", "undo"]);
    signal.signal.title.value = format!("Refusal {n} of a voucher nobody has");
    signal.samples[0].title = signal.signal.title.clone();
    for frame in &mut signal.samples[0].frames {
        frame.line = Some(line);
        frame.function = Some(format!("voucher_{n}"));
        frame.module = Some("cart.core".to_owned());
    }
    signal
}

#[tokio::test]
async fn two_causes_in_the_same_lines_are_one_task_and_in_the_same_file_are_two_that_know_it() {
    let (place, folder) = (Place::new().await, tempfile::tempdir().unwrap());
    origin(folder.path());
    let more =
        format!("{CART}{}def voucher(cart):\n    a = 1\n    b = 2\n    return cart[a][b]\n", "\n".repeat(40));
    std::fs::write(folder.path().join("cart/core.py"), more).unwrap();
    git(folder.path(), "2026-09-21T00:00:00Z", &["commit", "-q", "-a", "-m", "Vouchers"]);
    moved_to(&place, folder.path()).await;
    let planner = reading(&place, |_| {});
    place.seen(1, "cart", NOON).await;
    planner.pass(NOON).await.unwrap();
    let first = place.store.tasks_list(TaskFilter::default(), Page::first(9)).await.unwrap().remove(0);

    place.folded(elsewhere(20, 51), NOON).await;
    place.folded(elsewhere(21, 6), NOON).await;
    assert_eq!(planner.pass(NOON).await.unwrap().report.tasks, 1);
    let tasks = place.store.tasks_list(TaskFilter::default(), Page::first(9)).await.unwrap();
    let second = tasks.iter().find(|task| task.id != first.id).unwrap();
    let brief = &second.brief.value;
    assert!(
        brief.contains("# Others at work on the same file") && brief.contains(&first.id.to_string()),
        "{brief}"
    );
    let cases = place.store.cases_list(CaseFilter::default(), Page::first(9)).await.unwrap();
    let left = cases.iter().find(|record| record.tasks.is_empty()).unwrap();
    let words = place.words(Subject::Case(left.case.id), "already-addressed").await;
    assert!(words[0].contains("it is about the same lines, cart/core.py:4-7"), "{words:?}");
    let links = place.store.work_links(signalbox_domain::context::Work::Task(first.id)).await.unwrap();
    let of: BTreeSet<CaseId> = links.iter().map(|link| link.case).collect();
    assert_eq!(of, BTreeSet::from([left.case.id, second.case.unwrap().case]));
    assert!(place.words(Subject::Task(first.id), "linked").await.len() == 1, "told on the task too");

    // Once nobody is at it any more, it is a task of its own.
    place.store.task_move(first.id, TaskEvent::Cancel, None, NOON).await.unwrap();
    let later = NOON.plus(Duration::from_mins(11));
    assert_eq!(planner.pass(later).await.unwrap().report.tasks, 1);
    let context = place.store.task_context(second.id).await.unwrap().unwrap();
    assert_eq!((context.context.kind.as_str(), context.context.linked.len()), ("error", 1));
    assert_eq!(context.places[0].path, "cart/core.py");
}

#[tokio::test]
async fn a_repositorys_own_skill_and_the_tag_of_the_release_are_read() {
    let (place, folder) = (Place::new().await, tempfile::tempdir().unwrap());
    origin(folder.path());
    let skill = "---\nname: error\ndescription: Ours\n---\n# Error: a page of ours broke\n\n## How to go about it\n\n1. Ring the shop.\n```\n# What happens\n\n## What counts as fixed\n\nThe bell rings.\n";
    let at = folder.path().join(".signalbox/skills/error");
    std::fs::create_dir_all(&at).unwrap();
    std::fs::write(at.join("SKILL.md"), skill).unwrap();
    git(folder.path(), "2026-09-21T00:00:00Z", &["add", "-A"]);
    git(folder.path(), "2026-09-21T00:00:00Z", &["commit", "-q", "-m", "How we do it"]);
    git(folder.path(), "2026-09-21T00:00:00Z", &["tag", "v4.2.0"]);
    std::fs::write(folder.path().join("cart/core.py"), "# all gone\n").unwrap();
    git(folder.path(), "2026-09-22T00:00:00Z", &["commit", "-q", "-a", "-m", "Gone"]);
    moved_to(&place, folder.path()).await;
    let mut signal = crash(1, "cart", &["alpha", "bravo"]);
    let release = signalbox_domain::provenance::Sourced::stranger("shop@4.2.0+7".to_owned());
    signal.samples[0].release = Some(release);
    place.folded(signal, NOON).await;
    assert_eq!(reading(&place, |_| {}).pass(NOON).await.unwrap().report.tasks, 1);
    let task = place.store.tasks_list(TaskFilter::default(), Page::first(2)).await.unwrap().remove(0);
    for part in [
        "Files of the commit that the release's tag names, ",
        ">     7      return items[total]",
        "Error: a page of ours broke. (Skill: error, brief version 3.)",
        "# How to go about it (written by: repository)",
        "1. Ring the shop.",
        "# What counts as fixed (written by: repository)",
    ] {
        assert!(task.brief.value.contains(part), "{part}:\n{}", task.brief.value);
    }
    let ours = task.brief.value.matches("\n# What happens").count();
    assert_eq!(ours, 1, "within its fence: {}", task.brief.value);
}

#[tokio::test]
async fn a_task_is_offered_to_an_owner_first_unless_they_said_that_it_is_not_theirs() {
    let (place, folder) = (Place::new().await, tempfile::tempdir().unwrap());
    origin(folder.path());
    moved_to(&place, folder.path()).await;
    let person = signalbox_domain::project::Person {
        id: place.ids.next(),
        name: "ada".to_owned(),
        emails: vec!["Ada@acme.example".to_owned()],
        logins: vec![],
    };
    place.store.person_put(&person, NOON).await.unwrap();
    place.seen(1, "cart", NOON).await;
    let planner = reading(&place, |_| {});
    planner.pass(NOON).await.unwrap();
    let task = place.store.tasks_list(TaskFilter::default(), Page::first(2)).await.unwrap().remove(0);
    assert_eq!(task.assignee, Some(person.id));
    assert!(task.brief.value.contains("Ada (2 commits to these files, of the team)"), "{}", task.brief.value);
    let words = place.words(Subject::Task(task.id), "opened").await;
    assert!(words[0].starts_with("queued for an engineer, ada first; written by stranger"), "{words:?}");

    let said = Decision {
        id: place.ids.next(),
        stage: signalbox_domain::decision::Stage::Control,
        subject: Subject::Task(task.id),
        reason: signalbox_domain::decision::Reason {
            code: "not-owned".parse().unwrap(),
            words: String::new(),
        },
        first_at: NOON,
        last_at: NOON,
        count: 1,
    };
    let file = Some((task.repository.unwrap(), "cart/core.py"));
    let disown = signalbox_store::tasks::Disown { person: person.id, file, decision: &said };
    assert!(place.store.task_disown(task.id, disown, NOON).await.unwrap());
    place.folded(elsewhere(20, 51), NOON).await;
    planner.pass(NOON).await.unwrap();
    let tasks = place.store.tasks_list(TaskFilter::default(), Page::first(9)).await.unwrap();
    let next = tasks.iter().find(|one| one.id != task.id).unwrap();
    assert_eq!(next.assignee, None, "nobody's in particular, so anybody's");
}

#[tokio::test]
async fn what_a_ticket_names_is_looked_for_in_the_files_and_the_code_is_shown() {
    let (place, folder) = (Place::new().await, tempfile::tempdir().unwrap());
    origin(folder.path());
    moved_to(&place, folder.path()).await;
    place
        .folded(
            crate::fixture::ticket(1, "cart_alpha crashes with an IndexError on an empty basket", ""),
            NOON,
        )
        .await;
    assert_eq!(reading(&place, |_| {}).pass(NOON).await.unwrap().report.tasks, 1);
    let task = place.store.tasks_list(TaskFilter::default(), Page::first(2)).await.unwrap().remove(0);
    for part in
        ["it defines what the text names", ">     4  def cart_alpha(cart):", "Return the item  x  (Ada)"]
    {
        assert!(task.brief.value.contains(part), "{part}:\n{}", task.brief.value);
    }
}

#[tokio::test]
async fn of_several_repositories_the_one_with_the_files_is_found_by_looking() {
    let (place, folder) = (Place::new().await, tempfile::tempdir().unwrap());
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    std::fs::create_dir_all(&one).unwrap();
    std::fs::create_dir_all(&two).unwrap();
    origin(&two);
    git(&one, "2026-09-21T00:00:00Z", &["init", "-q", "-b", "main"]);
    std::fs::write(one.join("README.md"), "nothing").unwrap();
    git(&one, "2026-09-21T00:00:00Z", &["add", "-A"]);
    git(&one, "2026-09-21T00:00:00Z", &["commit", "-q", "-m", "Nothing"]);
    moved_to(&place, &one).await;
    let mut other = crate::fixture::repository(6, "acme/other");
    other.project = place.project;
    other.location = two.to_str().unwrap().to_owned();
    let other = place.store.repository_put(&other, NOON).await.unwrap();
    place.seen(1, "cart", NOON).await;
    let blind = place.planner(9, |_| {}).preview(place.project, NOON).await.unwrap();
    assert_eq!(blind.tasks, 0, "their names say nothing: {blind:?}");
    assert_eq!(reading(&place, |_| {}).pass(NOON).await.unwrap().report.tasks, 1);
    let task = place.store.tasks_list(TaskFilter::default(), Page::first(2)).await.unwrap().remove(0);
    assert_eq!(task.repository, Some(other.id));
    assert!(task.brief.value.contains(">     7      return items[total]"), "{}", task.brief.value);
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_delays_no_task_and_the_brief_says_so() {
    let place = Place::new().await;
    let brief = brief(&place, &place.folder.path().join("nowhere")).await;
    assert!(brief.contains("the repository was not read: there is no repository at"), "{brief}");
    assert!(brief.contains("cart/core.py, line 7"), "{brief}");
}

#[tokio::test]
async fn a_repository_that_hangs_takes_only_its_time() {
    let place = Place::new().await;
    let (clock, _time) = Clock::manual(NOON);
    let config = CodeConfig { root: place.folder.path().join("code"), ..CodeConfig::default() };
    let reader = Reader::new(&config, clock.clone());
    let repository = crate::fixture::repository(5, "acme/shop");
    let subject = crate::code::Subject {
        repository: &repository,
        read: vec![],
        first_seen: NOON,
        people: &[],
        kind: "error",
    };
    let looked = reader.look(&subject, clock.boot()).await;
    assert_eq!(looked, crate::code::Looked::Failed("the 60s of one plan for reading were over".to_owned()));
}

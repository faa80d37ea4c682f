//! What is kept between looks, and what makes a look anew.

use super::*;
use crate::fixture::{NOON, crash, repository};
use crate::pass::tests::code::origin;

#[tokio::test]
async fn an_unchanged_case_is_not_looked_up_again_and_a_changed_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("origin");
    std::fs::create_dir_all(&at).unwrap();
    origin(&at);
    let config = CodeConfig { root: folder.path().join("code"), ..CodeConfig::default() };
    let reader = Reader::new(&config, Clock::system());
    let mut repository = repository(5, "acme/shop");
    repository.location = at.to_str().unwrap().to_owned();
    let look = async |signal: &PlanSignal| {
        let read = vec![signal];
        let subject = Subject { repository: &repository, read, first_seen: NOON, people: &[], kind: "error" };
        reader.look(&subject, reader.deadline()).await.facts().unwrap().clone()
    };
    let mut signal = crash(1, "cart", &["alpha"]);
    let first = look(&signal).await;
    assert_eq!((first.excerpts[0].line, &first.skill), (7, &None));
    // Only what comes from memory has this.
    let kept = CodeFacts { skill: Some("kept".to_owned()), ..first };
    reader.found.lock().unwrap().values_mut().for_each(|facts| *facts = kept.clone());
    signal.signal.count += 100;
    assert_eq!(look(&signal).await, kept, "how often it was seen changes nothing");
    signal.samples[0].frames[0].line = Some(5);
    let anew = look(&signal).await;
    assert_eq!((anew.excerpts[0].line, anew.skill), (5, None));
}

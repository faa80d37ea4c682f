//! Answers, as they were asked for or not.

use std::fs;

use serde_json::json;
use signalbox_domain::outcome::{Failure, Verdict};
use signalbox_domain::task::{Intent, Mode};

use crate::fixture::{House, failure};

#[tokio::test]
async fn an_answer_fits_what_was_asked_for_or_the_run_fails() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let schema =
        json!({"type": "object", "required": ["cause"], "properties": {"cause": {"type": "string"}}});
    let no_schema = json!({"type": "no such type"});
    for (n, schema, script, unfit) in [
        (1, Some(&schema), r#"echo '{"cause": "the cart"}'"#, None),
        (2, Some(&schema), r#"echo thinking >&2; printf ' {"cause":\n"x"} '"#, None),
        (3, Some(&schema), "echo it is the cart", Some("no JSON")),
        (4, Some(&schema), r#"echo '{"cause": 7}'"#, Some("7 is not of type \"string\"")),
        (5, Some(&schema), "echo '{}'", Some("\"cause\" is a required property")),
        (6, Some(&schema), "true", Some("empty")),
        (7, None, "echo '  '", Some("empty")),
        (8, None, "echo it is the cart", None),
        (9, Some(&no_schema), "echo 1", Some("schema")),
    ] {
        let mut job = house.job(n, script);
        job.intent = Intent::Answer { schema: schema.cloned() };
        let row = house.done(job).await;
        match unfit {
            None => {
                let verdict = row.report.unwrap().verdict;
                assert!(matches!(verdict, Verdict::Answered { .. }), "{script}: {verdict:?}");
            }
            Some(words) => {
                let Failure::AnswerUnfit { detail } = failure(&row) else {
                    panic!("{script}: {:?}", failure(&row))
                };
                assert!(detail.contains(words), "{script}: {detail}");
            }
        }
    }
}

#[tokio::test]
async fn an_agent_is_told_what_its_answer_must_fit() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let seen = house.path("seen");
    let mut job = house.job(1, &format!("cat > {}; echo 7", seen.display()));
    job.intent = Intent::Answer { schema: Some(json!({"type": "integer", "minimum": 5})) };
    let row = house.done(job.clone()).await;
    assert_eq!(row.report.unwrap().verdict.name(), "answered");
    let brief = fs::read_to_string(seen).unwrap();
    assert!(brief.starts_with(&job.brief.value) && brief.contains("\"minimum\": 5"), "{brief}");
}

#[tokio::test]
async fn a_pattern_without_end_ends() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let mut job = house.job(1, r#"printf '"%s!"' "$(head -c 20000 /dev/zero | tr '\0' a)""#);
    job.intent = Intent::Answer { schema: Some(json!({"pattern": "^(a+)+$"})) };
    let row = house.done(job).await;
    assert!(matches!(failure(&row), Failure::AnswerUnfit { .. }), "{:?}", failure(&row));
}

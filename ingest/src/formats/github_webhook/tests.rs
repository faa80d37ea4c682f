//! Invented deliveries of GitHub's, and what comes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;

use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, read};

fn delivery(action: &str, name: &str, part: Value) -> Value {
    let mut delivery = json!({
        "action": action, "sender": {"login": "somebody"},
        "repository": {"full_name": "acme/shop", "default_branch": "main", "private": false},
    });
    delivery[name] = part;
    delivery
}

fn issue(action: &str) -> Value {
    delivery(
        action,
        "issue",
        json!({
            "number": 31, "title": "The cart forgets things", "body": "Steps: …", "state": "open", "html_url": "https://github.example/acme/shop/issues/31",
            "author_association": "NONE", "updated_at": "2026-11-21T08:30:00Z", "labels": [],
        }),
    )
}

fn workflow(conclusion: &str, branch: &str) -> Value {
    delivery(
        "completed",
        "workflow_run",
        json!({
            "id": 5, "name": "Tests", "workflow_id": 12, "path": ".github/workflows/tests.yml", "head_branch": branch, "head_sha": "c0ffee",
            "event": "push", "status": "completed", "conclusion": conclusion, "html_url": "https://github.example/runs/5",
            "run_attempt": 1, "updated_at": "2026-11-21T08:30:00Z", "display_title": "Pay with cards",
        }),
    )
}

fn check_run(app: &str) -> Value {
    delivery(
        "completed",
        "check_run",
        json!({
            "id": 6, "name": "lint", "conclusion": "timed_out", "completed_at": "2026-11-21T08:30:00Z", "app": {"slug": app},
            "check_suite": {"head_branch": "main"}, "output": {"title": "3 findings", "summary": null}, "details_url": "https://lint.example/6",
        }),
    )
}

fn dependency(action: &str) -> Value {
    delivery(
        action,
        "alert",
        json!({
            "number": 3, "state": "open", "html_url": "https://github.example/alerts/3", "created_at": "2026-11-21T08:30:00Z",
            "dependency": {"package": {"ecosystem": "npm", "name": "leftish-pad"}, "manifest_path": "web/package-lock.json", "scope": "runtime"},
            "security_advisory": {"ghsa_id": "GHSA-aaaa", "cve_id": "CVE-2026-1", "summary": "Pads too far", "severity": "high", "description": "It pads."},
            "security_vulnerability": {"vulnerable_version_range": "< 2", "first_patched_version": {"identifier": "2.0.0"}},
        }),
    )
}

fn code(action: &str, branch: &str) -> Value {
    let mut delivery = delivery(
        action,
        "alert",
        json!({
            "number": 9, "html_url": "https://github.example/code/9", "created_at": "2026-11-21T08:30:00Z", "tool": {"name": "scan"},
            "rule": {"id": "sql", "severity": "warning", "security_severity_level": "critical", "description": "Query from user input"},
            "most_recent_instance": {"location": {"path": "src/db.rs", "start_line": 8}, "message": {"text": "this value comes from outside"}},
        }),
    );
    delivery["ref"] = json!(format!("refs/heads/{branch}"));
    delivery
}

fn secret(action: &str) -> Value {
    delivery(
        action,
        "alert",
        json!({"number": 2, "secret_type": "cloud_key", "secret_type_display_name": "Cloud key", "secret": "AKIA-s3cret"}),
    )
}

#[expect(clippy::too_many_lines, reason = "a table is read row by row")]
pub(crate) fn samples() -> Vec<Sample> {
    let legacy = delivery(
        "create",
        "alert",
        json!({
            "id": 44, "affected_package_name": "padder", "affected_range": "< 1", "external_identifier": "CVE-2026-2", "fixed_in": "1.0",
            "external_reference": "https://advisories.example/2",
        }),
    );
    let mut pull = issue("opened");
    pull["issue"]["pull_request"] = json!({"url": "x"});
    let other = |name: &str, part: Value| {
        Sample::json("another event", &delivery("created", name, part), Expect::NotASignal)
    };
    vec![
        Sample::json(
            "an issue",
            &issue("opened"),
            signal(json!({
                "source": "support", "kind": "issue", "title": "The cart forgets things", "from": "stranger", "repository": "acme/shop",
                "links": 1, "hold": null, "severity": "info", "occurred_at": "2026-11-21T08:30:00Z",
            })),
        ),
        Sample::json("with headers", &issue("reopened"), signal(json!({"record_id": "d-1"})))
            .with_header("X-GitHub-Event", "issues")
            .with_header("X-GitHub-Delivery", "d-1"),
        Sample::json("a closed issue", &issue("closed"), signal(json!({"hold": "upstream_resolved"}))),
        Sample::json("somebody's issue", &issue("assigned"), signal(json!({"hold": "upstream_assigned"}))),
        Sample::json("an edited issue", &issue("edited"), Expect::NotASignal),
        Sample::json("a labelled issue", &issue("labeled"), Expect::NotASignal),
        Sample::json("an issue that is a pull request", &pull, Expect::NotASignal),
        Sample::json(
            "a failed workflow",
            &workflow("failure", "main"),
            signal(json!({
                "source": "ci", "kind": "workflow_run", "title": "Tests failed on main", "from": "signed_source", "hold": null,
                "text": "Pay with cards", "attributes.commit": "c0ffee",
            })),
        ),
        Sample::json(
            "a failed workflow elsewhere",
            &workflow("failure", "pay"),
            signal(json!({
                "title": "Tests failed on pay", "from": "stranger", "hold": "other_branch",
            })),
        ),
        Sample::json("a good workflow", &workflow("success", "main"), Expect::NotASignal),
        Sample::json(
            "a check",
            &check_run("linter"),
            signal(json!({
                "source": "ci", "kind": "check_run", "title": "lint did not end in time on main", "text": "3 findings", "links": 1,
            })),
        ),
        Sample::json(
            "a job of a workflow",
            &check_run("github-actions"),
            signal(json!({"attributes.app": "github-actions"})),
        ),
        Sample::json(
            "a dependency",
            &dependency("created"),
            signal(json!({
                "source": "dependency", "kind": "dependabot_alert", "title": "leftish-pad: Pads too far", "severity": "error",
                "route": "web/package-lock.json", "attributes.patched": "2.0.0", "hold": null,
            })),
        ),
        Sample::json(
            "a fixed dependency",
            &dependency("fixed"),
            signal(json!({"hold": "upstream_resolved"})),
        ),
        Sample::json(
            "a dismissed dependency",
            &dependency("dismissed"),
            signal(json!({"hold": "upstream_archived"})),
        ),
        Sample::json(
            "an old kind of alert",
            &legacy,
            signal(json!({
                "source": "dependency", "kind": "repository_vulnerability_alert", "title": "padder: CVE-2026-2",
            })),
        ),
        Sample::json(
            "code",
            &code("created", "main"),
            signal(json!({
                "source": "alerts", "kind": "code_scanning_alert", "title": "Query from user input in src/db.rs", "severity": "fatal", "hold": null,
            })),
        ),
        Sample::json("code elsewhere", &code("created", "pay"), signal(json!({"hold": "other_branch"}))),
        Sample::json(
            "closed code",
            &code("closed_by_user", "pay"),
            signal(json!({"hold": "upstream_archived"})),
        ),
        Sample::json(
            "a secret",
            &secret("created"),
            signal(json!({
                "kind": "secret_scanning_alert", "title": "Cloud key in the repository", "severity": "fatal",
            })),
        ),
        Sample::json("a revoked secret", &secret("resolved"), signal(json!({"hold": "upstream_resolved"}))),
        Sample::json(
            "a push",
            &json!({"ref": "refs/heads/main", "repository": {"full_name": "acme/shop"}}),
            Expect::NotASignal,
        ),
        Sample::json("a ping", &json!({"zen": "z", "hook_id": 1, "hook": {}}), Expect::NotASignal),
        other("pull_request", json!({"number": 1})),
        other("review", json!({"state": "approved"})),
        other("release", json!({"tag_name": "v1"})),
        other("deployment_status", json!({"state": "failure"})),
        Sample::json(
            "an issue without a title",
            &delivery("opened", "issue", json!({"number": 1})),
            Expect::Refused("issue.title"),
        ),
        Sample::json("no delivery", &json!({"action": "opened"}), Expect::Refused("$")),
        Sample::json("the header alone", &json!({}), Expect::Refused("issue"))
            .with_header("x-github-event", "issues"),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::GithubWebhook);
}

fn kept(delivery: &Value) -> crate::observation::Observation {
    let bytes = delivery.to_string();
    let mut reading =
        read(Format::GithubWebhook, &Payload::new(bytes.as_bytes(), Provenance::SignedSource)).unwrap();
    reading.kept.pop().unwrap()
}

#[test]
fn what_is_fixed_is_the_one_that_was_reported() {
    let key = |delivery: &Value| crate::lab::fingerprint(&kept(delivery));
    assert_eq!(key(&issue("opened")), key(&issue("closed")));
    assert_eq!(key(&dependency("created")), key(&dependency("fixed")));
    assert_eq!(key(&code("created", "main")), key(&code("fixed", "main")));
    assert_ne!(
        key(&workflow("failure", "main")),
        key(&workflow("failure", "pay")),
        "a held one takes no other with it"
    );
}

#[test]
fn a_secret_is_never_read() {
    assert!(!format!("{:?}", kept(&secret("created"))).contains("s3cret"));
}

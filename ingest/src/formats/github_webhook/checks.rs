//! Failed checks: workflow runs, check suites and check runs. On another branch than the default one they are kept and
//! held: somebody is at work there. A failure may come as a run, its suite and its checks: whoever sets the hook up chooses
//! which of them are sent, so that none is dropped because another could say it too.

use serde_json::Value;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{HoldReason, Severity, SourceFamily};

use super::Hook;
use crate::formats::{TEXT_LIMIT, fields};
use crate::observation::{Observation, Unreadable};

impl Hook<'_> {
    pub(super) fn check(&self, event: &str) -> Result<Option<Observation>, Unreadable> {
        let check = self.part(event)?;
        let conclusion = fields::text(check, "conclusion").unwrap_or_default();
        let words = match conclusion.as_str() {
            "failure" => "failed",
            "timed_out" => "did not end in time",
            "startup_failure" => "could not start",
            _ => return Ok(None),
        };
        let name = fields::first_text(check, &["name", "app.name", "app.slug"])
            .ok_or_else(|| Unreadable::field(format!("{event}.name"), "the name of a check"))?;
        let branch =
            fields::first_text(check, &["head_branch", "check_suite.head_branch"]).unwrap_or_default();
        let is_default = self.default_branch().is_none_or(|default| default == branch);
        let writer = if is_default { self.from } else { Provenance::Stranger };
        let title = Sourced::new(format!("{name} {words} on {branch}"), writer);
        let own = fields::first_text(check, &["workflow_id", "path"]).unwrap_or_else(|| name.clone());
        let found = self.observation(SourceFamily::Ci, event, &format!("{own}\u{1f}{branch}"), title)?;
        Ok(Some(Observation {
            text: Sourced::stranger(said(check)),
            severity: Severity::Error,
            occurred_at: ["completed_at", "updated_at"].iter().find_map(|at| fields::time(check.get(at)?)),
            links: fields::links([
                fields::link(&name, fields::text(check, "html_url"), self.from),
                fields::link("details", fields::text(check, "details_url"), self.from),
            ]),
            attributes: fields::attributes(
                check,
                &[
                    ("commit", "head_sha"),
                    ("branch", "head_branch"),
                    ("event", "event"),
                    ("attempt", "run_attempt"),
                    ("conclusion", "conclusion"),
                    ("app", "app.slug"),
                ],
            ),
            hold: (!is_default).then_some(HoldReason::OtherBranch),
            ..found
        }))
    }
}

/// What the check itself says, and what was checked.
fn said(check: &Value) -> String {
    let paths = ["output.title", "output.summary", "display_title", "head_commit.message"];
    let words = paths.iter().filter_map(|path| fields::first_prose(check, &[path]));
    fields::bounded(&words.collect::<Vec<_>>().join("\n"), TEXT_LIMIT)
}

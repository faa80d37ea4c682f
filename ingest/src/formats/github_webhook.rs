//! GitHub's webhooks: issues, failed checks, alerts about dependencies, code and secrets. Pushes, pull requests, reviews,
//! releases and deployments are read and are not signals; neither is the rest.
//!
//! What GitHub itself says is as trusted as the channel; titles, bodies and branches of others are a stranger's: anybody
//! may open an issue or a pull request.

mod checks;
mod security;
#[cfg(test)]
pub(super) mod tests;

use serde_json::Value;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{HoldReason, Severity, SourceFamily};

use super::{Payload, RECORD_LIMIT, fields, parse};
use crate::identity::RecordIdentity;
use crate::observation::{Observation, Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;

/// A delivery, and who could have written what GitHub itself says in it.
struct Hook<'a> {
    body: &'a Value,
    action: &'a str,
    /// Its id: the same one again is the same delivery.
    delivery: Option<&'a str>,
    from: Provenance,
}

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    let body = parse(payload.bytes)?;
    let hook = Hook {
        body: &body,
        action: body.get("action").and_then(Value::as_str).unwrap_or_default(),
        delivery: payload.header("x-github-delivery"),
        from: payload.from,
    };
    let event = match payload.header("x-github-event") {
        Some(event) => event,
        None => event(&body)?,
    };
    let observation = match event {
        "issues" => hook.issue(),
        "check_run" | "check_suite" | "workflow_run" => hook.check(event),
        "dependabot_alert" | "repository_vulnerability_alert" => hook.dependency(event),
        "code_scanning_alert" => hook.code_scanning(),
        "secret_scanning_alert" => hook.secret_scanning(),
        _ => Ok(None),
    };
    Ok(observation?.map_or_else(Reading::not_a_signal, Reading::one))
}

/// The event by what its body has, where no header says it.
fn event(body: &Value) -> Result<&'static str, Unreadable> {
    let has = |path: &str| fields::at(body, path).is_some();
    let has_object = |name: &str| body.get(name).is_some_and(Value::is_object);
    Ok(match () {
        () if has_object("check_run") => "check_run",
        () if has_object("check_suite") => "check_suite",
        () if has_object("workflow_run") && !has_object("deployment") => "workflow_run",
        () if has_object("issue") && !has_object("comment") => "issues",
        () if has("alert.security_advisory") || has("alert.security_vulnerability") => "dependabot_alert",
        () if has("alert.affected_package_name") => "repository_vulnerability_alert",
        () if has("alert.rule") => "code_scanning_alert",
        () if has("alert.secret_type") => "secret_scanning_alert",
        () if ["repository", "sender", "organization", "installation", "hook"]
            .iter()
            .any(|name| has_object(name)) =>
        {
            "another"
        }
        () => return Err(Unreadable::field("$", "a delivery of GitHub's")),
    })
}

impl Hook<'_> {
    fn issue(&self) -> Result<Option<Observation>, Unreadable> {
        let issue = self.part("issue")?;
        let hold = match self.action {
            "opened" | "reopened" => None,
            "closed" => Some(HoldReason::UpstreamResolved),
            "assigned" => Some(HoldReason::UpstreamAssigned),
            "deleted" | "transferred" => Some(HoldReason::UpstreamArchived),
            _ => return Ok(None),
        };
        if issue.get("pull_request").is_some_and(Value::is_object) {
            return Ok(None);
        }
        let title =
            fields::text(issue, "title").ok_or_else(|| Unreadable::field("issue.title", "a title"))?;
        let number = self.number("issue")?;
        let found = self.observation(SourceFamily::Support, "issue", &number, Sourced::stranger(title))?;
        let attributes =
            [("number", "number"), ("author_association", "author_association"), ("state", "state")];
        Ok(Some(Observation {
            text: Sourced::stranger(fields::first_prose(issue, &["body"]).unwrap_or_default()),
            severity: Severity::Info,
            occurred_at: fields::at(issue, "updated_at").and_then(fields::time),
            links: fields::links([fields::link("issue", fields::text(issue, "html_url"), self.from)]),
            attributes: fields::attributes(issue, &attributes),
            hold,
            ..found
        }))
    }

    fn part(&self, name: &str) -> Result<&Value, Unreadable> {
        let part = self.body.get(name).filter(|part| part.is_object());
        part.ok_or_else(|| Unreadable::field(name, "an object"))
    }

    fn number(&self, part: &str) -> Result<String, Unreadable> {
        fields::first_text(self.part(part)?, &["number", "id"])
            .ok_or_else(|| Unreadable::field(format!("{part}.number"), "a number"))
    }

    fn repository(&self) -> Option<String> {
        fields::text(self.body, "repository.full_name")
    }

    fn default_branch(&self) -> Option<String> {
        fields::first_text(self.body, &["repository.default_branch", "repository.master_branch"])
    }

    /// What every observation has: its own identity within the repository.
    fn observation(
        &self,
        family: SourceFamily,
        kind: &str,
        own: &str,
        title: Sourced<String>,
    ) -> Result<Observation, Unreadable> {
        let repository = self.repository();
        let own = format!("{}\u{1f}{own}", repository.as_deref().unwrap_or_default());
        let title = title.map(|title| fields::title(&title));
        Ok(Observation {
            record_id: self.delivery.map(str::to_owned),
            repository: repository.map(|name| Sourced::new(name, self.from)),
            ..Observation::new(family, fields::kind(kind)?, RecordIdentity::Own(own), title)
        })
    }
}

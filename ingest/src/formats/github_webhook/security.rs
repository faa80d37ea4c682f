//! GitHub's alerts about dependencies, code and secrets. What was fixed or dismissed there is held.

use serde_json::Value;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{HoldReason, Link, Severity, SourceFamily};

use super::Hook;
use crate::formats::fields;
use crate::observation::{Observation, Unreadable};

impl Hook<'_> {
    pub(super) fn dependency(&self, event: &str) -> Result<Option<Observation>, Unreadable> {
        let alert = self.part("alert")?;
        let Some(hold) = hold(self.action) else { return Ok(None) };
        let package = fields::first_text(
            alert,
            &["dependency.package.name", "security_vulnerability.package.name", "affected_package_name"],
        );
        let summary = fields::first_text(
            alert,
            &["security_advisory.summary", "external_identifier", "ghsa_id", "security_advisory.ghsa_id"],
        );
        let title = match (package, summary) {
            (Some(package), Some(summary)) => format!("{package}: {summary}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return Err(Unreadable::field("alert.dependency", "a package or an advisory")),
        };
        let title = Sourced::new(title, self.from);
        let found = self.observation(SourceFamily::Dependency, event, &self.number("alert")?, title)?;
        let severity = ["security_advisory.severity", "security_vulnerability.severity", "severity"];
        Ok(Some(Observation {
            text: Sourced::new(
                fields::first_prose(alert, &["security_advisory.description"]).unwrap_or_default(),
                self.from,
            ),
            severity: severity
                .iter()
                .find_map(|path| fields::severity_at(alert, path))
                .unwrap_or(Severity::Warning),
            route: fields::text(alert, "dependency.manifest_path").map(|path| Sourced::new(path, self.from)),
            attributes: fields::attributes(
                alert,
                &[
                    ("advisory", "security_advisory.ghsa_id"),
                    ("cve", "security_advisory.cve_id"),
                    ("identifier", "external_identifier"),
                    ("vulnerable", "security_vulnerability.vulnerable_version_range"),
                    ("affected", "affected_range"),
                    ("patched", "security_vulnerability.first_patched_version.identifier"),
                    ("fixed_in", "fixed_in"),
                    ("manifest", "dependency.manifest_path"),
                    ("scope", "dependency.scope"),
                ],
            ),
            ..self.alerted(found, alert, hold)
        }))
    }

    pub(super) fn code_scanning(&self) -> Result<Option<Observation>, Unreadable> {
        let alert = self.part("alert")?;
        let Some(mut hold) = hold(self.action) else { return Ok(None) };
        let rule = fields::first_text(alert, &["rule.description", "rule.name", "rule.id"])
            .ok_or_else(|| Unreadable::field("alert.rule", "a rule"))?;
        let place = fields::text(alert, "most_recent_instance.location.path");
        let said = place.as_ref().map_or_else(|| rule.clone(), |place| format!("{rule} in {place}"));
        let branch = fields::text(self.body, "ref").map(|name| name.replace("refs/heads/", ""));
        let is_other = branch.zip(self.default_branch()).is_some_and(|(branch, default)| branch != default);
        if is_other && hold.is_none() {
            hold = Some(HoldReason::OtherBranch);
        }
        let number = self.number("alert")?;
        // Its path and its message quote what was pushed, on whichever branch.
        let found =
            self.observation(SourceFamily::Alerts, "code_scanning_alert", &number, Sourced::stranger(said))?;
        let words = ["most_recent_instance.message.text", "rule.full_description", "rule.help"];
        let severity = ["rule.security_severity_level", "rule.severity"];
        Ok(Some(Observation {
            text: Sourced::stranger(fields::first_prose(alert, &words).unwrap_or_default()),
            severity: severity
                .iter()
                .find_map(|path| fields::severity_at(alert, path))
                .unwrap_or(Severity::Warning),
            attributes: fields::attributes(
                alert,
                &[
                    ("rule", "rule.id"),
                    ("tool", "tool.name"),
                    ("path", "most_recent_instance.location.path"),
                    ("line", "most_recent_instance.location.start_line"),
                    ("commit", "most_recent_instance.commit_sha"),
                ],
            ),
            ..self.alerted(found, alert, hold)
        }))
    }

    /// The secret itself is never read.
    pub(super) fn secret_scanning(&self) -> Result<Option<Observation>, Unreadable> {
        let alert = self.part("alert")?;
        let Some(hold) = hold(self.action) else { return Ok(None) };
        let kind = fields::first_text(alert, &["secret_type_display_name", "secret_type"])
            .ok_or_else(|| Unreadable::field("alert.secret_type", "the type of a secret"))?;
        let title = Sourced::new(format!("{kind} in the repository"), self.from);
        let found =
            self.observation(SourceFamily::Alerts, "secret_scanning_alert", &self.number("alert")?, title)?;
        Ok(Some(Observation {
            severity: Severity::Fatal,
            attributes: fields::attributes(
                alert,
                &[("type", "secret_type"), ("validity", "validity"), ("publicly_leaked", "publicly_leaked")],
            ),
            ..self.alerted(found, alert, hold)
        }))
    }

    fn alerted(&self, found: Observation, alert: &Value, hold: Option<HoldReason>) -> Observation {
        Observation {
            occurred_at: ["updated_at", "created_at"].iter().find_map(|at| fields::time(alert.get(at)?)),
            links: links(alert, self.from),
            hold,
            ..found
        }
    }
}

fn links(alert: &Value, from: Provenance) -> Vec<Sourced<Link>> {
    fields::links([
        fields::link("alert", fields::text(alert, "html_url"), from),
        fields::link("advisory", fields::text(alert, "external_reference"), from),
    ])
}

/// What an action means for work on an alert; None where it says nothing about it.
fn hold(action: &str) -> Option<Option<HoldReason>> {
    Some(match action {
        "created" | "create" | "reopened" | "auto_reopened" | "reintroduced" | "appeared_in_branch"
        | "publicly_leaked" => None,
        "fixed" | "resolved" | "resolve" => Some(HoldReason::UpstreamResolved),
        "dismissed" | "dismiss" | "auto_dismissed" | "closed_by_user" => Some(HoldReason::UpstreamArchived),
        _ => return None,
    })
}

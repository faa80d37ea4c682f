//! Parts that several commands show: lists within a page, reasons, and how a run ended, in words.

use serde::Serialize;
use signalbox_control::views::{DecisionLine, RunLine, SignalLine, TaskLine};
use signalbox_domain::context::CaseLink;
use signalbox_domain::outcome::{Failure, Verdict};
use signalbox_domain::signal::Frame;
use signalbox_domain::time::Timestamp;

use super::signal;
use crate::show::{Table, ago, plain, span};

pub(super) fn signals(items: &[SignalLine], now: Timestamp) -> Table {
    signal::table(items, now)
}

pub(super) fn tasks(items: &[TaskLine], now: Timestamp) -> Table {
    let mut table = Table::new(["TASK", "PROJECT", "STATE", "PRIORITY", "MODE", "CHANGED", "TITLE"]);
    for task in items {
        table.row(&[
            task.id.to_string(),
            task.project.to_string(),
            word(&task.state),
            task.priority.to_string(),
            task.mode.to_string(),
            ago(now, task.changed_at),
            task.title.value.clone(),
        ]);
    }
    table
}

/// Nothing where there is none.
pub(super) fn runs(items: &[RunLine], now: Timestamp) -> String {
    let mut table = Table::new(["RUN", "STATE", "MODE", "AGENT", "ATTEMPT", "CHANGED", "RUNNER"]);
    for run in items {
        table.row(&[
            run.id.to_string(),
            word(&run.state),
            run.mode.to_string(),
            run.agent.to_string(),
            run.attempt.to_string(),
            ago(now, run.changed_at),
            run.runner.as_ref().map(ToString::to_string).unwrap_or_default(),
        ]);
    }
    if items.is_empty() { String::new() } else { table.text() }
}

/// What others do about a case. Nothing where nobody does.
pub(super) fn work(items: &[CaseLink]) -> String {
    let line = |link: &CaseLink| format!("  {}: {}", link.work, plain(&link.words));
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Cases that are left to a task, or are about the same file. Nothing where there are none.
pub(super) fn cases(items: &[CaseLink]) -> String {
    let line = |link: &CaseLink| format!("  {} ({})", link.case, plain(&link.words));
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn decisions(items: &[DecisionLine], now: Timestamp) -> String {
    let line = |decision: &DecisionLine| {
        let times = match decision.count {
            0 | 1 => String::new(),
            many => format!(", {many} times since {}", ago(now, decision.first_at)),
        };
        let last = ago(now, decision.last_at);
        format!("  {}: {} [{}] {last}{times}", decision.stage, plain(&decision.words), decision.code)
    };
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn frame(frame: &Frame) -> String {
    let place = frame.file.as_deref().or(frame.module.as_deref()).unwrap_or("?");
    let line = frame.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("  at {} ({place}{line})", frame.function.as_deref().unwrap_or("?"))
}

/// A state as the API writes it.
pub(super) fn word(state: &impl Serialize) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        _ => String::new(),
    }
}

/// What came of a run, in words.
pub(super) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Changed { branch, files, .. } => {
            let files = if *files == 1 { "1 file".to_owned() } else { format!("{files} files") };
            format!("changed {files} on {branch}")
        }
        Verdict::Answered { text } => format!("answered: {}", text.value),
        Verdict::NothingToDo { text } if text.value.is_empty() => "nothing to do".to_owned(),
        Verdict::NothingToDo { text } => format!("nothing to do: {}", text.value),
        Verdict::Failed { failure } => failed(failure),
        Verdict::Cancelled { by } => format!("cancelled by {by}"),
    }
}

fn failed(failure: &Failure) -> String {
    match failure {
        Failure::RepositoryMissing { detail } => format!("repository does not exist: {detail}"),
        Failure::WorkspaceFailed { detail } => format!("the workspace could not be prepared: {detail}"),
        Failure::AgentMissing { program } => format!("agent not found: {program}"),
        Failure::AgentTimedOut { after_seconds } => {
            format!(
                "the agent hung and was stopped after {}",
                span(std::time::Duration::from_secs(*after_seconds))
            )
        }
        Failure::AgentKilled { signal } => format!("the agent was killed by signal {signal}"),
        Failure::AgentFailed { code, .. } => format!("the agent failed with exit code {code}"),
        Failure::TooMuchOutput { limit_bytes } => {
            format!("the agent wrote more than {limit_bytes} bytes and was stopped")
        }
        Failure::NoChange => "the agent ended without a change".to_owned(),
        Failure::WorkspaceRemoved => "the agent removed the folder that it worked in".to_owned(),
        Failure::NestedRepository { folders } => {
            format!(
                "the agent's files lie in repositories of its own, of which no commit has them: {}",
                folders.join(", ")
            )
        }
        Failure::TooMuchChanged { limit_bytes } => {
            format!("the agent changed more than {limit_bytes} bytes of files: nothing was committed")
        }
        Failure::AnswerUnfit { detail } => format!("the answer is not as it was asked for: {detail}"),
        Failure::CheckFailed { code: Some(code), .. } => format!("the check failed with exit code {code}"),
        Failure::CheckFailed { code: None, .. } => "the check was stopped or could not be started".to_owned(),
        Failure::PushFailed { detail } => format!("the branch could not be pushed: {detail}"),
        Failure::IsolationMissing { detail } => format!("no isolation could be had: {detail}"),
        Failure::AttemptsSpent { attempts } => format!("given up after {attempts} attempts"),
        Failure::Refused { detail } => format!("refused: {detail}"),
    }
}

/// What the program said at its end, where that explains a failure.
pub(super) fn tail(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Failed {
            failure: Failure::AgentFailed { tail, .. } | Failure::CheckFailed { tail, .. },
        } => Some(tail.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_end_is_said_in_words() {
        let said = |failure| verdict(&Verdict::Failed { failure });
        for (failure, words) in [
            (Failure::AgentMissing { program: "fixer".into() }, "agent not found: fixer"),
            (Failure::AgentTimedOut { after_seconds: 1_800 }, "the agent hung and was stopped after 30 min"),
            (Failure::AgentKilled { signal: 9 }, "the agent was killed by signal 9"),
            (
                Failure::TooMuchOutput { limit_bytes: 100 },
                "the agent wrote more than 100 bytes and was stopped",
            ),
            (Failure::NoChange, "the agent ended without a change"),
            (Failure::RepositoryMissing { detail: "/x".into() }, "repository does not exist: /x"),
        ] {
            assert_eq!(said(failure), words);
        }
    }
}

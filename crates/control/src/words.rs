//! What came of work, in words for people. Pure.

use signalbox_domain::outcome::{Failure, Verdict};

/// The end of what an agent or a check printed says most; this much of it fits a line.
const TAIL: usize = 300;

pub(crate) fn verdict_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Changed { branch, commit, files } => {
            format!("a change of {}: branch {branch}, commit {commit}", counted(*files, "file"))
        }
        Verdict::Answered { text } => format!("an answer: {}", begin(&text.value)),
        Verdict::NothingToDo { text } if text.value.trim().is_empty() => "nothing to do".to_owned(),
        Verdict::NothingToDo { text } => format!("nothing to do: {}", begin(&text.value)),
        Verdict::Failed { failure } => format!("failed: {}", failure_words(failure)),
        Verdict::Cancelled { by } => format!("cancelled by {by}"),
    }
}

pub(crate) fn failure_words(failure: &Failure) -> String {
    match failure {
        Failure::RepositoryMissing { detail } => format!("the repository is not there: {}", end(detail)),
        Failure::WorkspaceFailed { detail } => format!("no workspace could be made: {}", end(detail)),
        Failure::AgentMissing { program } => format!("the agent's program {program} is not there"),
        Failure::AgentTimedOut { after_seconds } => {
            format!("the agent was stopped after {after_seconds} s, its limit")
        }
        Failure::AgentKilled { signal } => format!("the agent was killed by signal {signal}"),
        Failure::AgentFailed { code, tail } => format!("the agent exited with {code}: {}", end(tail)),
        Failure::TooMuchOutput { limit_bytes } => {
            format!("the agent printed more than {limit_bytes} bytes and was stopped")
        }
        Failure::NoChange => "a change was wanted and the agent made none".to_owned(),
        Failure::WorkspaceRemoved => "the agent removed the folder that it worked in".to_owned(),
        Failure::NestedRepository { folders } => format!(
            "all that the agent made lies in repositories of its own, whose files no commit has: {}",
            begin(&folders.join(", "))
        ),
        Failure::TooMuchChanged { limit_bytes } => {
            format!("the files that the agent changed have more than {limit_bytes} bytes, its limit")
        }
        Failure::AnswerUnfit { detail } => format!("the answer is not what was asked for: {}", end(detail)),
        Failure::CheckFailed { code: Some(code), tail } => {
            format!("the check exited with {code}: {}", end(tail))
        }
        Failure::CheckFailed { code: None, tail } => format!("the check was stopped: {}", end(tail)),
        Failure::PushFailed { detail } => format!("the branch could not be pushed: {}", end(detail)),
        Failure::IsolationMissing { detail } => format!("no isolation to be had: {}", end(detail)),
        Failure::AttemptsSpent { attempts } => format!("its runner went silent {attempts} times"),
        Failure::Refused { detail } => format!("refused: {}", end(detail)),
    }
}

/// "1 file", "2 files".
pub(crate) fn counted(count: u32, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn begin(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    line.chars().take(TAIL).collect()
}

fn end(text: &str) -> String {
    let text = text.trim();
    let skipped = text.chars().count().saturating_sub(TAIL);
    text.chars().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_tail_is_cut_at_its_beginning() {
        let tail = format!("{}the reason\n", "é".repeat(1_000));
        let words = failure_words(&Failure::AgentFailed { code: 3, tail });
        assert!(words.starts_with("the agent exited with 3: é") && words.ends_with("the reason"), "{words}");
        assert!(words.chars().count() < 340, "{words}");
    }
}

//! What the commands that speak to the house take. What they do is each command's own file.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use signalbox_control::WhyOf;
use signalbox_control::views::IntentKind;
use signalbox_domain::ids::{CaseId, CaseMoveId, PlanId, RunId, SignalId, SuppressionId, TaskId};
use signalbox_domain::names::{HolderName, ProjectName, RepositoryName};
use signalbox_domain::project_key::PublicKey;
use signalbox_domain::ruling::DismissCode;
use signalbox_domain::states::{CaseState, Machine, RunState, TaskState};
use signalbox_domain::task::{Mode, Priority};
use signalbox_domain::time::Timestamp;

use super::access::{Secrets, Tokens};
use super::kept::{Automations, Ingest, People, Quarantine};

#[derive(Debug, Subcommand)]
pub(crate) enum FaceCommand {
    /// What the product is telling: list, look, send
    Signal(Signals),
    /// Signals thought to share one cause
    Case(Cases),
    /// What passes of the planner did and why, and what one would do now
    Plan(Plans),
    /// People's rules that keep signals away from work
    Suppression(Suppressions),
    /// Work to be done: list, look, make, start, cancel, finish
    Task(Tasks),
    /// Takes the most urgent queued task in hand
    Next(Next),
    /// Attempts at tasks: how they ended, and what was said
    Run(Runs),
    /// Why something happened to a signal, case, task or run, or why nothing does
    Why(Why),
    /// What signals and tasks belong to
    Project(Projects),
    /// Where the code of a project lies
    Repository(Repositories),
    /// The team, and by what its commits are recognised
    Person(People),
    /// Works on runs of a server, over HTTP; or lists runners
    Runner(RunnerArgs),
    /// Schedules and what came of them
    Automation(Automations),
    /// What is read, from where, and what becomes of it
    Ingest(Ingest),
    /// What could not be read, and gaps in what was sent
    Quarantine(Quarantine),
    /// Gives and takes access
    Token(Tokens),
    /// Keeps named values sealed
    Secret(Secrets),
    /// Prints a fresh link that signs a browser in, once
    SignIn(Ask),
    /// How the house is
    Status(Ask),
}

/// Whom to ask, and how to show the answer.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The server [default: SIGNALBOX_URL, else the one of these settings, else the database itself]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Prints the API's JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// Which part of a list.
#[derive(Debug, Args)]
pub(crate) struct Page {
    /// Goes on after this one
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<String>,
    /// At most so many, up to 200
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) limit: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Signals {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: SignalCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SignalCommand {
    /// The newest first
    List {
        #[arg(long)]
        project: Option<ProjectName>,
        #[command(flatten)]
        page: Page,
    },
    /// One signal, its samples, its case, and why
    Show { id: SignalId },
    /// Lets a held signal go: it may become work
    Release { id: SignalId },
    /// Sends native signals: one JSON object, an array, or one object a line
    Send {
        /// A file, or - for standard input
        file: PathBuf,
    },
    /// Loads records of any format: each line of a file, each item of an array, or all of it. A load that was cut off goes
    /// on where it was, and one that is given again counts nothing twice
    Load(LoadArgs),
    /// Takes a person out of what is kept: samples, titles, briefs, histories, webhooks, sessions, quarantine
    Erase {
        /// An id, an e-mail address, or whatever name records have for them
        #[arg(long, value_name = "ID")]
        user: String,
    },
    /// That people were taken out: by whom, when, and how much it took
    Erasures {
        #[command(flatten)]
        page: Page,
    },
}

#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// A file, or - for standard input
    pub(crate) file: PathBuf,
    /// Such as posthog_event, sentry_event, sentry_sdk, alertmanager, signal
    #[arg(long)]
    pub(crate) format: String,
    #[arg(long)]
    pub(crate) project: ProjectName,
    /// What it is known by, so that it goes on where it was [default: the file's name and content; none for -]
    #[arg(long)]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Cases {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: CaseCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CaseCommand {
    /// The newest first
    List {
        #[arg(long)]
        project: Option<ProjectName>,
        #[arg(long, value_parser = state::<CaseState>)]
        state: Option<CaseState>,
        #[command(flatten)]
        page: Page,
    },
    /// One case, its signals, its tasks, and why
    Show { id: CaseId },
    /// Lets a case sleep: until a time, so many records more, or the next release
    #[command(group = clap::ArgGroup::new("until_what").required(true))]
    Snooze {
        id: CaseId,
        /// RFC 3339, such as 2026-12-01T08:00:00Z
        #[arg(long, value_name = "TIME", group = "until_what")]
        until: Option<Timestamp>,
        #[arg(long, value_name = "N", group = "until_what")]
        records: Option<u64>,
        #[arg(long, group = "until_what")]
        next_release: bool,
        #[command(flatten)]
        seen: Seen,
    },
    /// Nothing is to be done about it. What its code means for records to come:
    /// intended, wont-fix, noise: it stays so, whatever is seen of it;
    /// cannot-reproduce, fixed-elsewhere: it comes back when it is seen after the cool-down
    Dismiss {
        id: CaseId,
        #[arg(long, value_name = "CODE", value_parser = dismissal)]
        code: DismissCode,
        /// What there is to say about it
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        words: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// You have read its texts: it is work, and safe to give away
    Accept {
        id: CaseId,
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        words: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// Says in which repository its cause is; later cases learn from it
    Pick {
        id: CaseId,
        repository: RepositoryName,
        #[command(flatten)]
        seen: Seen,
    },
    /// Makes all its signals another case's, and its live task where that one has none
    Merge {
        id: CaseId,
        #[arg(long, value_name = "CASE")]
        into: CaseId,
        #[command(flatten)]
        seen: Seen,
    },
    /// Gives some of its signals a case of their own; a task stays with what is left
    Split {
        id: CaseId,
        #[arg(long = "signal", value_name = "SIGNAL", required = true)]
        signals: Vec<SignalId>,
        #[command(flatten)]
        seen: Seen,
    },
    /// Moves some of its signals to another case
    Move {
        id: CaseId,
        #[arg(long = "signal", value_name = "SIGNAL", required = true)]
        signals: Vec<SignalId>,
        #[arg(long, value_name = "CASE")]
        to: CaseId,
        #[command(flatten)]
        seen: Seen,
    },
    /// Takes a merge, split or move back; `case show` names them
    Undo {
        #[arg(value_name = "MOVE")]
        id: CaseMoveId,
    },
    /// Takes back what was decided: it is watched again
    Reopen {
        id: CaseId,
        #[command(flatten)]
        seen: Seen,
    },
}

/// What was looked at before it was decided about.
#[derive(Debug, Args)]
pub(crate) struct Seen {
    /// The version of the case that you saw: if somebody decided about it since, nothing is done
    #[arg(long, value_name = "N")]
    pub(crate) version: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct Plans {
    #[command(flatten)]
    pub(crate) ask: Ask,
    /// What the planner would do for the project now, and why; nothing is done
    #[arg(long, requires = "project")]
    pub(crate) dry_run: bool,
    #[arg(long)]
    pub(crate) project: Option<ProjectName>,
    #[command(subcommand)]
    pub(crate) command: Option<PlanCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// The newest first
    List {
        #[arg(long)]
        project: Option<ProjectName>,
        #[command(flatten)]
        page: Page,
    },
    /// One plan, with its reasons
    Show { id: PlanId },
}

#[derive(Debug, Args)]
pub(crate) struct Suppressions {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: SuppressionCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SuppressionCommand {
    /// People's rules, the newest first, each with what it takes. What the system keeps away says so on its signals
    List {
        #[arg(long)]
        project: Option<ProjectName>,
        #[command(flatten)]
        page: Page,
    },
    /// Keeps signals away until a time; says how many it takes
    Add {
        #[arg(long)]
        project: ProjectName,
        #[arg(long, value_name = "SOURCE")]
        source: Option<String>,
        #[arg(long)]
        kind: Option<String>,
        /// Letters that stand in the title
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// RFC 3339: when it ends by itself
        #[arg(long, value_name = "TIME")]
        until: Timestamp,
        /// Also if it takes most of what there is
        #[arg(long)]
        confirm: bool,
    },
    /// Takes a rule back before its end
    Lift { id: SuppressionId },
}

fn dismissal(text: &str) -> Result<DismissCode, String> {
    DismissCode::from_name(&text.replace('-', "_")).ok_or_else(|| {
        let names: Vec<String> = DismissCode::ALL.iter().map(|code| code.name().replace('_', "-")).collect();
        format!("expected one of {}", names.join(", "))
    })
}

#[derive(Debug, Args)]
pub(crate) struct Tasks {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: TaskCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// The newest first
    List {
        #[arg(long)]
        project: Option<ProjectName>,
        #[arg(long, value_parser = state::<TaskState>)]
        state: Option<TaskState>,
        #[command(flatten)]
        page: Page,
    },
    /// One task with its runs, outcomes and changes, and why
    Show { id: TaskId },
    /// Makes a task
    New(NewTask),
    /// Starts this very task: you have seen what strangers wrote in it
    Start {
        id: TaskId,
        /// local, worktree, cloud [default: the one that it has]
        #[arg(long, value_parser = mode)]
        mode: Option<Mode>,
    },
    /// Ends a task and its run
    Cancel { id: TaskId },
    /// Says that you have done it: a task from your hand, or from review
    Done {
        id: TaskId,
        /// Where the change lies
        #[arg(long, value_name = "NAME", conflicts_with = "nothing_to_do")]
        branch: Option<String>,
        /// There was nothing to change
        #[arg(long)]
        nothing_to_do: bool,
        /// What there is to say about it
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Puts a task from your hand back into the queue
    Release { id: TaskId },
    /// Says that a task is not yours: tasks about the same file are not offered to you first again
    NotMine {
        id: TaskId,
        /// Whose it is not [default: whoever the token is named after]
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewTask {
    #[arg(long)]
    pub(crate) title: String,
    #[arg(long)]
    pub(crate) project: ProjectName,
    #[arg(long)]
    pub(crate) repository: RepositoryName,
    /// What there is to know; - reads it from standard input
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) brief: String,
    /// change, investigate, answer
    #[arg(long, default_value = "change", value_parser = intent)]
    pub(crate) intent: IntentKind,
    /// A file with the JSON schema that an answer must fit
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// local, worktree, cloud
    #[arg(long, default_value = "worktree", value_parser = mode)]
    pub(crate) mode: Mode,
    /// P0 to P4
    #[arg(long, default_value = "P2", value_parser = priority)]
    pub(crate) priority: Priority,
    /// The same key again makes no second task in the project
    #[arg(long, value_name = "KEY")]
    pub(crate) once: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Next {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[arg(long)]
    pub(crate) project: Option<ProjectName>,
}

#[derive(Debug, Args)]
pub(crate) struct Runs {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: RunCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunCommand {
    /// The newest first
    List {
        #[arg(long)]
        task: Option<TaskId>,
        #[arg(long, value_parser = state::<RunState>)]
        state: Option<RunState>,
        #[command(flatten)]
        page: Page,
    },
    /// One run: how it ended, in words, and its last words
    Show { id: RunId },
}

#[derive(Debug, Args)]
pub(crate) struct Why {
    #[command(flatten)]
    pub(crate) ask: Ask,
    /// The id of a signal, a case, a task or a run
    #[arg(value_parser = why_id)]
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub(crate) struct Projects {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: ProjectCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// Makes a project, if there is none of that name
    Add { name: ProjectName },
    /// By name
    List,
    /// The public keys that SDKs send with; makes the first one
    Keys {
        name: ProjectName,
        /// Makes one more
        #[arg(long, conflicts_with = "remove")]
        new: bool,
        /// Takes this one away
        #[arg(long, value_name = "KEY")]
        remove: Option<PublicKey>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Repositories {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: RepositoryCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RepositoryCommand {
    /// Makes a repository known, or changes what is known of it
    Add {
        /// owner/name
        name: RepositoryName,
        /// A URL, host:path, or a folder of this computer
        location: String,
        #[arg(long)]
        project: ProjectName,
        /// The branch that work begins from
        #[arg(long, default_value = "main", value_name = "NAME")]
        branch: String,
    },
    /// Those of one project
    List {
        #[arg(long)]
        project: ProjectName,
    },
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct RunnerArgs {
    #[command(subcommand)]
    pub(crate) command: Option<RunnerCommand>,
    #[command(flatten)]
    pub(crate) work: RunnerWork,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunnerCommand {
    /// The runners that were heard of lately
    List {
        #[command(flatten)]
        ask: Ask,
    },
}

/// Works on runs of another computer's server.
#[derive(Debug, Args)]
pub(crate) struct RunnerWork {
    /// The server [default: SIGNALBOX_URL]
    #[arg(long = "server", id = "runner-server", value_name = "URL")]
    pub(crate) server: Option<String>,
    /// local, worktree or cloud; may be given several times
    #[arg(long = "mode", id = "runner-mode", required = true, value_parser = mode)]
    pub(crate) modes: Vec<Mode>,
    /// By which it is known again; two runners must not share one [default: this computer's, with -runner]
    #[arg(long)]
    pub(crate) name: Option<HolderName>,
    /// How many runs at once [default: runner.lease.permits]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) slots: Option<u32>,
    /// Holds a token of the role runner [default: SIGNALBOX_TOKEN]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
}

fn mode(name: &str) -> Result<Mode, String> {
    Mode::from_name(name).ok_or_else(|| "expected local, worktree or cloud".to_owned())
}

fn priority(name: &str) -> Result<Priority, String> {
    Priority::from_name(name).ok_or_else(|| "expected P0, P1, P2, P3 or P4".to_owned())
}

fn intent(name: &str) -> Result<IntentKind, String> {
    match name {
        "change" => Ok(IntentKind::Change),
        "investigate" => Ok(IntentKind::Investigate),
        "answer" => Ok(IntentKind::Answer),
        _ => Err("expected change, investigate or answer".to_owned()),
    }
}

/// Looked at here, so that a slip is said before anybody is asked.
fn why_id(text: &str) -> Result<String, String> {
    text.parse::<WhyOf>().map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn state<M: Machine>(name: &str) -> Result<M, String> {
    M::from_name(name).map_err(|_| {
        let names: Vec<&str> = M::STATES.iter().map(|state| state.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

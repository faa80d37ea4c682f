//! `signalbox demo`: a shop with a bug, records about it on a topic, and what becomes of them, by the very commands that
//! a person would type. Everything lies in one folder that stays; nothing leaves this computer.

mod records;
mod server;
mod shop;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use signalbox_ingest::{DEV_TOPIC, produce};
use signalbox_runtime::{Clock, ExitCode, error_chain};

use crate::cli::Demo;
use crate::fail::Failure;
use crate::house::DEV_PROJECT;
use crate::out::say;
use crate::wiring;
use server::Server;
use shop::Shop;

/// Far more than it takes.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(100);

pub(crate) async fn run(demo: &Demo) -> Result<ExitCode, Failure> {
    let clock = wiring::base()?.clock;
    let begun = clock.boot();
    let stage = Stage::set(demo.folder.clone(), clock.clone())?;
    let shop = stage.the_bug()?;
    let server = stage.the_server()?;
    stage.the_records(&server)?;
    let task = stage.the_task().await?;
    stage.the_work(&task).await?;
    stage.the_result(&shop, &task)?;
    server.stop()?;
    let took = clock.boot().since(begun);
    stage.what_next(&task, took)?;
    Ok(ExitCode::Done)
}

/// Where the demo plays.
struct Stage {
    folder: PathBuf,
    program: PathBuf,
    clock: Clock,
}

impl Stage {
    /// A folder of its own; one that is there already is not touched.
    fn set(folder: Option<PathBuf>, clock: Clock) -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        let folder = match folder {
            Some(folder) => {
                std::fs::create_dir(&folder).map_err(|error| {
                    Failure::new(ExitCode::Usage, format!("{}: {error}", folder.display()))
                })?;
                std::path::absolute(folder)?
            }
            None => tempfile::Builder::new().prefix("signalbox-demo-").tempdir()?.keep(),
        };
        say(format_args!("Signalbox demo, in {}", folder.display()))?;
        Ok(Self { folder, program, clock })
    }

    fn the_bug(&self) -> Result<Shop, Failure> {
        title("1. A shop has a bug, and a test that shows it")?;
        let shop = Shop::make(&self.folder)?;
        say(format_args!("  shop/src/cart.rs: {}", shop::BUG))?;
        indent(&shop.test()?)?;
        Ok(shop)
    }

    fn the_server(&self) -> Result<Server, Failure> {
        title("2. Signalbox is started, with the broker that is built in")?;
        say("  $ signalbox up --dev-kafka")?;
        let server = Server::start(&self.program, &self.folder)?;
        indent(server.said())?;
        self.shown(&["project", "add", DEV_PROJECT])?;
        self.shown(&[
            "repository",
            "add",
            "--project",
            DEV_PROJECT,
            "shop",
            &self.folder.join("shop").display().to_string(),
        ])?;
        Ok(server)
    }

    fn the_records(&self, server: &Server) -> Result<(), Failure> {
        let records = records::all(self.clock.now());
        title("3. The product reports: records in PostHog's shape")?;
        produce(server.brokers(), &records)
            .map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))?;
        say(format_args!(
            "  {} records on the topic {DEV_TOPIC} at {}: {} exceptions of one bug, and page views",
            records.len(),
            server.brokers(),
            records::EXCEPTIONS
        ))
    }

    async fn the_task(&self) -> Result<String, Failure> {
        title("4. One signal, one case, one task")?;
        let all_counted = |signals: &Value| {
            let count = signals["items"][0]["count"].as_u64()?;
            (count == u64::from(records::EXCEPTIONS)).then_some(())
        };
        self.until("every exception is counted", &["signal", "list"], all_counted).await?;
        let found = |tasks: &Value| tasks["items"][0]["id"].as_str().map(str::to_owned);
        let task = self.until("there is a task", &["task", "list"], found).await?;
        for noun in ["signal", "case", "task"] {
            self.shown(&[noun, "list"])?;
        }
        Ok(task)
    }

    async fn the_work(&self, task: &str) -> Result<(), Failure> {
        title(
            "5. Strangers can write exceptions, so a person starts the task; an agent works on it in a worktree",
        )?;
        self.shown(&["task", "start", task])?;
        let ended =
            |view: &Value| view["outcomes"].as_array().filter(|outcomes| !outcomes.is_empty()).map(drop);
        self.until("the agent has ended", &["task", "show", task], ended).await?;
        let run = self.json(&["run", "list", "--task", task])?["items"][0]["id"].clone();
        self.shown(&["run", "show", run.as_str().unwrap_or_default()])
    }

    fn the_result(&self, shop: &Shop, task: &str) -> Result<(), Failure> {
        title("6. What came of it: a branch, for people to look at")?;
        let view = self.json(&["task", "show", task])?;
        let verdict = &view["outcomes"][0]["verdict"];
        let Some(branch) = verdict["branch"].as_str() else {
            return Err(Failure::new(ExitCode::Failure, format!("the agent changed nothing: {verdict}")));
        };
        say(format_args!("  $ git -C shop diff main..{branch}"))?;
        indent(&shop.git(&["diff", &format!("main..{branch}")])?)?;
        say(format_args!("  $ git -C shop checkout -q {branch} && sh test.sh"))?;
        shop.git(&["checkout", "-q", branch])?;
        indent(&shop.test()?)?;
        title("7. And why")?;
        self.shown(&["why", task])
    }

    fn what_next(&self, task: &str, took: Duration) -> Result<(), Failure> {
        title(&format!("That took {:.1} s. Try next", took.as_secs_f64()))?;
        say(format_args!("  alias signalbox={}; cd {}", self.program.display(), self.folder.display()))?;
        say(
            "  signalbox up --dev-kafka    # the same house; send it records of your own with kcat or any producer",
        )?;
        say(format_args!("  signalbox task show {task}"))?;
        say("  signalbox task new --project dev --repository shop --title 'Say hello' --intent investigate")?;
        say("  signalbox config example    # every setting: your topics, agents and schedules")
    }

    /// A command as a person types it, and what it answers.
    fn shown(&self, arguments: &[&str]) -> Result<(), Failure> {
        say(format_args!("  $ signalbox {}", arguments.join(" ")))?;
        indent(&self.output(arguments)?)
    }

    fn json(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let text = self.output(&[arguments, &["--json"]].concat())?;
        serde_json::from_str(&text).map_err(|error| Failure::new(ExitCode::Failure, error.to_string()))
    }

    fn output(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        shop::output(&mut command)
    }

    /// Asks a command until its answer has what is looked for.
    async fn until<T>(
        &self,
        what: &str,
        arguments: &[&str],
        holds: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, Failure> {
        let deadline = self.clock.boot().plus(PATIENCE);
        loop {
            if let Some(found) = holds(&self.json(arguments)?) {
                return Ok(found);
            }
            if self.clock.boot() >= deadline {
                let log = self.folder.join(server::LOG);
                let line = format!("waited {PATIENCE:?} in vain until {what}; the log is {}", log.display());
                return Err(Failure::new(ExitCode::Failure, line));
            }
            self.clock.sleep(LOOK).await;
        }
    }
}

fn title(text: &str) -> Result<(), Failure> {
    say(format_args!("\n{text}"))
}

fn indent(text: &str) -> Result<(), Failure> {
    text.trim_end().lines().try_for_each(|line| say(format_args!("    {line}")))
}

/// A file of this folder, whole.
fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    Ok(std::fs::write(path, text)?)
}

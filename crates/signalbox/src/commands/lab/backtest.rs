//! `signalbox lab backtest FILE`: what the planner of these settings would have made of records, as a page.

use std::fs::File;
use std::io::BufReader;

use signalbox_runtime::ExitCode;

use crate::cli::Backtest;
use crate::fail::Failure;
use crate::out::say;
use crate::rehearsal::{Cast, rehearse, rows};
use crate::settings::Settings;

pub(crate) async fn run(asked: &Backtest, settings: Settings) -> Result<ExitCode, Failure> {
    let named =
        |error: std::io::Error| Failure::new(ExitCode::Usage, format!("{}: {error}", asked.file.display()));
    let rows = rows(BufReader::new(File::open(&asked.file).map_err(named)?)).map_err(named)?;
    let title = asked.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let repositories = if asked.without_repository { Vec::new() } else { asked.repositories.clone() };
    let cast = Cast { project: asked.project.clone(), repositories, title };
    let page = Box::pin(rehearse(settings, cast, rows)).await?;
    say(page.trim_end())?;
    Ok(ExitCode::Done)
}

//! Removes what runs leave behind on this computer, where nothing would be lost: after a run was reported, and at the
//! start for what an earlier runner left.
//!
//! A place is looked at only under its locks; one that is held is somebody else's. A workspace with work in it (changes, a
//! commit that origin does not have) stays, and the log says why. Whatever is cut short is done at the next start. Called
//! by the runner alone; nothing waits for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use signalbox_domain::ids::RunId;
use signalbox_domain::job::Job;
use signalbox_runtime::{Timestamp, error_chain};
use signalbox_workspace::{FileLock, Kept, Spent, WorkspaceError, gone};

use crate::failure::detail;
use crate::place::Tools;
use crate::place::cloud::CloudPlace;
use crate::place::folders::{BEFORE, CLONE, CLONE_PLACE, Folders, absolute, lock_of};
use crate::through::THROUGH;

/// So many places are looked at at one start.
const MOST: usize = 1_000;
/// What a run found before it began, or that its agent came through, is needed if it goes on; after so long it does not.
const BEFORE_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// A process that is being started holds every open lock for a moment, until it becomes the program that it is to be. So a
/// lock is tried for longer than that, even where nobody holds it.
const MOMENT: Duration = Duration::from_secs(2);

/// Whether the run that used a folder is known to have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Ended,
    Nothing,
}

/// What became of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Became {
    Removed,
    Stays(Kept),
    /// A run may still go on from what is kept there.
    StaysForItsRun,
    /// Held by a run, or no folder at all.
    NotOurs,
}

/// After a run was reported.
pub(crate) async fn after_run(tools: &Tools, job: &Job) {
    let folders = match Folders::of(&tools.config.root, job) {
        Ok(folders) => folders,
        Err(error) => return tracing::warn!(run = %job.run, "cannot tidy up: {error}"),
    };
    tell(tools, &folders.run, run_folder(tools, job.run, &folders.run, Known::Ended).await);
    tell(tools, &folders.worktree, worktree(tools, &folders.worktree).await);
}

/// At the start: what an earlier runner left, as far as nobody works in it.
pub(crate) async fn at_start(tools: &Tools) {
    let root = match absolute(&tools.config.root) {
        Ok(root) => root,
        Err(error) => return tracing::warn!("cannot tidy up: {error}"),
    };
    for folder in folders_in(&root.join("runs")) {
        if let Some(run) = name_of(&folder).and_then(|name| name.parse::<RunId>().ok()) {
            tell(tools, &folder, run_folder(tools, run, &folder, Known::Nothing).await);
        }
    }
    for repository in folders_in(&root.join("worktrees")) {
        for folder in folders_in(&repository) {
            tell(tools, &folder, worktree(tools, &folder).await);
        }
    }
}

/// The folders in a folder, each by its name while it was in use.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_folder = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is_folder);
    folders
        .take(MOST)
        .map(
            |path| {
                if path.extension().is_some_and(|end| end == "gone") { path.with_extension("") } else { path }
            },
        )
        .collect()
}

fn name_of(folder: &Path) -> Option<&str> {
    folder.file_name()?.to_str()
}

/// The lock of a place in which nobody works now.
async fn free(tools: &Tools, name: &str) -> Result<Option<FileLock>, WorkspaceError> {
    let root = absolute(&tools.config.root).unwrap_or_else(|_| tools.config.root.clone());
    match FileLock::acquire(&tools.clock, &lock_of(&root, name), MOMENT).await {
        Err(WorkspaceError::LockTimeout { .. }) => Ok(None),
        lock => lock.map(Some),
    }
}

async fn run_folder(tools: &Tools, run: RunId, folder: &Path, known: Known) -> Result<Became, String> {
    let words = |error: WorkspaceError| detail(&error, &tools.redact);
    let Some(lock) = free(tools, &run.to_string()).await.map_err(words)? else { return Ok(Became::NotOurs) };
    if known == Known::Nothing {
        // An agent that outlived its runner works in vain, and maybe in the very place.
        crate::leftovers::end(run);
    }
    let away = gone(folder);
    remove(&away)?;
    if folder.exists() {
        if known == Known::Nothing && may_go_on(folder) && !is_old(tools, folder) {
            return Ok(Became::StaysForItsRun);
        }
        if let Some(kept) = clone(tools, run, folder).await? {
            return Ok(Became::Stays(kept));
        }
        fs::rename(folder, &away).map_err(|error| format!("moving away: {error}"))?;
        remove(&away)?;
    }
    lock.discard().map_err(words)?;
    Ok(Became::Removed)
}

/// Whether a run's next attempt here needs more than its workspace. A clone is looked at by itself.
fn may_go_on(folder: &Path) -> bool {
    folder.join(BEFORE).exists() || (folder.join(THROUGH).exists() && !folder.join(CLONE).exists())
}

fn is_old(tools: &Tools, folder: &Path) -> bool {
    let modified = fs::metadata(folder).and_then(|found| found.modified()).ok();
    let since_epoch = modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since_epoch.is_some_and(|span| tools.clock.now().since(Timestamp::EPOCH.plus(span)) > BEFORE_KEPT)
}

/// Why the clone in a run's folder has to stay, if there is one and it does.
async fn clone(tools: &Tools, run: RunId, folder: &Path) -> Result<Option<Kept>, String> {
    if !folder.join(CLONE).exists() {
        return Ok(None);
    }
    let words = |error: WorkspaceError| detail(&error, &tools.redact);
    let place =
        fs::read_to_string(folder.join(CLONE_PLACE)).map_err(|error| format!("{CLONE_PLACE}: {error}"))?;
    let mut lines = place.lines();
    let (Some(repository), Some(branch)) = (lines.next(), lines.next()) else {
        return Err(format!("{CLONE_PLACE} does not say whose clone it is"));
    };
    let repository = tools.cache.known(repository).await.map_err(words)?;
    let repository = repository.ok_or_else(|| "its repository is gone".to_owned())?;
    let Some(found) = repository.clone_before(&folder.join(CLONE), branch).map_err(words)? else {
        // Still being prepared when it was cut short: no agent has been in it.
        return Ok(None);
    };
    let sandbox =
        tools.sandbox.clone().ok_or_else(|| "only a runner with a sandbox may look into it".to_owned())?;
    let place = CloudPlace::found(repository, sandbox, found);
    let kept = place.keeps(tools, folder, run).await;
    let kept = kept.map_err(|failure| format!("{failure:?}"))?;
    if kept.is_none() {
        place.forget().await.map_err(words)?;
    }
    Ok(kept)
}

async fn worktree(tools: &Tools, folder: &Path) -> Result<Became, String> {
    let words = |error: WorkspaceError| detail(&error, &tools.redact);
    let (Some(leaf), Some(repository)) = (name_of(folder), folder.parent().and_then(name_of)) else {
        return Ok(Became::NotOurs);
    };
    let Some(repository) = tools.cache.known(repository).await.map_err(words)? else {
        return Ok(Became::NotOurs);
    };
    let Some(lock) = free(tools, leaf).await.map_err(words)? else { return Ok(Became::NotOurs) };
    match repository.remove_spent_worktree(folder).await.map_err(words)? {
        Spent::Kept(kept) => Ok(Became::Stays(kept)),
        spent => {
            if let Spent::Removed { ignored: 1.., first } = &spent {
                tracing::info!(folder = %folder.display(), ?first, "ignored files went with a worktree");
            }
            lock.discard().map_err(words)?;
            Ok(if spent == Spent::Absent { Became::NotOurs } else { Became::Removed })
        }
    }
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("removing {}: {}", folder.display(), error_chain(&error)))
        }
        _ => Ok(()),
    }
}

fn tell(tools: &Tools, folder: &Path, became: Result<Became, String>) {
    let folder = folder.display();
    match became {
        Ok(Became::Removed) => tracing::debug!(%folder, "removed: nothing in it would be lost"),
        Ok(Became::Stays(why)) => tracing::info!(%folder, ?why, "stays: there is work in it"),
        Ok(Became::StaysForItsRun | Became::NotOurs) => tracing::trace!(%folder, "left alone"),
        Err(error) => {
            let error = tools.redact.text(&error).text;
            tracing::warn!(%folder, "stays, because it could not be looked at: {error}");
        }
    }
}

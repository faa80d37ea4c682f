//! The look itself: fetches a repository, and reads what a case's places are at the commit of its release.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use signalbox_domain::project::Repository;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{BootTime, Clock, error_chain};
use signalbox_store::planner::PlanSignal;
use signalbox_workspace::reading::{BlamedLine, CODE_OWNERS, CodeOwners, Source, enclosing};
use signalbox_workspace::{Cache, CommitId, GitConfig, Repository as Bare, WorkspaceError};

use super::suspects::{Line, suspects};
use super::{CodeConfig, CodeFacts, CommitOf, Excerpt, Looked};
use crate::locate::{At, Located, Place, Tree, is_test};
use crate::place::whereabouts_in;

/// Places of a case that are read.
const MOST_PLACES: usize = 3;
/// Lines each way around a place.
const AROUND: u32 = 6;
/// Commits of the history that say who works on these files.
const HISTORY: usize = 100;
const MOST_AUTHORS: usize = 3;
const MOST_TESTS: usize = 5;
/// Trees that are kept between looks.
const MOST_TREES: usize = 100;

/// What is looked at.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) repository: &'a Repository,
    /// Signals of the case, the largest first.
    pub(crate) read: Vec<&'a PlanSignal>,
    pub(crate) first_seen: Timestamp,
}

/// Reads repositories for the planner of one process.
#[derive(Debug, Clone)]
pub struct Reader {
    cache: Cache,
    clock: Clock,
    limit: Duration,
    trees: Arc<Mutex<BTreeMap<CommitId, Arc<Tree>>>>,
}

impl Reader {
    pub fn new(config: &CodeConfig, clock: Clock) -> Self {
        let limit = config.limit;
        let git = GitConfig {
            remote_limit: limit,
            lock_limit: limit,
            local_limit: limit.min(Duration::from_secs(20)),
            output_limit: 32 << 20,
            ..GitConfig::default()
        };
        // Git takes a relative folder for one below its own.
        let root = std::path::absolute(&config.root).unwrap_or_else(|_| config.root.clone());
        Self { cache: Cache::new(root, git, clock.clone()), clock, limit, trees: Arc::default() }
    }

    /// When the looks of one plan have to end: repositories that hang take no plan's time away.
    pub(crate) fn deadline(&self) -> BootTime {
        self.clock.boot().plus(self.limit)
    }

    /// What the signals' places are, at their release's commit or else at the newest of the default branch.
    pub(crate) async fn look(&self, at: &Subject<'_>, deadline: BootTime) -> Looked {
        let left = deadline.since(self.clock.boot());
        let found = Box::pin(self.found(at.repository, &at.read, at.first_seen));
        let looked = self.clock.timeout(left, found).await;
        match looked {
            Ok(Ok(Some(facts))) => Looked::Found(facts),
            Ok(Ok(None)) => Looked::Failed("nothing that the records say points at a file of it".to_owned()),
            Ok(Err(error)) => {
                tracing::warn!(repository = %at.repository.name, "not read: {}", error_chain(&error));
                Looked::Failed(error.to_string())
            }
            Err(_) => Looked::Failed(format!("the {:?} of one plan for reading were over", self.limit)),
        }
    }

    async fn found(
        &self,
        repository: &Repository,
        read: &[&PlanSignal],
        first_seen: Timestamp,
    ) -> Result<Option<CodeFacts>, WorkspaceError> {
        let bare = self.cache.repository(&repository.name, repository.location.as_str()).await?;
        let (commit, of) = commit_of(&bare, repository, read).await?;
        let tree = self.tree(&bare, &commit).await?;
        let Some(located) = whereabouts_in(read, repository.name.as_str(), &tree) else { return Ok(None) };
        let mut facts = CodeFacts {
            commit: commit.to_string(),
            of,
            excerpts: Vec::new(),
            suspects: Vec::new(),
            owners: Vec::new(),
            authors: Vec::new(),
            tests: tests_near(&tree, &located),
            located,
        };
        let paths: Vec<String> = paths(&facts.located);
        facts.owners = owners(&bare, &commit, &paths).await?;
        facts.authors = authors(&bare, &commit, &paths).await?;
        let mut blamed: Vec<(BlamedLine, u32, bool)> = Vec::new();
        for (at, place) in facts.located.places.iter().take(MOST_PLACES).enumerate() {
            let Some((excerpt, lines)) = excerpt(&bare, &commit, place).await? else { continue };
            blamed.extend(lines.into_iter().map(|line| {
                let distance = line.line.abs_diff(excerpt.line);
                (line, distance, at == 0)
            }));
            facts.excerpts.push(excerpt);
        }
        let lines: Vec<Line<'_>> = blamed.iter().map(of_line).collect();
        facts.suspects = suspects(&lines, first_seen.micros().div_euclid(1_000_000));
        Ok(Some(facts))
    }

    /// The tree of a commit never changes: it is read once.
    async fn tree(&self, bare: &Bare, commit: &CommitId) -> Result<Arc<Tree>, WorkspaceError> {
        let known = self.trees.lock().unwrap_or_else(PoisonError::into_inner).get(commit).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let listing = bare.files_at(commit).await?;
        let tree = Arc::new(Tree::new(listing.paths.iter().map(String::as_str)));
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        if trees.len() >= MOST_TREES {
            trees.clear();
        }
        trees.insert(commit.clone(), Arc::clone(&tree));
        Ok(tree)
    }
}

/// A release that is called as its commit is, or ends with it after a sign.
async fn commit_of(
    bare: &Bare,
    repository: &Repository,
    read: &[&PlanSignal],
) -> Result<(CommitId, CommitOf), WorkspaceError> {
    let releases =
        read.iter().flat_map(|signal| &signal.samples).filter_map(|sample| sample.release.as_ref());
    for release in releases.take(MOST_PLACES) {
        let name = release.value.rsplit(['@', '+', '-', ':']).next().unwrap_or_default();
        if let Some(commit) = bare.commit_named(name).await? {
            return Ok((commit, CommitOf::Release));
        }
    }
    Ok((bare.head_of(repository.default_branch.as_str()).await?, CommitOf::DefaultBranch))
}

fn paths(located: &Located) -> Vec<String> {
    let path = |place: &Place| match &place.at {
        At::Path(path) => Some(path.clone()),
        At::Symbol(_) => None,
    };
    located.places.iter().take(MOST_PLACES).filter_map(path).collect()
}

async fn owners(bare: &Bare, commit: &CommitId, paths: &[String]) -> Result<Vec<String>, WorkspaceError> {
    for file in CODE_OWNERS {
        let Ok(source) = bare.source_at(commit, file).await? else { continue };
        let rules = CodeOwners::parse(&source.text);
        let mut owners: Vec<String> = Vec::new();
        for owner in paths.iter().flat_map(|path| rules.of(path)) {
            if !owners.contains(owner) {
                owners.push(owner.clone());
            }
        }
        return Ok(owners);
    }
    Ok(Vec::new())
}

/// Names of those who changed these files most of late; addresses stay in the repository.
async fn authors(
    bare: &Bare,
    commit: &CommitId,
    paths: &[String],
) -> Result<Vec<(String, u64)>, WorkspaceError> {
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for entry in bare.history(None, commit, &paths, HISTORY).await? {
        *counts.entry(entry.author).or_default() += 1;
    }
    let mut authors: Vec<(String, u64)> = counts.into_iter().collect();
    authors.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    authors.truncate(MOST_AUTHORS);
    Ok(authors)
}

/// The lines around a place, and who wrote them; none where it has no line or cannot be read.
async fn excerpt(
    bare: &Bare,
    commit: &CommitId,
    place: &Place,
) -> Result<Option<(Excerpt, Vec<BlamedLine>)>, WorkspaceError> {
    let (At::Path(path), Some(line)) = (&place.at, place.lines.first().copied()) else { return Ok(None) };
    let Ok(source) = bare.source_at(commit, path).await? else { return Ok(None) };
    let around = |source: &Source| -> Vec<(u32, String)> {
        source.around(line, AROUND).into_iter().map(|(at, text)| (at, text.to_owned())).collect()
    };
    let lines = around(&source);
    if lines.is_empty() {
        // The line is of another version of the file.
        return Ok(None);
    }
    let function = enclosing(&source.text, line);
    let (first, last) = function.as_ref().map_or((line, line), |found| (found.first, found.last));
    let (first, last) = (first.max(line.saturating_sub(100)), last.min(line.saturating_add(100)));
    let blamed = bare.blame(commit, path, first, last).await?.unwrap_or_default();
    let function = function.map(|function| function.name);
    Ok(Some((Excerpt { path: path.clone(), line, function, lines }, blamed)))
}

fn of_line((line, distance, first): &(BlamedLine, u32, bool)) -> Line<'_> {
    Line {
        commit: line.commit.as_str(),
        subject: &line.subject,
        author: &line.author,
        at: line.at,
        distance: *distance,
        first: *first,
    }
}

/// Tests that are called after the likeliest files.
fn tests_near(tree: &Tree, located: &Located) -> Vec<String> {
    let mut tests: Vec<String> = Vec::new();
    for path in paths(located).iter().filter(|path| !is_test(path)) {
        for test in tree.tests_of(path) {
            if tests.len() < MOST_TESTS && !tests.iter().any(|known| known == test) {
                tests.push(test.to_owned());
            }
        }
    }
    tests
}

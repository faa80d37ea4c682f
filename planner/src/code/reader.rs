//! The look itself: fetches a repository, and reads what a case's places are at the commit of its release.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use signalbox_domain::code::{CodeFacts, CodeFunction, CodeLine, CommitOf, Excerpt, RestsOn, Whereabouts};
use signalbox_domain::ids::RepositoryId;
use signalbox_domain::project::{Person, Repository};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{BootTime, Clock, error_chain};
use signalbox_store::planner::PlanSignal;
use signalbox_workspace::reading::{BlamedLine, Source, enclosing};
use signalbox_workspace::{Cache, CommitId, GitConfig, Repository as Bare, WorkspaceError};

use super::owners::owners;
use super::release::commit_of;
use super::suspects::{Line, suspects};
use super::{CodeConfig, Looked};
use crate::locate::{At, Contents, Evidence, Line as FileLine, Located, Place, Tree, is_test};
use crate::place::{clues_of, whereabouts_by, whereabouts_in};

/// Places of a case that are read.
const MOST_PLACES: usize = 3;
/// Lines each way around a place.
const AROUND: u32 = 6;
const MOST_TESTS: usize = 5;
/// Trees, and what was found of cases, that are kept between looks.
const MOST_TREES: usize = 100;
const MOST_FOUND: usize = 1_000;
/// Where a repository says how jobs are done in it.
const SKILLS: &str = ".signalbox/skills";

/// What is looked at.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) repository: &'a Repository,
    /// Signals of the case, the largest first.
    pub(crate) read: Vec<&'a PlanSignal>,
    pub(crate) first_seen: Timestamp,
    /// Those of the team who may be owners.
    pub(crate) people: &'a [Person],
    /// The kind of job that it is.
    pub(crate) kind: &'static str,
}

/// Reads repositories for the planner of one process.
#[derive(Debug, Clone)]
pub struct Reader {
    cache: Cache,
    clock: Clock,
    limit: Duration,
    trees: Arc<Mutex<BTreeMap<CommitId, Arc<Tree>>>>,
    /// What was found before, by commit and what was asked: an unchanged case is not looked up again.
    found: Arc<Mutex<BTreeMap<(CommitId, u64), CodeFacts>>>,
    /// The newest of each repository.
    newest: Arc<Mutex<BTreeMap<RepositoryId, Newest>>>,
}

/// A tree and when it was read.
type Newest = (BootTime, Arc<Tree>);

/// For so long the newest tree of a repository is taken for what it is: routing asks for all of them.
const FRESH: Duration = Duration::from_mins(10);

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
        Self {
            cache: Cache::new(root, git, clock.clone()),
            clock,
            limit,
            trees: Arc::default(),
            found: Arc::default(),
            newest: Arc::default(),
        }
    }

    /// When the looks of one plan have to end: repositories that hang take no plan's time away.
    pub(crate) fn deadline(&self) -> BootTime {
        self.clock.boot().plus(self.limit)
    }

    /// What the signals' places are, at their release's commit or else at the newest of the default branch.
    pub(crate) async fn look(&self, at: &Subject<'_>, deadline: BootTime) -> Looked {
        let left = deadline.since(self.clock.boot());
        let looked = self.clock.timeout(left, Box::pin(self.found(at))).await;
        match looked {
            Ok(Ok(facts)) => Looked::Found(facts),
            Ok(Err(error)) => {
                tracing::warn!(repository = %at.repository.name, "not read: {}", error_chain(&error));
                Looked::Failed(error.to_string())
            }
            Err(_) => Looked::Failed(format!("the {:?} of one plan for reading were over", self.limit)),
        }
    }

    /// The newest files of a repository, as of a few minutes ago; none where it cannot be read in time.
    pub(crate) async fn newest(&self, repository: &Repository, deadline: BootTime) -> Option<Arc<Tree>> {
        let now = self.clock.boot();
        let known = self.newest.lock().unwrap_or_else(PoisonError::into_inner).get(&repository.id).cloned();
        if let Some((at, tree)) = known
            && now.since(at) < FRESH
        {
            return Some(tree);
        }
        let read = async {
            let bare = self.cache.repository(&repository.name, repository.location.as_str()).await?;
            let head = bare.head_of(repository.default_branch.as_str()).await?;
            self.tree(&bare, &head).await
        };
        match self.clock.timeout(deadline.since(now), Box::pin(read)).await {
            Ok(Ok(tree)) => {
                let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
                newest.insert(repository.id, (now, Arc::clone(&tree)));
                Some(tree)
            }
            Ok(Err(error)) => {
                tracing::warn!(repository = %repository.name, "not read: {}", error_chain(&error));
                None
            }
            Err(_) => None,
        }
    }

    async fn found(&self, at: &Subject<'_>) -> Result<CodeFacts, WorkspaceError> {
        let Subject { repository, read, .. } = at;
        let bare = self.cache.repository(&repository.name, repository.location.as_str()).await?;
        let (commit, of) = commit_of(&bare, repository, read).await?;
        let key = (commit.clone(), asked(at));
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        let facts = self.read(at, &bare, commit, of).await?;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= MOST_FOUND {
            found.clear();
        }
        found.insert(key, facts.clone());
        Ok(facts)
    }

    fn known(&self, key: &(CommitId, u64)) -> Option<CodeFacts> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    async fn read(
        &self,
        at: &Subject<'_>,
        bare: &Bare,
        commit: CommitId,
        of: CommitOf,
    ) -> Result<CodeFacts, WorkspaceError> {
        let tree = self.tree(bare, &commit).await?;
        let skill = format!("{SKILLS}/{}/SKILL.md", at.kind);
        let skill = bare.source_at(&commit, &skill).await?.ok().map(|source| source.text);
        let nowhere = Whereabouts { rests_on: RestsOn::Nothing, places: Vec::new() };
        let mut facts = CodeFacts {
            commit: commit.to_string(),
            of,
            whereabouts: nowhere,
            excerpts: Vec::new(),
            suspects: Vec::new(),
            owners: Vec::new(),
            tests: Vec::new(),
            skill,
        };
        let Some(located) = self.located(at, bare, &commit, &tree).await? else { return Ok(facts) };
        facts.whereabouts = Whereabouts::from(&located);
        facts.tests = tests_near(&tree, &located);
        facts.owners = owners(bare, &commit, &paths(&located), at.people).await?;
        let mut blamed: Vec<(BlamedLine, u32, bool)> = Vec::new();
        for (at, place) in located.places.iter().take(MOST_PLACES).enumerate() {
            let Some((excerpt, lines)) = excerpt(bare, &commit, place).await? else { continue };
            blamed.extend(lines.into_iter().map(|line| {
                let distance = line.line.abs_diff(excerpt.line);
                (line, distance, at == 0)
            }));
            facts.excerpts.push(excerpt);
        }
        let lines: Vec<Line<'_>> = blamed.iter().map(of_line).collect();
        facts.suspects = suspects(&lines, at.first_seen.micros().div_euclid(1_000_000));
        Ok(facts)
    }

    /// By the stack where it leads into the product; else files are looked into for what the texts name and quote.
    async fn located(
        &self,
        at: &Subject<'_>,
        bare: &Bare,
        commit: &CommitId,
        tree: &Tree,
    ) -> Result<Option<Located>, WorkspaceError> {
        let name = at.repository.name.as_str();
        let by_names = whereabouts_in(&at.read, name, tree);
        if by_names.as_ref().is_some_and(|located| located.evidence == Evidence::Stack) {
            return Ok(by_names);
        }
        let clues = clues_of(&at.read);
        let texts: Vec<String> = clues.iter().map(|clue| clue.text().to_owned()).collect();
        let hits = match bare.search_at(commit, &texts).await {
            Ok(hits) => hits,
            // More was found than is read, or it took too long: their names are left.
            Err(error) => {
                tracing::debug!(repository = %at.repository.name, "not searched: {}", error_chain(&error));
                return Ok(by_names);
            }
        };
        let lines = hits.into_iter().map(|hit| FileLine { path: hit.path, line: hit.line, text: hit.text });
        let contents = Contents { clues, lines: lines.collect() };
        Ok(whereabouts_by(&at.read, name, tree, &contents))
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

/// What a look depends on beside the commit: how often a signal was seen is none of it.
fn asked(at: &Subject<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    at.repository.id.uuid().hash(&mut hasher);
    at.kind.hash(&mut hasher);
    at.first_seen.micros().hash(&mut hasher);
    for signal in &at.read {
        format!("{:?} {:?}", signal.signal.id, signal.samples).hash(&mut hasher);
    }
    for person in at.people {
        format!("{person:?}").hash(&mut hasher);
    }
    hasher.finish()
}

fn paths(located: &Located) -> Vec<String> {
    let path = |place: &Place| match &place.at {
        At::Path(path) => Some(path.clone()),
        At::Symbol(_) => None,
    };
    located.places.iter().take(MOST_PLACES).filter_map(path).collect()
}

/// The lines around a place, and who wrote them; none where it has no line or cannot be read.
async fn excerpt(
    bare: &Bare,
    commit: &CommitId,
    place: &Place,
) -> Result<Option<(Excerpt, Vec<BlamedLine>)>, WorkspaceError> {
    let (At::Path(path), Some(line)) = (&place.at, place.lines.first().copied()) else { return Ok(None) };
    let Ok(source) = bare.source_at(commit, path).await? else { return Ok(None) };
    let around = |source: &Source| -> Vec<CodeLine> {
        let lines = source.around(line, AROUND).into_iter();
        lines.map(|(line, text)| CodeLine { line, text: text.to_owned() }).collect()
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
    let function =
        function.map(|found| CodeFunction { name: found.name, first: found.first, last: found.last });
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

#[cfg(test)]
mod tests;

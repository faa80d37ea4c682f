//! The pass on a real database: one case a cause, the same after a restart and by several planners at once.

pub(crate) mod code;
mod guard;
mod sharpened;
mod sources;

use std::collections::BTreeSet;
use std::time::Duration;

use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{CaseId, SignalId};
use signalbox_domain::sketch::Sketch;
use signalbox_domain::states::TaskEvent;
use signalbox_runtime::{Clock, Randomness};
use signalbox_store::ingest::{Fold, FoldBatch, FoldPart, FoldedRecord, SignalFilter};
use signalbox_store::planner::{CaseFilter, PlanSignal};
use signalbox_store::tasks::TaskFilter;
use signalbox_store::{Page, StoreConfig};

use super::*;
use crate::fixture::{NOON, crash};

struct Place {
    store: Store,
    ids: IdSource,
    project: ProjectId,
    folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("t.db").display()).parse().unwrap();
        let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
        let ids = IdSource::new(Clock::manual(NOON).0, Randomness::seeded(2));
        let project = store.project_ensure(&"web".parse().unwrap(), ids.next(), NOON).await.unwrap().id;
        let repository = crate::fixture::repository(5, "acme/shop");
        let repository = signalbox_domain::project::Repository { project, ..repository };
        store.repository_put(&repository, NOON).await.unwrap();
        Self { store, ids, project, folder }
    }

    fn planner(&self, seed: u64, change: impl FnOnce(&mut PlannerConfig)) -> Planner {
        let mut config = PlannerConfig::default();
        change(&mut config);
        let ids = IdSource::new(Clock::manual(NOON).0, Randomness::seeded(seed));
        Planner::new(self.store.clone(), ids, config)
    }

    /// A record of the signal of that number, as ingest folds it.
    async fn seen(&self, n: u32, area: &str, at: Timestamp) {
        let one = crash(u128::from(n), area, &["alpha", "bravo", "charlie", &format!("step{n}")]);
        self.folded(one, at).await;
    }

    async fn folded(&self, mut one: PlanSignal, at: Timestamp) {
        one.signal.key.project = self.project;
        let fold = Fold {
            id: self.ids.next(),
            key: one.signal.key,
            title: one.signal.title,
            severity: one.signal.severity,
            hold: None,
            hold_at: at,
            repository: None,
            users: Sketch::default(),
            aliases: vec![],
            records: vec![FoldedRecord { mark: None, at, count: 1, held: false }],
            samples: one.samples,
        };
        let part = FoldPart { folds: vec![fold], ..FoldPart::default() };
        self.store.signals_fold(&FoldBatch { parts: vec![part] }, at).await.unwrap();
    }

    /// The keys of the signals of each case.
    async fn partition(&self) -> BTreeSet<BTreeSet<String>> {
        let mut cases = BTreeSet::new();
        for record in self.store.cases_list(CaseFilter::default(), Page::first(100)).await.unwrap() {
            let filter = SignalFilter { project: None, case: Some(record.case.id) };
            let signals = self.store.signals_list(filter, Page::first(100)).await.unwrap();
            cases.insert(signals.into_iter().map(|one| one.signal.key.fingerprint.key).collect());
        }
        cases
    }

    /// The signal of that key.
    async fn signal(&self, key: &str) -> SignalId {
        let all = self.store.signals_list(SignalFilter::default(), Page::first(100)).await.unwrap();
        all.iter().find(|one| one.signal.key.fingerprint.key == key).unwrap().signal.id
    }

    /// The reasons about a subject that a code names, the newest first.
    async fn words(&self, subject: Subject, code: &str) -> Vec<String> {
        let all = self.store.decisions_list(subject, 100).await.unwrap();
        all.into_iter().filter(|one| one.reason.code.as_str() == code).map(|one| one.reason.words).collect()
    }

    async fn tasks(&self) -> usize {
        self.store.tasks_list(TaskFilter::default(), Page::first(100)).await.unwrap().len()
    }
}

const AREAS: [&str; 3] = ["cart", "mail", "search"];

fn expected() -> BTreeSet<BTreeSet<String>> {
    let of = |first: usize| (0..4).map(|step| (first + 3 * step).to_string()).collect();
    (0..3).map(of).collect()
}

async fn planned(restart: bool) -> (BTreeSet<BTreeSet<String>>, usize) {
    let place = Place::new().await;
    let mut planner = place.planner(3, |_| {});
    for n in 0..12_u32 {
        place.seen(n, AREAS[n as usize % 3], NOON).await;
        if restart {
            planner = place.planner(u64::from(n) + 4, |_| {});
        }
        let end = planner.pass(NOON).await.unwrap();
        assert_eq!((end.report.signals, end.report.stale), (1, 0));
    }
    (place.partition().await, place.tasks().await)
}

#[tokio::test]
async fn one_cause_is_one_case_and_one_task_also_after_restarts() {
    let wanted = (expected(), 3);
    assert_eq!(planned(false).await, wanted);
    assert_eq!(planned(true).await, wanted);
}

#[tokio::test]
async fn what_is_remembered_is_what_the_store_tells() {
    let place = Place::new().await;
    let planner = place.planner(3, |_| {});
    for n in 0..6_u32 {
        place.seen(n, AREAS[n as usize % 3], NOON).await;
        planner.pass(NOON).await.unwrap();
    }
    let revision = place.store.plan_load(place.project, 1, NOON).await.unwrap().revision;
    let kept = planner.remembered.take(place.project, revision);
    let thresholds = planner.config.grouping.thresholds.clone();
    let read = remembered::read(&place.store, place.project, revision, thresholds.clone()).await.unwrap();
    assert!(kept.is_some() && kept == read);
    assert_eq!(remembered::read(&place.store, place.project, revision - 1, thresholds).await.unwrap(), None);
    planner.remembered.keep(place.project, kept, &plan_of(&place, revision - 1));
    assert!(planner.remembered.take(place.project, revision + 1).is_none(), "of another revision");
}

fn plan_of(place: &Place, revision: i64) -> PlanCommit {
    let input = PlanInput {
        project: place.project,
        revision,
        signals: vec![],
        cases: BTreeSet::new(),
        repositories: vec![],
        suppressions: vec![],
    };
    crate::fixture::House::new().plan(&input, NOON)
}

#[tokio::test]
async fn several_planners_at_once_make_one_plan() {
    let place = Place::new().await;
    let planners: Vec<Planner> = (0..4).map(|seed| place.planner(seed + 10, |_| {})).collect();
    for n in 0..12_u32 {
        place.seen(n, AREAS[n as usize % 3], NOON).await;
        let [a, b, c, d] = planners.as_slice() else { unreachable!() };
        let passes = tokio::join!(a.pass(NOON), b.pass(NOON), c.pass(NOON), d.pass(NOON));
        for end in [passes.0, passes.1, passes.2, passes.3] {
            end.unwrap();
        }
    }
    assert_eq!((place.partition().await, place.tasks().await), (expected(), 3));
}

#[tokio::test]
async fn planners_that_take_turns_know_what_the_others_opened() {
    let place = Place::new().await;
    let planners: Vec<Planner> = (0..2).map(|seed| place.planner(seed + 10, |_| {})).collect();
    for n in 0..12_u32 {
        place.seen(n, AREAS[n as usize % 3], NOON).await;
        let end = planners[n as usize % 2].pass(NOON).await.unwrap();
        assert_eq!(end.report.stale, 0);
    }
    assert_eq!((place.partition().await, place.tasks().await), (expected(), 3));
}

#[tokio::test]
async fn a_small_plan_takes_the_rest_at_once_and_ends_the_same() {
    let place = Place::new().await;
    for n in 0..12_u32 {
        place.seen(n, AREAS[n as usize % 3], NOON).await;
    }
    let planner = place.planner(3, |config| config.signals_a_plan = 5.try_into().unwrap());
    let mut signals = 0;
    loop {
        let end = planner.pass(NOON).await.unwrap();
        signals += end.report.signals;
        if end.next != NextPass::AtOnce {
            break;
        }
    }
    assert_eq!((signals, place.partition().await, place.tasks().await), (12, expected(), 3));
}

async fn the_task(place: &Place) -> signalbox_domain::task::Task {
    let tasks = place.store.tasks_list(TaskFilter::default(), Page::first(10)).await.unwrap();
    tasks.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_done_case_comes_back_in_its_next_generation_with_one_live_task() {
    let place = Place::new().await;
    let planner = place.planner(3, |_| {});
    place.seen(1, "cart", NOON).await;
    planner.pass(NOON).await.unwrap();
    let first = the_task(&place).await;
    for event in [TaskEvent::PickUp, TaskEvent::Finish] {
        place.store.task_move(first.id, event, None, NOON).await.unwrap();
    }
    let day = Duration::from_hours(24);
    planner.pass(NOON).await.unwrap();
    place.seen(1, "cart", NOON.plus(day / 2)).await;
    planner.pass(NOON.plus(day / 2)).await.unwrap();
    assert_eq!(place.tasks().await, 1, "what is still out is no return");
    let later = NOON.plus(2 * day);
    place.seen(1, "cart", later).await;
    planner.pass(later).await.unwrap();
    let second = the_task(&place).await;
    let case: CaseId = first.case.unwrap().case;
    assert_eq!((second.case.unwrap().case, second.case.unwrap().generation), (case, 2));
    let record = place.store.case_show(case).await.unwrap().unwrap();
    assert_eq!((record.tasks.len(), record.earlier.len(), record.case.generation), (1, 1, 2));
    place.seen(2, "cart", later).await;
    planner.pass(later).await.unwrap();
    assert_eq!((place.tasks().await, place.partition().await.len()), (2, 1));
}

#[tokio::test]
async fn a_case_that_was_fixed_is_joined_again_once_it_is_back() {
    let place = Place::new().await;
    let planner = place.planner(3, |_| {});
    place.seen(1, "cart", NOON).await;
    planner.pass(NOON).await.unwrap();
    let first = the_task(&place).await;
    place.store.task_move(first.id, TaskEvent::Cancel, None, NOON).await.unwrap();
    let mut case = place.store.case_show(first.case.unwrap().case).await.unwrap().unwrap().case;
    (case.state, case.changed_at) = (signalbox_domain::states::CaseState::Fixed, NOON);
    let revision = place.store.plan_load(place.project, 1, NOON).await.unwrap().revision;
    let by_hand = PlanCommit { cases: vec![case], ..plan_of(&place, revision) };
    assert_eq!(place.store.plan_commit(&by_hand).await.unwrap(), Committed::Yes);

    let later = NOON.plus(Duration::from_hours(1));
    place.seen(2, "mail", later).await;
    planner.pass(later).await.unwrap();
    place.seen(1, "cart", later).await;
    planner.pass(later).await.unwrap();
    place.seen(4, "cart", later).await;
    planner.pass(later).await.unwrap();
    let of = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    assert_eq!(place.partition().await, BTreeSet::from([of(&["1", "4"]), of(&["2"])]));
}

#[tokio::test]
async fn the_quota_holds_over_planners_and_opens_again_in_its_next_window() {
    let place = Place::new().await;
    let planners: Vec<Planner> =
        (0..2).map(|seed| place.planner(seed + 10, |config| config.gates.new_tasks = 2)).collect();
    for (n, area) in ["cart", "mail", "search"].iter().enumerate() {
        place.seen(u32::try_from(n).unwrap(), area, NOON).await;
        let (one, other) = tokio::join!(planners[0].pass(NOON), planners[1].pass(NOON));
        one.and(other).unwrap();
    }
    assert_eq!(place.tasks().await, 2);
    let day = Duration::from_hours(24);
    planners[0].pass(NOON.plus(day)).await.unwrap();
    assert_eq!(place.tasks().await, 3, "without another record");
    let signals = place.store.signals_list(SignalFilter::default(), Page::first(10)).await.unwrap();
    let ids: BTreeSet<SignalId> = signals.iter().map(|one| one.signal.id).collect();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn a_look_ahead_says_what_a_pass_would_do_and_does_nothing() {
    let place = Place::new().await;
    let planner = place.planner(3, |_| {});
    place.seen(1, "cart", NOON).await;
    let ahead = planner.preview(place.project, NOON).await.unwrap();
    assert_eq!((ahead.signals, ahead.new_cases, ahead.tasks), (1, 1, 1));
    let codes: Vec<&str> = ahead.reasons.iter().map(|one| one.reason.code.as_str()).collect();
    assert_eq!(codes, ["opened", "task-opened", "new-case", "task-opened"]);
    assert_eq!((place.tasks().await, place.partition().await.len()), (0, 0));
    let end = planner.pass(NOON).await.unwrap();
    assert_eq!((end.report.tasks, end.report.stale), (1, 0));
    let [plan] = place.store.plans_list(None, Page::first(10)).await.unwrap().try_into().unwrap();
    let told: Vec<&str> = plan.summary.reasons.iter().map(|one| one.reason.code.as_str()).collect();
    assert_eq!(told, codes, "and it is kept with its reasons");
}

/// What lives: the signals of each case that has a live task.
async fn live_tasks(order: &[u32], batch: usize, seed: u64) -> BTreeSet<BTreeSet<String>> {
    let place = Place::new().await;
    let planner = place.planner(seed, |_| {});
    for some in order.chunks(batch) {
        for n in some {
            // Each signal is seen twice, at times of its own, whenever it arrives.
            let at = NOON.minus(Duration::from_mins(u64::from(60 - n)));
            place.seen(*n, AREAS[*n as usize % 3], at).await;
            place.seen(*n, AREAS[*n as usize % 3], at).await;
        }
        planner.pass(NOON).await.unwrap();
    }
    let mut live = BTreeSet::new();
    for task in place.store.tasks_list(TaskFilter::default(), Page::first(100)).await.unwrap() {
        let filter = SignalFilter { project: None, case: task.case.map(|case| case.case) };
        let signals = place.store.signals_list(filter, Page::first(100)).await.unwrap();
        assert!(task.state.is_live());
        live.insert(signals.into_iter().map(|one| one.signal.key.fingerprint.key).collect());
    }
    live
}

#[tokio::test]
async fn neither_order_nor_batches_change_the_live_tasks() {
    let draw = Randomness::seeded(5);
    let mut order: Vec<u32> = (0..12).collect();
    for round in 0..6_u64 {
        for at in (1..order.len()).rev() {
            order.swap(at, usize::try_from(draw.below(at as u64 + 1)).unwrap());
        }
        let batch = usize::try_from(draw.below(12)).unwrap() + 1;
        assert_eq!(live_tasks(&order, batch, round + 40).await, expected(), "{order:?} by {batch}");
    }
}

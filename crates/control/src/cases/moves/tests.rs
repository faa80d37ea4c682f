use signalbox_domain::access::Role;
use signalbox_domain::states::TaskState;
use signalbox_domain::task::Starter;

use super::*;
use crate::fixture::{Fixture, actor};

struct Two {
    fixture: Fixture,
    one: CaseId,
    other: CaseId,
    signals: Vec<SignalId>,
}

/// Two cases of one signal each; with a live task where one is wanted.
async fn two(of_one: bool, of_other: bool) -> Two {
    let fixture = Fixture::new().await;
    let starter = |wanted: bool| wanted.then_some(Starter::Person);
    let (first, _) = fixture.signal("Cart is empty").await;
    let (second, _) = fixture.signal("Total is wrong").await;
    let (one, _) = fixture.plan(first, "new-case", starter(of_one)).await;
    let (other, _) = fixture.plan(second, "new-case", starter(of_other)).await;
    Two { fixture, one, other, signals: vec![first, second] }
}

impl Two {
    async fn merge(&self) -> CaseMoved {
        let ask = MergeCase { into: self.other, version: Some(0), into_version: Some(0) };
        self.fixture.cases().merge(&actor(Role::Engineer), self.one, &ask).await.unwrap()
    }

    async fn undo(&self, moved: &CaseMoved) -> CaseMoved {
        self.fixture.cases().undo(&actor(Role::Engineer), moved.id).await.unwrap()
    }

    async fn case(&self, id: CaseId) -> CaseRecord {
        self.fixture.store.case_show(id).await.unwrap().unwrap()
    }

    async fn live(&self, id: CaseId) -> Option<TaskState> {
        let tasks = self.case(id).await.tasks;
        tasks.last().map(|(_, state)| *state).filter(|state| state.is_live())
    }
}

#[tokio::test]
async fn a_merged_case_is_the_others_with_its_signals_and_comes_back_when_it_is_undone() {
    let two = two(false, false).await;
    let moved = two.merge().await;
    assert_eq!((moved.from, moved.to, moved.signals, &moved.task), (two.one, two.other, 1, &None));
    let (from, to) = (two.case(two.one).await, two.case(two.other).await);
    assert_eq!((from.case.state, from.case.merged_into), (CaseState::Merged, Some(two.other)));
    assert_eq!((to.case.signals.len(), to.version, from.version), (2, 1, 1));
    let bonds = two.fixture.store.case_bonds(two.other, 10).await.unwrap();
    assert!(bonds.iter().all(|one| one.bond == signalbox_domain::case::Bond::Person), "{bonds:?}");

    assert_eq!(two.undo(&moved).await.signals, 1);
    let (from, to) = (two.case(two.one).await, two.case(two.other).await);
    assert_eq!((from.case.state, from.case.merged_into), (CaseState::Watching, None));
    assert_eq!((from.case.signals, to.case.signals), (vec![two.signals[0]], vec![two.signals[1]]));
    let again = two.fixture.cases().undo(&actor(Role::Engineer), moved.id).await.unwrap_err();
    assert_eq!(again.to_string(), format!("{} was undone before", moved.id));
}

#[tokio::test]
async fn a_live_task_comes_along_where_there_is_room_and_goes_back() {
    let two = two(true, false).await;
    let moved = two.merge().await;
    assert!(moved.task.as_ref().is_some_and(|words| words.ends_with("works on both now")), "{moved:?}");
    assert_eq!((two.live(two.one).await, two.live(two.other).await), (None, Some(TaskState::Queued)));
    assert_eq!(two.case(two.other).await.case.state, CaseState::Tasked);
    two.undo(&moved).await;
    assert_eq!((two.live(two.one).await, two.live(two.other).await), (Some(TaskState::Queued), None));
    assert_eq!(two.case(two.one).await.case.state, CaseState::Tasked);
}

#[tokio::test]
async fn of_two_live_tasks_the_one_that_nobody_began_is_cancelled_and_a_begun_one_goes_on() {
    let two = two(true, true).await;
    let moved = two.merge().await;
    assert!(
        moved.task.as_ref().is_some_and(|words| words.contains("is cancelled: nobody had begun it")),
        "{moved:?}"
    );
    assert_eq!((two.live(two.one).await, two.live(two.other).await), (None, Some(TaskState::Queued)));

    let two = self::two(true, true).await;
    let task = two.case(two.one).await.tasks[0].0;
    let (store, now) = (&two.fixture.store, two.fixture.clock.now());
    store.task_move(task, signalbox_domain::states::TaskEvent::PickUp, None, now).await.unwrap();
    let moved = two.merge().await;
    assert!(
        moved.task.as_ref().is_some_and(|words| words.starts_with(&format!("{task} goes on"))),
        "{moved:?}"
    );
    assert_eq!(two.live(two.one).await, Some(TaskState::InHand), "it is not taken from whoever works on it");
}

#[tokio::test]
async fn signals_are_split_off_moved_and_brought_back() {
    let two = two(true, false).await;
    two.merge().await;
    let (cases, ada) = (two.fixture.cases(), actor(Role::Engineer));
    let ask = SplitCase { signals: vec![two.signals[0]], version: None };
    let split = cases.split(&ada, two.other, &ask).await.unwrap();
    let part = two.case(split.to).await;
    assert_eq!((part.case.title.value.as_str(), part.case.signals.len()), ("Cart is empty", 1));
    assert_eq!(two.live(two.other).await, Some(TaskState::Queued), "the task stays with what is left");

    let whole = SplitCase { signals: vec![two.signals[1]], version: None };
    assert_eq!(cases.split(&ada, two.other, &whole).await.unwrap_err().code(), "invalid");
    let ask = MoveSignals { to: two.other, signals: vec![two.signals[0]], version: None, to_version: None };
    let moved = cases.move_signals(&ada, split.to, &ask).await.unwrap();
    assert_eq!(two.case(two.other).await.case.signals.len(), 2);
    assert_eq!(cases.undo(&ada, moved.id).await.unwrap().signals, 1);
    cases.undo(&ada, split.id).await.unwrap();
    let part = two.case(split.to).await;
    assert_eq!((part.case.state, part.case.merged_into), (CaseState::Merged, Some(two.other)));
    let view = two.fixture.reads().case(&ada, two.other).await.unwrap();
    assert_eq!(view.moves.iter().map(|one| one.undone).collect::<Vec<_>>(), [true, true, false]);
}

#[tokio::test]
async fn of_two_who_merge_and_split_at_once_one_is_told() {
    let two = two(false, false).await;
    two.merge().await;
    let (cases, ada) = (two.fixture.cases(), actor(Role::Engineer));
    let split = |at: usize| SplitCase { signals: vec![two.signals[at]], version: Some(1) };
    let (ask, other) = (split(0), split(1));
    let (one, two_) = tokio::join!(cases.split(&ada, two.other, &ask), cases.split(&ada, two.other, &other));
    let refused = match (one, two_) {
        (Ok(_), Err(problem)) | (Err(problem), Ok(_)) => problem,
        both => panic!("{both:?}"),
    };
    assert!(refused.to_string().contains("its version is 2; look at it again"), "{refused}");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_changes_nothing() {
    let two = two(false, false).await;
    let (cases, ada) = (two.fixture.cases(), actor(Role::Engineer));
    let itself = MergeCase { into: two.one, version: None, into_version: None };
    assert_eq!(cases.merge(&ada, two.one, &itself).await.unwrap_err().code(), "conflict");
    let strange =
        MoveSignals { to: two.other, signals: vec![two.signals[1]], version: None, to_version: None };
    let refused = cases.move_signals(&ada, two.one, &strange).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("the case does not have {}", two.signals[1]));
    let twice = MoveSignals { signals: vec![two.signals[0]; 2], ..strange };
    assert_eq!(cases.move_signals(&ada, two.one, &twice).await.unwrap_err().code(), "invalid");
    let viewer = actor(Role::Viewer);
    let ask = MergeCase { into: two.other, version: None, into_version: None };
    assert_eq!(cases.merge(&viewer, two.one, &ask).await.unwrap_err().code(), "denied");
    assert_eq!((two.case(two.one).await.version, two.case(two.other).await.version), (0, 0));
}

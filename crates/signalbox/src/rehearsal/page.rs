//! The page: what came, which cases it made, what work came of them and why not of the others. Ids become names in the order
//! in which they came up, so that the same rows make the same page.

use std::collections::BTreeMap;

use serde_json::Value;
use signalbox_domain::case::Case;
use signalbox_domain::decision::{Decision, Subject};
use signalbox_domain::ids::CaseId;
use signalbox_domain::signal::Signal;
use signalbox_domain::task::Task;
use signalbox_domain::time::Timestamp;
use signalbox_store::ingest::SignalFilter;
use signalbox_store::planner::CaseFilter;
use signalbox_store::tasks::TaskFilter;
use signalbox_store::{Page, Store, StoreError};

use crate::show::plain;

/// Rows of a page of the store.
const AT_ONCE: u32 = 500;
/// Reasons that are told of one case, the newest.
const REASONS: u32 = 50;
/// Cases that are told in full, the weightiest; the others are counted.
const MOST_CASES: usize = 200;
/// Rows that could not be read, and answers, that are told.
const MOST_TROUBLES: usize = 50;

/// What is counted while the rows are played.
pub(super) struct Played {
    title: String,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    pub(super) records: usize,
    pub(super) observations: usize,
    pub(super) duplicates: u64,
    pub(super) not_signals: usize,
    pub(super) plans: u64,
    unreadable: usize,
    troubles: Vec<String>,
    calls: Vec<String>,
}

impl Played {
    pub(super) fn new(title: String) -> Self {
        Self {
            title,
            first: None,
            last: None,
            records: 0,
            observations: 0,
            duplicates: 0,
            not_signals: 0,
            plans: 0,
            unreadable: 0,
            troubles: Vec::new(),
            calls: Vec::new(),
        }
    }

    pub(super) fn unreadable(&mut self, row: u64, words: &str) {
        self.unreadable += 1;
        if self.troubles.len() < MOST_TROUBLES {
            self.troubles.push(format!("row {row}: {}", plain(words)));
        }
    }

    /// An answer is told in a word, a refusal as it is.
    pub(super) fn called(&mut self, row: u64, call: &str, status: u16, body: &str) {
        if self.calls.len() >= MOST_TROUBLES {
            return;
        }
        let message = serde_json::from_str::<Value>(body)
            .ok()
            .and_then(|body| body.pointer("/error/message").and_then(Value::as_str).map(str::to_owned));
        let words = message.map_or_else(String::new, |message| format!(" {}", plain(&message)));
        self.calls.push(format!("row {row}: {} → {status}{words}", plain(call)));
    }
}

/// "case 3" for an id, and the id for "{case 3}".
#[derive(Default)]
pub(super) struct Names {
    by_id: BTreeMap<String, String>,
    by_name: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Names {
    /// Names what is new in the store, the earlier first.
    pub(super) async fn learn(&mut self, store: &Store) -> Result<(), StoreError> {
        for record in signals(store, SignalFilter::default()).await? {
            self.name("signal", record.id.to_string());
        }
        for case in cases(store).await? {
            self.name("case", case.id.to_string());
        }
        for task in tasks(store).await? {
            self.name("task", task.id.to_string());
        }
        Ok(())
    }

    fn name(&mut self, noun: &'static str, id: String) {
        if self.by_id.contains_key(&id) {
            return;
        }
        let count = self.counts.entry(noun).or_default();
        *count += 1;
        let name = format!("{noun} {count}");
        self.by_name.insert(format!("{{{name}}}"), id.clone());
        self.by_id.insert(id, name);
    }

    fn of(&self, id: &impl ToString) -> String {
        let id = id.to_string();
        self.by_id.get(&id).cloned().unwrap_or(id)
    }

    /// A text with names for ids.
    fn told(&self, text: &str) -> String {
        let is_of_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let text = plain(text);
        let (mut told, mut rest) = (String::with_capacity(text.len()), text.as_str());
        while let Some(begin) = rest.find(is_of_id) {
            let end =
                rest[begin..].find(|letter| !is_of_id(letter)).map_or(rest.len(), |length| begin + length);
            let word = &rest[begin..end];
            told.push_str(&rest[..begin]);
            told.push_str(self.by_id.get(word).map_or(word, String::as_str));
            rest = &rest[end..];
        }
        told.push_str(rest);
        told
    }

    /// A text with ids for names in braces.
    pub(super) fn filled(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, id) in &self.by_name {
            filled = filled.replace(name.as_str(), id);
        }
        filled
    }

    pub(super) fn filled_in(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.filled(&text)),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.filled_in(item)).collect()),
            Value::Object(fields) => {
                Value::Object(fields.into_iter().map(|(name, value)| (name, self.filled_in(value))).collect())
            }
            other => other,
        }
    }
}

/// All rows of a list, the earliest first.
macro_rules! all {
    ($page:ident => $list:expr, $id:expr) => {{
        let (mut all, mut $page) = (Vec::new(), Page::first(AT_ONCE));
        loop {
            let rows = $list;
            let Some(last) = rows.last() else { break };
            $page.before = Some($id(last));
            all.extend(rows);
        }
        all.reverse();
        all
    }};
}

async fn signals(store: &Store, filter: SignalFilter) -> Result<Vec<Signal>, StoreError> {
    let all = all!(page => store.signals_list(filter, page).await?, |record: &signalbox_store::ingest::SignalRecord| {
        record.signal.id
    });
    Ok(all.into_iter().map(|record| record.signal).collect::<Vec<Signal>>())
}

async fn cases(store: &Store) -> Result<Vec<Case>, StoreError> {
    let filter = CaseFilter::default();
    let all = all!(page => store.cases_list(filter, page).await?, |record: &signalbox_store::planner::CaseRecord| {
        record.case.id
    });
    Ok(all.into_iter().map(|record| record.case).collect::<Vec<Case>>())
}

async fn tasks(store: &Store) -> Result<Vec<Task>, StoreError> {
    Ok(all!(page => store.tasks_list(TaskFilter::default(), page).await?, |task: &Task| task.id))
}

/// Everything that is to be told, read once.
struct Told<'a> {
    names: &'a Names,
    cases: Vec<(Case, Vec<Signal>, Vec<Decision>)>,
    tasks: Vec<Task>,
}

pub(super) async fn page(store: &Store, names: &mut Names, played: &Played) -> Result<String, StoreError> {
    names.learn(store).await?;
    let mut told = Told { names, cases: Vec::new(), tasks: tasks(store).await? };
    for case in cases(store).await? {
        let filter = SignalFilter { project: None, case: Some(case.id) };
        let signals = signals(store, filter).await?;
        let mut reasons = store.decisions_list(Subject::Case(case.id), REASONS).await?;
        reasons.sort_by_key(|reason| (reason.first_at, reason.id));
        told.cases.push((case, signals, reasons));
    }
    Ok(told.page(played))
}

impl Told<'_> {
    fn page(&self, played: &Played) -> String {
        let mut page = format!("# What the planner makes of {}\n\n", plain(&played.title));
        page.push_str(&self.head(played));
        self.work(&mut page);
        self.told_cases(&mut page);
        self.counted(&mut page);
        let calls: Vec<String> = played.calls.iter().map(|call| self.names.told(call)).collect();
        part(&mut page, "## Calls", &calls);
        part(&mut page, "## Not read", &played.troubles);
        page
    }

    fn head(&self, played: &Played) -> String {
        let signals: usize = self.cases.iter().map(|(_, signals, _)| signals.len()).sum();
        let times = match (played.first, played.last) {
            (Some(first), Some(last)) => format!(" from {first} to {last}"),
            _ => String::new(),
        };
        let mut head = format!("{}{times}\n", count(played.records, "record"));
        let parts = [
            (count(played.observations, "observation"), true),
            (format!("{} counted before", played.duplicates), played.duplicates > 0),
            (format!("{} no signal", played.not_signals), played.not_signals > 0),
            (format!("{} not read", played.unreadable), played.unreadable > 0),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter(|(_, tell)| *tell).map(|(words, _)| words).collect();
        line(&mut head, &parts.join(", "));
        let plans = usize::try_from(played.plans).unwrap_or(usize::MAX);
        line(
            &mut head,
            &format!(
                "{}, {}, {}, {}",
                count(signals, "signal"),
                count(self.cases.len(), "case"),
                count(self.tasks.len(), "task"),
                count(plans, "plan")
            ),
        );
        head
    }

    /// In the order in which it would be done.
    fn work(&self, page: &mut String) {
        let mut tasks: Vec<&Task> = self.tasks.iter().collect();
        tasks.sort_by_key(|task| (task.priority, task.opened_at, task.id));
        let lines: Vec<String> = tasks.iter().map(|task| self.task(task)).collect();
        let lines = if lines.is_empty() { vec!["none".to_owned()] } else { lines };
        part(page, "## Tasks", &lines);
    }

    fn task(&self, task: &Task) -> String {
        let of = task.case.map_or_else(String::new, |case| {
            format!(" of {}, generation {}", self.names.of(&case.case), case.generation)
        });
        format!(
            "{} {}: {}\n   {}{of}, {}, opened {}",
            task.priority,
            self.names.of(&task.id),
            plain(&task.title.value),
            task.state,
            task.mode,
            task.opened_at
        )
    }

    fn told_cases(&self, page: &mut String) {
        let mut cases: Vec<&(Case, Vec<Signal>, Vec<Decision>)> = self.cases.iter().collect();
        cases.sort_by(|(one, ..), (other, ..)| {
            other.score.total.total_cmp(&one.score.total).then_with(|| one.id.cmp(&other.id))
        });
        if !cases.is_empty() {
            line(page, "\n## Cases, the weightiest first");
        }
        for (case, signals, reasons) in cases.iter().take(MOST_CASES) {
            self.case(page, case, signals, reasons);
        }
        if cases.len() > MOST_CASES {
            line(page, &format!("\nand {} lighter ones", cases.len() - MOST_CASES));
        }
    }

    fn case(&self, page: &mut String, case: &Case, signals: &[Signal], reasons: &[Decision]) {
        line(page, &format!("\n{}: {}", self.names.of(&case.id), plain(&case.title.value)));
        let records = signals.iter().fold(0_u64, |sum, signal| sum.saturating_add(signal.count));
        let generation =
            if case.generation > 1 { format!(", generation {}", case.generation) } else { String::new() };
        line(page, &format!("   {}{generation}; {}", case.state, self.names.told(&case.score.sentence())));
        let kinds: BTreeMap<String, usize> = signals.iter().fold(BTreeMap::new(), |mut kinds, signal| {
            *kinds.entry(format!("{} {}", signal.key.family, signal.key.kind)).or_default() += 1;
            kinds
        });
        let kinds: Vec<String> = kinds
            .into_iter()
            .map(|(kind, count)| if count == 1 { kind } else { format!("{count} × {kind}") })
            .collect();
        let records = usize::try_from(records).unwrap_or(usize::MAX);
        line(page, &format!("   {} of {}", count(records, "record"), kinds.join(", ")));
        for reason in reasons {
            let times = if reason.count > 1 { format!(" ({} times)", reason.count) } else { String::new() };
            let words = self.names.told(&reason.reason.words);
            line(page, &format!("   {} {}: {words}{times}", reason.first_at, reason.reason.code));
        }
    }

    /// What kept cases from work, where no task of theirs ever was.
    fn counted(&self, page: &mut String) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let has_task =
            |id: CaseId| self.tasks.iter().any(|task| task.case.is_some_and(|case| case.case == id));
        for (_, _, reasons) in self.cases.iter().filter(|(case, ..)| !has_task(case.id)) {
            let last = reasons.iter().max_by_key(|reason| (reason.last_at, reason.id));
            if let Some(last) = last {
                *counts.entry(last.reason.code.to_string()).or_default() += 1;
            }
        }
        let lines: Vec<String> =
            counts.into_iter().map(|(code, cases)| format!("{code}: {}", count(cases, "case"))).collect();
        part(page, "## Why no task came of the others", &lines);
    }
}

fn part(page: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    line(page, &format!("\n{title}\n"));
    for text in lines {
        line(page, text);
    }
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

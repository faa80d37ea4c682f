//! What an agent says is told while it works; neither a slow server nor a lost lease waits for the other.

use std::fs;

use signalbox_domain::run::RunNote;
use signalbox_domain::task::Mode;

use crate::fixture::{House, said};

#[tokio::test]
async fn what_an_agent_says_is_told_while_it_works() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let go = house.path("go");
    let script = format!(
        "echo first, hunter22-hunter22; while [ ! -e {} ]; do sleep 0.02; done; echo second; echo x > x.txt",
        go.display()
    );
    let job = house.job(1, &script);
    let run = job.run;
    house.dispatcher.queue(job);
    let row = house.dispatcher.until("the first words are told", run, |row| !row.notes.is_empty()).await;
    assert_eq!(said(&row), "first, [redacted:literal-secret]\n");
    assert!(row.report.is_none());
    fs::write(go, "").unwrap();
    let row = house.dispatcher.until("the run is reported", run, |row| row.report.is_some()).await;
    assert_eq!(said(&row), "first, [redacted:literal-secret]\nsecond\n");
    assert_eq!(row.notes.len(), 2, "{:?}", row.notes);
}

#[tokio::test]
async fn a_server_that_does_not_answer_holds_no_agent_up() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    house.dispatcher.table().notes_held = true;
    let done = house.path("done");
    // Far more than pipes hold: an agent whose output nobody takes would stand still.
    let script = format!(
        "for n in $(seq 1 100000); do echo \"line $n of many\"; done; echo x > x.txt; echo done > {}",
        done.display()
    );
    let job = house.job(1, &script);
    let run = job.run;
    house.dispatcher.queue(job);
    house.file(&done).await;
    let row = house.dispatcher.row(run).unwrap();
    assert!(row.notes.is_empty() && row.report.is_none(), "{:?}", row.report);
    house.dispatcher.release_notes();
    let row = house.dispatcher.until("the run is reported", run, |row| row.report.is_some()).await;
    assert!(row.notes.iter().any(|note| matches!(note, RunNote::Cut { .. })));
    let said = said(&row);
    assert!(said.starts_with("line 1 of many\n") && said.ends_with("line 100000 of many\n"));
    // Where a note was cut, a line is cut with it.
    let number = |line: &str| line.strip_prefix("line ")?.strip_suffix(" of many")?.parse::<u32>().ok();
    let texts = row.notes.iter().filter_map(|note| match note {
        RunNote::Said { text } => Some(text),
        _ => None,
    });
    let whole: Vec<u32> = texts.flat_map(|text| text.lines().filter_map(number)).collect();
    assert!(whole.is_sorted(), "in order");
}

#[tokio::test]
async fn a_lost_lease_stops_an_agent_whose_words_are_still_on_their_way() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    house.dispatcher.table().notes_held = true;
    let pids = house.path("pids");
    let job = house.job(1, &format!("echo words; sleep 600 & (echo $!; echo $$) > {}; wait", pids.display()));
    let run = job.run;
    house.dispatcher.queue(job);
    house.file(&pids).await;
    house.dispatcher.fence(run);
    house.gone(&pids).await;
    let row = house.dispatcher.row(run).unwrap();
    assert!(row.notes.is_empty() && row.report.is_none());
}

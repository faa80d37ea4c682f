//! `signalbox signal erase --user ID`, a bounded part at a time until all is done, and `signal erasures`.

use signalbox_control::views::{EraseAsk, Erased, ErasureLine, ErasuresAsk, Listing};
use signalbox_domain::time::Timestamp;

use crate::cli::Page;
use crate::commands::face::{Face, after, query};
use crate::fail::Failure;
use crate::show::{Table, ago, list as listed, plain};

pub(super) async fn erase(face: &Face, user: &str) -> Result<(), Failure> {
    let mut from = None;
    loop {
        let told = face.client.post("/erasures", &EraseAsk { user: user.to_owned(), from }).await?;
        let erased: Erased = told.read()?;
        match erased.next {
            Some(next) => from = Some(next),
            None => return face.show(&told, |erased: &Erased, _| words(&erased.erasure)),
        }
    }
}

fn words(erasure: &ErasureLine) -> String {
    let ErasureLine { id, texts, samples, sessions, quarantined, .. } = erasure;
    format!(
        "{id}: {texts} texts named them, and {samples} samples, {sessions} sessions and {quarantined} quarantined records \
         are gone\nwhat lies in topics, repositories and backups is not ours to change"
    )
}

pub(super) async fn list(face: &Face, page: &Page) -> Result<(), Failure> {
    let ask = ErasuresAsk { after: after(page)?, limit: page.limit };
    face.show(&face.client.get(&query("/erasures", &ask)?).await?, lines)
}

fn lines(listing: &Listing<ErasureLine>, now: Timestamp) -> String {
    let mut table = Table::new([
        "ERASURE",
        "BY",
        "WHOSE",
        "BEGUN",
        "DONE",
        "TEXTS",
        "SAMPLES",
        "SESSIONS",
        "QUARANTINED",
    ]);
    for one in &listing.items {
        table.row(&[
            one.id.to_string(),
            plain(&one.by),
            one.mark.clone(),
            ago(now, one.begun_at),
            one.ended_at.map_or_else(|| "not yet".to_owned(), |at| ago(now, at)),
            one.texts.to_string(),
            one.samples.to_string(),
            one.sessions.to_string(),
            one.quarantined.to_string(),
        ]);
    }
    listed(&table, "nobody was taken out yet", listing.next.as_deref())
}

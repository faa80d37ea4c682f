//! `signalbox why ID`: the whole chain behind a signal, a case, a task or a run, and what is waited for.

use signalbox_control::views::Why as Answer;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::Face;
use super::parts;
use crate::cli::Why;
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{plain, when};

pub(crate) async fn run(why: &Why, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&why.ask, settings).await?;
    let told = face.client.get(&format!("/why/{}", why.id)).await;
    let done = told.and_then(|told| face.show(&told, text));
    face.close(done).await
}

fn text(why: &Answer, now: Timestamp) -> String {
    let mut text = String::new();
    for link in &why.chain {
        let state = link.state.as_ref().map(|state| format!(" is {}", plain(state))).unwrap_or_default();
        text.push_str(&format!(
            "{} {}{state}, {}\n",
            parts::word(&link.noun),
            plain(&link.id),
            when(now, link.at)
        ));
        text.push_str(&format!("  {}\n", plain(&link.words)));
        let decisions = parts::decisions(&link.decisions, now);
        if !decisions.is_empty() {
            text.push_str(&decisions);
            text.push('\n');
        }
    }
    text.push_str(&format!("→ {}", plain(&why.waits_for.words)));
    text
}

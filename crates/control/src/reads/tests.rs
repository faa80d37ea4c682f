use signalbox_domain::access::Role;

use crate::fixture::{Fixture, actor, wish};
use crate::views::TasksAsk;

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended() {
    let fixture = Fixture::new().await;
    let (reads, ada) = (fixture.reads(), actor(Role::Engineer));
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(fixture.tasks().make(&ada, wish()).await.unwrap().0);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut ask = TasksAsk { limit: Some(2), ..TasksAsk::default() };
    loop {
        let page = reads.tasks(&ada, &ask).await.unwrap();
        seen.extend(page.items.iter().map(|line| line.id));
        let Some(next) = page.next else { break };
        assert_eq!(page.items.len(), 2);
        ask.after = Some(next.parse().unwrap());
    }
    assert_eq!(seen, made);
    for limit in [0, 201] {
        let refused = reads.tasks(&ada, &TasksAsk { limit: Some(limit), ..TasksAsk::default() }).await;
        assert_eq!(refused.unwrap_err().code(), "invalid");
    }
}

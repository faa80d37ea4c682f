//! Native signals over the door, on both databases.

use serde_json::json;
use signalbox_domain::provenance::Provenance;
use signalbox_ingest::{Accepted, Door, ItemResult, ProjectCreation};
use signalbox_runtime::Shutdown;

use crate::house::{BOTH, House};

#[tokio::test]
async fn every_item_hears_what_became_of_it() {
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let setup = house.setup(house.store.clone(), &Shutdown::new());
        let door = Door::new(setup.clone(), ProjectCreation::AtFirstMention);
        let item = |id: &str, title: &str| json!({"id": id, "project": "web", "source": "alerts", "kind": "slow", "key": title, "title": title});
        let mut deep = item("d", "deep");
        deep["attributes"] = (0..80).fold(json!({}), |inner, _| json!({"a": inner}));
        let sent = [
            Ok(item("1", "checkout is slow")),
            Ok(item("2", "checkout is slow")),
            Ok(item("1", "checkout is slow")),
            Ok(item("3", "cart is slow")),
            Door::read_item(b"{nonsense"),
            Ok(json!({"project": "web"})),
            Ok(deep),
            Ok(item("4", "password=hunter2hunter2 \0")),
        ];
        let results = door.accept(sent.to_vec(), Provenance::SignedSource).await.unwrap();
        let signals = house.signals().await;
        assert_eq!(signals.iter().map(|signal| signal.count).sum::<u64>(), 4);
        let short: Vec<&str> = results.iter().map(short).collect();
        assert_eq!(short, ["new", "folded", "duplicate", "new", "$", "source", "$", "new"]);
        assert!(signals.iter().all(|signal| !signal.title.value.contains("hunter2")));
        assert!(signals.iter().all(|signal| signal.title.from == Provenance::SignedSource));

        let again = door.accept(vec![Ok(item("3", "cart is slow"))], Provenance::SignedSource).await.unwrap();
        assert_eq!(again, [ItemResult::Accepted(Accepted::Duplicate)]);
        let strict = Door::new(setup, ProjectCreation::Never);
        let mut other = item("5", "x");
        other["project"] = json!("unheard-of");
        let refused = strict.accept(vec![Ok(other)], Provenance::SignedSource).await.unwrap();
        assert_eq!(short_all(&refused), ["project"]);
        assert_eq!(house.count().await, 4);
    }
}

fn short_all(results: &[ItemResult]) -> Vec<&str> {
    results.iter().map(short).collect()
}

fn short(result: &ItemResult) -> &str {
    match result {
        ItemResult::Accepted(Accepted::New { .. }) => "new",
        ItemResult::Accepted(Accepted::Folded) => "folded",
        ItemResult::Accepted(Accepted::Duplicate) => "duplicate",
        ItemResult::Refused { at, .. } => at,
    }
}

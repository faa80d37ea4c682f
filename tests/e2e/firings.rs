//! The firings of a house that was stopped, read from its database.

use std::collections::BTreeMap;

use signalbox_domain::automation::Firing;
use signalbox_runtime::{ExitCode, enter};
use signalbox_store::{Page, Store, StoreConfig};

use crate::place::Place;

/// By the name of the automation.
pub(crate) fn of(place: &Place) -> BTreeMap<String, Vec<Firing>> {
    let url = place.store();
    let mut rows = BTreeMap::new();
    let code = enter(async {
        let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
        for automation in store.automations_list().await.unwrap() {
            let firings = store.firings_list(automation.id, Page::first(500)).await.unwrap();
            rows.insert(automation.name.to_string(), firings);
        }
        store.close().await;
        ExitCode::Done
    });
    assert!(matches!(code, Ok(ExitCode::Done)));
    rows
}

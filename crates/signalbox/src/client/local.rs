//! The API without a socket, for a command that has opened the database itself. Whoever can open it is its admin.

use std::sync::Arc;

use signalbox_control::local;
use signalbox_runtime::SealingKeys;
use signalbox_server::{Answer, Api, Verb};
use signalbox_store::Store;

use crate::fail::Failure;
use crate::house::in_process;
use crate::settings::Settings;
use crate::wiring::{self, Base};

pub(crate) struct Local {
    api: Api,
    store: Store,
    base: Base,
    keys: Arc<SealingKeys>,
}

impl Local {
    pub(super) fn new(settings: Settings, base: Base, store: Store) -> Result<Self, Failure> {
        let keys = Arc::new(wiring::sealing_keys(&settings, &base)?);
        let api = in_process(settings, base.clone(), Arc::clone(&keys), &store)?;
        Ok(Self { api, store, base, keys })
    }

    /// A server has seen to this when it started.
    pub(super) async fn keys_fit(&self) -> Result<(), Failure> {
        wiring::keys_fit(&self.store, Arc::clone(&self.keys), &self.base).await
    }

    pub(super) async fn call(&self, verb: Verb, path: &str, body: Option<Vec<u8>>) -> Answer {
        self.api.call(local(), verb, path, body).await
    }

    pub(super) async fn close(self) {
        drop(self.api);
        self.store.close().await;
    }
}

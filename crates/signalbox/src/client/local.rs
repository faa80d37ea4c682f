//! The API without a socket, for a command that has opened the database itself. Whoever can open it is its admin.

use signalbox_control::local;
use signalbox_server::{Answer, Api, Verb};
use signalbox_store::Store;

use crate::fail::Failure;
use crate::house::in_process;
use crate::sealing;
use crate::settings::Settings;
use crate::wiring::Base;

pub(crate) struct Local {
    api: Api,
    store: Store,
}

impl Local {
    pub(super) async fn new(settings: Settings, base: Base, store: Store) -> Result<Self, Failure> {
        let keys = sealing::keys(&store, &settings, &base).await?;
        let api = in_process(settings, base, keys, &store)?;
        Ok(Self { api, store })
    }

    pub(super) async fn call(&self, verb: Verb, path: &str, body: Option<Vec<u8>>) -> Answer {
        self.api.call(local(), verb, path, body).await
    }

    pub(super) async fn close(self) {
        drop(self.api);
        self.store.close().await;
    }
}

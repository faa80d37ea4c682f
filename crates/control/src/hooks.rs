//! Inbound webhooks: verified, redacted, and kept once each as a delivery; who reads it, and when, is the reader's affair.
//!
//! ```text
//!   body, headers ─▶ a hook of that name? ─▶ its signature ─▶ its id ─▶ redacted ─▶ Store::delivery_put ─▶ wake
//! ```
//!
//! Nothing of a body is looked at before its signature is. Called by the server for `POST /api/v1/hooks/<name>`.

mod id;
mod signature;

use std::collections::BTreeMap;
use std::sync::Arc;

use signalbox_domain::delivery::{Delivery, DeliveryHeader};
use signalbox_domain::ids::DeliveryId;
use signalbox_domain::names::SourceName;
use signalbox_redact::Redactor;
use signalbox_runtime::{Clock, IdSource, Wakeups};
use signalbox_store::Store;
use signalbox_store::ingest::Received;
use zeroize::Zeroizing;

use crate::Problem;
use crate::views::{DeliveryMade, Receiving};
use crate::wakes::DELIVERIES;

/// How a sender proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookKind {
    /// `X-Hub-Signature-256` over the body; `X-GitHub-Delivery` is the id.
    Github,
    /// `Sentry-Hook-Signature` over the body; `Request-ID` is the id.
    Sentry,
    /// Standard Webhooks, a signature over the body as GitHub writes it, or the secret itself as a bearer token.
    Generic,
}

/// One hook of the settings.
pub struct Hook {
    pub kind: HookKind,
    pub secret: Zeroizing<Vec<u8>>,
}

/// A webhook as it came.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

/// Why a webhook is not taken.
#[derive(Debug, thiserror::Error)]
pub enum HookRefused {
    #[error("there is no hook of that name; the settings name them")]
    Unknown,
    #[error("this is not signed with the hook's secret: {0}")]
    Signature(&'static str),
    #[error(transparent)]
    Problem(#[from] Problem),
}

/// Takes webhooks. Clones are the same.
#[derive(Clone)]
pub struct Hooks {
    store: Store,
    clock: Clock,
    ids: IdSource,
    redactor: Arc<Redactor>,
    wakeups: Wakeups,
    hooks: Arc<BTreeMap<SourceName, Hook>>,
}

impl Incoming<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

impl Hooks {
    pub fn new(
        store: Store,
        clock: Clock,
        ids: IdSource,
        redactor: Arc<Redactor>,
        wakeups: Wakeups,
        hooks: BTreeMap<SourceName, Hook>,
    ) -> Self {
        Self { store, clock, ids, redactor, wakeups, hooks: Arc::new(hooks) }
    }

    /// After an answer without an error the delivery is kept for good; the same one again is known.
    pub async fn receive(
        &self,
        source: &SourceName,
        incoming: &Incoming<'_>,
    ) -> Result<DeliveryMade, HookRefused> {
        let hook = self.hooks.get(source).ok_or(HookRefused::Unknown)?;
        let now = self.clock.now();
        signature::check(hook, incoming, now).map_err(HookRefused::Signature)?;
        let delivery = Delivery {
            id: self.ids.next::<DeliveryId>(),
            source: source.clone(),
            external_id: id::of(hook.kind, incoming, now),
            event: event(incoming),
            headers: kept(incoming),
            received_at: now,
            body: self.redacted(incoming.body),
        };
        let received = self.store.delivery_put(&delivery).await.map_err(Problem::from)?;
        Ok(match received {
            Received::Now => {
                self.wakeups.wake(DELIVERIES);
                DeliveryMade { delivery: delivery.id, received: Receiving::Now }
            }
            Received::Before { id } => DeliveryMade { delivery: id, received: Receiving::Before },
        })
    }

    /// As it may be kept: redacted field by field where it is JSON, as a text where it is not.
    fn redacted(&self, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(&id::json(body)).replace('\0', "\u{fffd}");
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(mut value) => {
                self.redactor.json(&mut value);
                value.to_string()
            }
            Err(_no_json) => self.redactor.text(&text).text.into_owned(),
        }
    }
}

/// Of its headers, those that say what it is; never one that proves who sent it.
fn kept(incoming: &Incoming<'_>) -> Vec<DeliveryHeader> {
    const KEPT: [&str; 4] =
        ["content-type", "x-github-event", "sentry-hook-resource", "sentry-hook-timestamp"];
    const LONGEST: usize = 500;
    let says = |name: &str| KEPT.contains(&name) || name.starts_with("ce-");
    let named = incoming.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    named
        .filter(|(name, value)| says(name) && value.len() <= LONGEST)
        .map(|(name, value)| DeliveryHeader { name, value: value.replace('\0', "\u{fffd}") })
        .collect()
}

/// What kind of event its sender calls it.
fn event(incoming: &Incoming<'_>) -> String {
    let named =
        ["x-github-event", "sentry-hook-resource", "ce-type"].iter().find_map(|name| incoming.header(name));
    named.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests;

//! Sharpeners with a budget of their own, and settings that lead to a scripted server.

use std::convert::Infallible;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::{Value, json};
use signalbox_domain::time::Timestamp;
use signalbox_llm::{Dialect, SharpenConfig, Sharpeners};
use signalbox_runtime::{BuildInfo, Clock, LedgerAnswer, Metrics, Quota, QuotaLedger, Share};
use tempfile::NamedTempFile;

use crate::server::Server;

/// The budget's only window: it has not ended yet.
pub(crate) const WINDOW_END: Timestamp = Timestamp::from_micros(253_000_000_000_000_000);

/// So many questions, and then none.
#[derive(Clone)]
pub(crate) struct Ledger {
    limit: u64,
    left: Arc<Mutex<u64>>,
}

impl QuotaLedger for Ledger {
    type Error = Infallible;

    fn limit(&self) -> u64 {
        self.limit
    }

    async fn lease(&self, _quota: &str, units: u64, _now: Timestamp) -> Result<LedgerAnswer, Infallible> {
        let mut left = self.left.lock().unwrap();
        let units = units.min(*left);
        *left -= units;
        Ok(match units {
            0 => LedgerAnswer::Exhausted { until: WINDOW_END },
            units => LedgerAnswer::Leased(Share { units, until: WINDOW_END }),
        })
    }

    async fn give_back(&self, _quota: &str, share: Share) -> Result<(), Infallible> {
        *self.left.lock().unwrap() += share.units;
        Ok(())
    }
}

pub(crate) struct House {
    ledger: Ledger,
    metrics: Metrics,
}

impl House {
    pub(crate) fn new(questions: u64) -> Self {
        let metrics = Metrics::new(BuildInfo { version: "1", revision: "r" }).unwrap();
        Self { ledger: Ledger { limit: questions, left: Arc::new(Mutex::new(questions)) }, metrics }
    }

    pub(crate) fn sharpeners(&self, config: &Value) -> Sharpeners<Ledger> {
        let config: SharpenConfig = serde_json::from_value(config.clone()).unwrap();
        let clock = Clock::system();
        let budget = Quota::new(
            "sharpen",
            "sharpen",
            config.budget.clone(),
            clock.clone(),
            &self.metrics,
            self.ledger.clone(),
        );
        Sharpeners::new(&config, budget.unwrap(), &clock).unwrap()
    }
}

pub(crate) fn judge_config(server: &Server, dialect: Dialect) -> Value {
    json!({"judge": {"endpoint": endpoint(server, dialect)}})
}

pub(crate) fn embeddings_config(server: &Server) -> Value {
    json!({"embeddings": {"endpoint": endpoint(server, Dialect::Openai)}})
}

fn endpoint(server: &Server, dialect: Dialect) -> Value {
    json!({"dialect": dialect, "url": server.url(), "model": "m", "key": {"file": key_file()}})
}

/// A key as it lies beside a server's settings, for the whole run.
fn key_file() -> PathBuf {
    static KEY: OnceLock<NamedTempFile> = OnceLock::new();
    let file = KEY.get_or_init(|| {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(b"k-1\n").unwrap();
        file
    });
    file.path().to_owned()
}

//! The browser SDKs in a real Chromium, on a page of another origin: CORS lets them report, and nothing else.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use signalbox_testkit::process::{Account, Nest};
use signalbox_testkit::sdks::Sdks;
use signalbox_testkit::{Part, require};

use crate::place::{BOTH, Place};
use crate::sdks::key;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sdks");

/// A shop's own server: its page, the SDKs that it ships, and what the page says became of it.
#[derive(Clone)]
struct Shop {
    wanted: Value,
    modules: PathBuf,
    posthog: PathBuf,
    told: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Shop {
    /// Listens until the test ends; the address is another origin than the server's.
    #[expect(clippy::disallowed_methods, reason = "a test's own threads, which end with it")]
    fn open(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        std::thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                let shop = self.clone();
                std::thread::spawn(move || shop.answer(stream));
            }
        });
        address
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
            line.clear();
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let (status, kind, body) = match self.file(&path) {
            Some((kind, body)) => ("200 OK", kind, body),
            None => ("404 Not Found", "text/plain", Vec::new()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        // A browser that has gone wants nothing any more.
        drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)));
        drop(stream.flush());
        drop(reader.read(&mut [0]));
    }

    fn file(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        if let Some(told) = path.strip_prefix("/told/") {
            let (what, how) = told.split_once('/')?;
            self.told.lock().unwrap().insert(what.to_owned(), how.to_owned());
            return Some(("text/plain", Vec::new()));
        }
        let script = "text/javascript";
        let scripts = PathBuf::from(SCRIPTS);
        let (kind, file) = match path {
            "/" => ("text/html", scripts.join("page.html")),
            "/report.mjs" => (script, scripts.join("report.mjs")),
            "/posthog.js" => (script, self.posthog.clone()),
            "/wanted.json" => return Some(("application/json", self.wanted.to_string().into_bytes())),
            other => {
                let module = other.strip_prefix("/node_modules/")?;
                (script, self.modules.join(module))
            }
        };
        std::fs::read(file).ok().map(|bytes| (kind, bytes))
    }

    fn told(&self, what: &str) -> Option<String> {
        self.told.lock().unwrap().get(what).cloned()
    }
}

#[test]
fn browser_sdks_report_from_a_page_of_another_origin_and_nothing_else_is_open_to_it() {
    let (Some(_), Some(_)) = (require(Part::Sdks), require(Part::Chromium)) else { return };
    let Some((modules, posthog)) = Sdks::find().unwrap().browser() else { return };
    let place = Place::new(BOTH[0]).unwrap();
    place.settings("true", "");
    place.up();
    let key = key(&place);
    let token = std::fs::read_to_string(place.path("data/token")).unwrap();
    let wanted = json!({
        "key": key["key"], "host": key["posthog_host"], "dsn": key["sentry_dsn"], "token": token.trim(),
    });
    let shop = Shop { wanted, modules, posthog, told: Arc::default() };
    let page = shop.clone().open();

    let nest = Nest::new().unwrap();
    let mut chromium = Command::new("chromium");
    chromium
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-dev-shm-usage", "--remote-debugging-port=0"])
        .arg(format!("--user-data-dir={}", nest.folder().join("browser").display()))
        .arg(&page)
        .env("HOME", nest.folder());
    let browser = nest.start("chromium", &chromium, &Account::Own).unwrap();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        place.until("the page has done everything", || shop.told("done"));
    }));
    assert!(ended.is_ok(), "{:?} {}", shop.told.lock().unwrap(), browser.log_tail());
    assert_eq!(shop.told("error"), None);
    assert_eq!(shop.told("rejection"), None);
    for path in ["api", "send"] {
        assert_eq!(shop.told(path).as_deref(), Some("refused"), "{path}");
    }

    // Both report the same bug of the same page, and it is one signal of each or of both.
    let signals = place.until("both have reported", || {
        let signals = place.list("/signals?project=web");
        let sum: u64 = signals.iter().filter_map(|signal| signal["count"].as_u64()).sum();
        (sum == 4).then_some(signals)
    });
    assert!(signals.len() <= 2, "{signals:?}");
    for signal in &signals {
        let view = place.get(&format!("/signals/{}", signal["id"].as_str().unwrap()));
        assert!(
            signal["title"]["value"].as_str().unwrap().contains("Cannot read properties of undefined"),
            "{view}"
        );
        assert_eq!(signal["hold"], "development_host", "the page lies on this computer: {view}");
        assert_eq!(signal["users"], 1, "{view}");
        let sample = &view["samples"][0];
        assert_eq!(sample["release"], json!({"value": "shop@1.2.0", "from": "stranger"}), "{view}");
        let frames = sample["frames"].as_array().unwrap();
        let own =
            frames.iter().find(|frame| frame["function"] == "total").unwrap_or_else(|| panic!("{view}"));
        assert!(own["file"].as_str().unwrap().ends_with("report.mjs") && own["in_app"] == true, "{own}");
    }
    let status = place.get("/status");
    for (name, held) in [("sdk posthog", 3), ("sdk sentry", 1)] {
        let counts = &status["parts"][name];
        assert_eq!((&counts["held"], &counts["quarantined"]), (&json!(held), &json!(0)), "{name}: {counts}");
    }
    let released =
        place.post(&format!("/signals/{}/release", signals[0]["id"].as_str().unwrap()), &json!({}));
    assert_eq!(released["was_held"], "development_host");
}

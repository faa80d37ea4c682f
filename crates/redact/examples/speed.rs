//! Prints how fast ordinary and hard texts are redacted, in the fastest of many rounds. A figure to look at, never an assertion.
#![expect(clippy::print_stdout, reason = "an example speaks to a terminal")]
#![expect(clippy::disallowed_methods, reason = "it measures real time, and no test runs it")]

use std::time::{Duration, Instant};

use signalbox_redact::{Config, ConfigError, CustomRule, LiteralSecret, Redactor};

const FOR: Duration = Duration::from_millis(800);

fn main() -> Result<(), ConfigError> {
    let builtin = Redactor::new(&Config::default())?;
    let added = Redactor::new(&Config {
        custom: vec![CustomRule {
            name: "corp".to_owned(),
            pattern: r"\bCORP-\d{4,9}\b".to_owned(),
            group: 0,
        }],
        literals: vec![LiteralSecret::new("a literal secret")],
        keys: vec!["badge_number".to_owned()],
        ..Config::default()
    })?;
    let trace = trace();
    println!("stack trace, {} bytes: {:.0} MB/s", trace.len(), speed(&builtin, &trace));
    println!("the same, with rules of one's own: {:.0} MB/s", speed(&added, &trace));
    let json = event(&trace);
    println!("the same as an escaped JSON event: {:.0} MB/s", speed(&builtin, &json));
    let secrets = format!("{trace}\nuser ada@example.com password=hunter2 sent Bearer 4f9d8a7b6c5e4f9d\n");
    println!("with three secrets: {:.0} MB/s", speed(&builtin, &secrets));
    for unit in ["key=", "password=", "a@b.c ", "+1 ", "4111 ", "\"token\":\"x\","] {
        let text = unit.repeat(64 * 1024 / unit.len());
        println!("64 KiB of {unit:?}: {:.0} MB/s", speed(&builtin, &text));
    }
    println!("stream of the trace in pieces of 1000: {:.0} MB/s", stream_speed(&builtin, &trace));
    Ok(())
}

fn speed(redactor: &Redactor, text: &str) -> f64 {
    fastest(text.len(), || {
        std::hint::black_box(redactor.text(std::hint::black_box(text)));
    })
}

fn stream_speed(redactor: &Redactor, text: &str) -> f64 {
    fastest(text.len(), || {
        let mut stream = redactor.stream();
        for piece in text.as_bytes().chunks(1000) {
            std::hint::black_box(stream.push(std::hint::black_box(piece)));
        }
        std::hint::black_box(stream.finish());
    })
}

/// MB/s of the fastest of many short rounds: what the code takes when nothing else runs.
fn fastest(bytes: usize, mut once: impl FnMut()) -> f64 {
    let times = (64 * 1024 / bytes).max(1);
    let end = Instant::now() + FOR;
    let mut best = Duration::MAX;
    while Instant::now() < end {
        let start = Instant::now();
        for _ in 0..times {
            once();
        }
        best = best.min(start.elapsed());
    }
    (bytes * times) as f64 / best.as_secs_f64() / 1e6
}

/// About 8 KB of frames of several languages.
fn trace() -> String {
    let mut text = String::from("TypeError: Cannot read properties of undefined (reading 'items')\n");
    let mut line = 7u32;
    while text.len() < 8 * 1024 {
        line = line.wrapping_mul(31).wrapping_add(17) % 9973;
        text.push_str(&format!(
            "    at Object.fetchItems (/srv/app/node_modules/http-client/lib/request.js:{line}:15)\n"
        ));
        text.push_str(&format!(
            "    at async CartService.load (webpack-internal:///./src/services/cart.ts:{line}:23)\n"
        ));
        text.push_str(&format!("  File \"/usr/lib/python3/site-packages/shop/views.py\", line {line}, in checkout\n    total = cart.total(currency)\n"));
        text.push_str(&format!("\tat com.example.shop.CheckoutController.submit(CheckoutController.java:{line}) ~[shop.jar:1.4.2]\n"));
        text.push_str(&format!("#12 0x00007f8a9c{line:06x} in main_loop () from /usr/lib/libshop.so.0\n"));
    }
    text
}

/// The trace as a client sends it: JSON in a string of JSON.
fn event(trace: &str) -> String {
    let inner =
        serde_json::json!({ "$exception_list": [{ "type": "TypeError", "value": trace }], "$lib": "web" });
    serde_json::json!({ "event": "$exception", "properties": inner.to_string() }).to_string()
}

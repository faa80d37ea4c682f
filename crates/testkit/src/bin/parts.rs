//! Holds real parts for trying things by hand: `cargo run -p signalbox-testkit -- kafka postgres`.
//!
//! It prints one line a part, then `ready`, and holds them until it is ended in any way (Ctrl-C, kill, kill
//! -9); then they and their folders go. Must never outlive its parts or leave them. Called by people, and by
//! testkit's own test of that promise.

use std::error::Error;
use std::io::Write;

use signalbox_testkit::kafka::{Brokers, Cluster};
use signalbox_testkit::postgres::Server;

const USAGE: &str = "usage: signalbox-parts [kafka|kafka3|postgres]...";

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.is_empty() {
        return Err(USAGE.into());
    }
    let mut out = std::io::stdout();
    let mut held: Vec<Box<dyn Send>> = Vec::new();
    for part in &wanted {
        match part.as_str() {
            "kafka" => held.push(Box::new(hold_kafka(&mut out, Brokers::One)?)),
            "kafka3" => held.push(Box::new(hold_kafka(&mut out, Brokers::Three)?)),
            "postgres" => held.push(Box::new(hold_postgres(&mut out)?)),
            other => return Err(format!("{other} is no part; {USAGE}").into()),
        }
    }
    writeln!(out, "ready")?;
    out.flush()?;
    loop {
        // Nothing wakes this thread but by chance; the end comes by a signal.
        std::thread::park();
    }
}

fn hold_kafka(out: &mut impl Write, brokers: Brokers) -> Result<Cluster, Box<dyn Error>> {
    let cluster = Cluster::start(brokers)?;
    writeln!(out, "kafka {} in {}", cluster.bootstrap(), cluster.folder().display())?;
    Ok(cluster)
}

fn hold_postgres(out: &mut impl Write) -> Result<Server, Box<dyn Error>> {
    let server = Server::start()?;
    writeln!(out, "postgres {} in {}", server.database()?.url(), server.folder().display())?;
    Ok(server)
}

//! One clear line and a documented exit code for each wrong beginning; nothing lost by any of them.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::program::{Ended, Place, ended};

const USAGE: i32 = 2;
const BAD_CONFIG: i32 = 3;
const UNREACHABLE: i32 = 4;
const STORE_HELD: i32 = 5;
const STORE_NEWER: i32 = 6;
const DISK_FULL: i32 = 8;

#[test]
fn a_wrong_command_line() {
    let place = Place::new();
    assert_eq!(place.run(&["fly"]).code, Some(USAGE));
    assert_eq!(place.run(&["--help"]).code, Some(0));
}

#[test]
fn a_bad_key_names_file_line_and_key() {
    let place = Place::new();
    place.write("signalbox.toml", "[server]\nlisten = \"127.0.0.1:0\"\n\n[store]\nurll = \"x\"\n");
    place.run(&["up"]).failed(BAD_CONFIG, &["signalbox.toml:5: store.urll", "expected one of `url`"]);
    place.run(&["config", "check"]).failed(BAD_CONFIG, &["signalbox.toml:5"]);
}

#[test]
fn a_lost_key_is_missed_at_once() {
    let place = Place::new();
    place.run_with_input(&["secret", "set", "FORGE"], "hunter2-value").worked();
    std::fs::remove_file(place.path("data/signalbox.key")).unwrap();
    let told = place.run(&["up", "--once"]);
    told.failed(BAD_CONFIG, &["is sealed with the key", "put the key back", "--set seal.lost="]);
    place.run_with_input(&["secret", "set", "OTHER"], "value").failed(BAD_CONFIG, &["put the key back"]);
    assert!(!place.path("data/signalbox.key").exists(), "no other key takes its place in silence");
    let doctor = place.run(&["doctor"]);
    assert!(doctor.code == Some(1) && doctor.out.contains("PROBLEM  keys"), "{doctor:?}");
    // Once somebody says that it is gone, the house goes on with another; what it sealed stays shut.
    let lost = told.err.rsplit("seal.lost=").next().unwrap().trim().to_owned();
    let lost = format!("seal.lost={lost}");
    place.run(&["--set", &lost, "up", "--once"]).worked();
    place.run_with_input(&["--set", &lost, "secret", "set", "OTHER"], "value").worked();
    place.run(&["secret", "list"]).failed(BAD_CONFIG, &["FORGE", "put the key back"]);
    place.run(&["--set", &lost, "secret", "remove", "FORGE"]).worked();
    assert!(place.run(&["secret", "list"]).worked().contains("OTHER"));
}

#[test]
fn a_database_and_the_key_of_another_folder() {
    let (first, second) = (Place::new(), Place::new());
    first.run(&["up", "--once"]).worked();
    let database = format!("store.url=sqlite:{}", first.path("data/signalbox.db").display());
    second.run(&["up", "--once"]).worked();
    let key = format!("seal.keys={{ file = \"{}\" }}", second.path("data/signalbox.key").display());
    second
        .run(&["--set", &database, "--set", &key, "up", "--once"])
        .failed(BAD_CONFIG, &["is sealed with the key"]);
}

#[test]
fn no_key_is_made_where_no_store_can_be() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).unwrap();
    let told = place.run(&["--set", "store.url=sqlite:folder", "up", "--once"]);
    assert_ne!(told.code, Some(0));
    assert!(!place.path("signalbox.key").exists(), "{told:?}");
}

#[test]
fn a_file_that_is_no_database_is_not_waited_for() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    place.write("data/signalbox.db", &"this is my diary\n".repeat(300));
    place.run(&["up", "--once"]).failed(1, &["data/signalbox.db cannot be used", "not a database"]);
    assert_eq!(place.run(&["--set", "server.listen=127.0.0.1:0", "up"]).code, Some(1));
}

#[test]
fn a_link_to_a_held_database() {
    let place = Place::new();
    let first = place.up(&[]);
    first.until_ready(true);
    std::os::unix::fs::symlink("signalbox.db", place.path("data/link.db")).unwrap();
    let link = ["--set", "store.url=sqlite:data/link.db"];
    place.run(&[&link[..], &["up", "--once"]].concat()).failed(STORE_HELD, &["another server holds"]);
    place.run(&[&link[..], &["token", "list"]].concat()).worked();
}

#[test]
fn a_database_with_two_names() {
    let place = Place::new();
    place.run(&["up", "--once"]).worked();
    std::fs::hard_link(place.path("data/signalbox.db"), place.path("data/second.db")).unwrap();
    for name in ["signalbox.db", "second.db"] {
        let url = format!("store.url=sqlite:data/{name}");
        place.run(&["--set", &url, "up", "--once"]).failed(1, &[name, "another name"]);
    }
    std::fs::remove_file(place.path("data/second.db")).unwrap();
    place.run(&["up", "--once"]).worked();
}

#[test]
fn a_database_that_is_silent_holds_no_stop_up() {
    let place = Place::new();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("store.url=postgres://{}/app", silent.local_addr().unwrap());
    let mut command = place.command(&["--set", &url, "up", "--once"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // Accepted, and never answered.
    let (_peer, _) = silent.accept().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "stopped when asked to");
    place.run(&["--set", &url, "up", "--once"]).failed(UNREACHABLE, &["cannot reach", "no answer within"]);
}

#[test]
fn a_variable_that_is_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let mut command = place.command(&["up", "--once"]);
    command.env("SIGNALBOX_STORE__URL", std::ffi::OsStr::from_bytes(b"sqlite:\xff"));
    ended(&mut command).failed(BAD_CONFIG, &["SIGNALBOX_STORE__URL", "UTF-8"]);
    assert!(!place.path("data").exists(), "no other database is taken instead");
}

#[test]
fn a_property_that_kafka_has_not() {
    let place = Place::new();
    let settings = "[[ingest.sources]]\nname = \"events\"\nformat = \"posthog_event\"\nproject = { fixed = \"web\" }\n\
         kafka = { brokers = [\"127.0.0.1:1\"], topics = [\"t\"], group = \"g\", properties = { \"sasl.passwrd\" = { env = \"KP\" } } }\n";
    place.write("signalbox.toml", settings);
    let told = ended(place.command(&["config", "check"]).env("KP", "Tr0ub4dor-and-3"));
    told.failed(BAD_CONFIG, &["signalbox.toml:5", "kafka.properties.sasl.passwrd", "name of a property"]);
    place.write("signalbox.toml", &settings.replace("passwrd", "password"));
    place.run(&["up", "--once"]).failed(BAD_CONFIG, &["sasl.password", "KP"]);
}

#[test]
fn a_database_that_is_not_there_ends_a_pass_at_once() {
    let place = Place::new();
    let url = "store.url=postgres://127.0.0.1:1/app";
    place
        .run(&["--set", url, "up", "--once"])
        .failed(UNREACHABLE, &["cannot reach", "127.0.0.1:1/app", "refused"]);
}

const NO_BROKER: &str = r#"
[[ingest.sources]]
name = "events"
format = "posthog_event"
project = { fixed = "web" }
kafka = { brokers = ["127.0.0.1:1"], topics = ["events"], group = "signalbox" }
"#;

#[test]
fn a_broker_that_does_not_answer() {
    let place = Place::new();
    place.write("signalbox.toml", NO_BROKER);
    place.run(&["up", "--once"]).failed(UNREACHABLE, &["reading events", "no broker answers at 127.0.0.1:1"]);
    let doctor = place.run(&["doctor"]);
    assert!(doctor.out.contains("no broker answers at 127.0.0.1:1"), "{doctor:?}");

    let running = place.up(&[]);
    running.until_says("Kafka does not answer at 127.0.0.1:1");
    assert_eq!(running.get("/healthz").0, 200, "a restart would not help");
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn a_second_server_on_the_same_file() {
    let place = Place::new();
    let first = place.up(&[]);
    first.until_ready(true);
    place.run(&["up", "--once"]).failed(STORE_HELD, &["another server holds data/signalbox.db"]);
    let second = place.run(&["--set", "server.listen=127.0.0.1:0", "up"]);
    assert_eq!(second.code, Some(STORE_HELD), "{second:?}");
    assert_eq!(first.get("/readyz").0, 200, "the first goes on");
    assert_eq!(first.terminate(), Some(0));
    place.run(&["token", "list"]).worked();
}

#[test]
fn a_port_that_is_taken() {
    let place = Place::new();
    let first = place.up(&[]);
    let listen = format!("server.listen={}", first.address);
    let url = "store.url=sqlite:other.db";
    place.run(&["--set", &listen, "--set", url, "up"]).failed(1, &["cannot listen on", &first.address]);
}

#[test]
fn a_newer_database() {
    let place = Place::new();
    place.run(&["up", "--once"]).worked();
    let from_the_future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                           VALUES (9999, 'newer', TRUE, x'00', 0)";
    let sqlite = Command::new("sqlite3").arg(place.path("data/signalbox.db")).arg(from_the_future).status();
    assert!(sqlite.unwrap().success());
    place.run(&["up", "--once"]).failed(STORE_NEWER, &["newer program", "9999"]);
}

#[test]
fn a_key_file_that_others_may_read() {
    let place = Place::new();
    place.run(&["up", "--once"]).worked();
    let key = place.path("data/signalbox.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    place.run(&["up", "--once"]).failed(BAD_CONFIG, &["signalbox.key", "0600"]);
}

/// Runs the program with its folder on a small file system of its own, in namespaces of its own.
fn on_small_disk(place: &Place, options: &str, script: &str) -> Ended {
    let program = env!("CARGO_BIN_EXE_signalbox");
    let script = format!("set -e; mount -t tmpfs -o {options} tmpfs data; P={program}; {script}");
    std::fs::create_dir_all(place.path("data")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    ended(command.current_dir(place.path(".")).stdin(Stdio::null()))
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let place = Place::new();
    let script = "$P up --once; echo kept | $P secret set FIRST; \
                  dd if=/dev/zero of=data/filler bs=4096 >/dev/null 2>&1 || true; \
                  head -c 60000 /dev/zero | tr '\\0' x | $P secret set SECOND || code=$?; \
                  rm data/filler; $P secret list; exit ${code:-0}";
    let ended = on_small_disk(&place, "size=2m", script);
    ended.failed(DISK_FULL, &["full"]);
    assert!(ended.out.contains("FIRST") && !ended.out.contains("SECOND  "), "{ended:?}");
}

#[test]
fn a_server_goes_on_once_a_full_disk_has_room_again() {
    let place = Place::new();
    let signal = |key: &str, text: &str| {
        format!(r#"{{"project":"web","source":"logs","kind":"{key}","title":"{key}","text":"{text}"}}"#)
    };
    place.write("before.json", &signal("before", "short"));
    place.write(
        "large.ndjson",
        &(0..200).map(|n| signal(&format!("k{n}"), &format!("{n} ").repeat(900)) + "\n").collect::<String>(),
    );
    place.write("after.json", &signal("after", "short"));
    let script = "$P --set server.listen=127.0.0.1:0 up > out 2> log & S=$!; \
                  n=0; until grep -q 'sign in' out; do n=$((n+1)); [ $n -lt 600 ] || exit 90; sleep 0.1; done; \
                  $P signal send before.json; dd if=/dev/zero of=data/filler bs=4096 > /dev/null 2>&1 || true; \
                  if $P signal send large.ndjson; then exit 91; fi; \
                  rm data/filler; $P signal send after.json; $P signal list; kill $S; wait $S";
    let ended = on_small_disk(&place, "size=3m", script);
    assert_eq!(ended.code, Some(0), "{ended:?} {}", std::fs::read_to_string(place.path("log")).unwrap());
    assert!(ended.out.contains("before") && ended.out.contains("after"), "{ended:?}");
}

#[test]
fn a_first_start_where_nothing_can_be_written() {
    let place = Place::new();
    let ended = on_small_disk(&place, "size=1m,ro", "$P up --once");
    assert_eq!(ended.code, Some(STORE_HELD), "{ended:?}");
    let script = "dd if=/dev/zero of=data/filler bs=4096 >/dev/null 2>&1 || true; $P up --once";
    let ended = on_small_disk(&place, "size=64k", script);
    assert_eq!(ended.code, Some(DISK_FULL), "{ended:?}");
}

#[test]
fn a_file_that_can_only_be_read() {
    let place = Place::new();
    let script = "$P up --once; mount -o remount,ro data; $P up --once";
    let ended = on_small_disk(&place, "size=8m", script);
    assert_eq!(ended.code, Some(STORE_HELD), "{ended:?}");
}

//! The end of a real process: signals, bounds, panics and exit codes.

use std::collections::BTreeMap;

use rustix::process::Signal;

use crate::Role;

fn server(role: &str, variable: Option<&'static str>) -> Role {
    Role::start(role, &variable.map(|name| (name, "1".to_owned())).into_iter().collect::<BTreeMap<_, _>>())
}

#[test]
fn each_signal_stops_cleanly_last_in_first_out() {
    for (signal, name) in [(Signal::TERM, "SIGTERM"), (Signal::INT, "SIGINT")] {
        let mut role = server("server", None);
        let log = role.log_until("the worker is up");
        let library = log.lines().find(|line| line.contains("a library warns")).unwrap();
        assert!(library.contains("\"target\":\"a_library\"") && !library.contains("hunter2"), "{library}");
        role.signal(signal);
        let (code, log) = role.end();
        assert_eq!(code, 0, "{log}");
        assert!(log.contains(name), "{log}");
        let (worker, writer) = (log.find("the worker ends").unwrap(), log.find("the writer ends").unwrap());
        assert!(worker < writer, "{log}");
        assert!(log.contains("[secret]") && !log.contains("hunter2"), "{log}");
    }
}

#[test]
fn work_that_never_ends_is_cut_off_at_the_bound_and_named() {
    let mut role = server("stuck server", Some("SIGNALBOX_RUNTIME_TEST_STUCK"));
    role.log_until("the worker is up");
    role.signal(Signal::TERM);
    let (code, log) = role.end();
    assert_eq!(code, 7, "{log}");
    let cut = log.lines().find(|line| line.contains("the drain was cut short")).unwrap();
    assert!(cut.contains("worker"), "{cut}");
}

#[test]
fn a_second_signal_stops_at_once() {
    let mut role = server("server", Some("SIGNALBOX_RUNTIME_TEST_STUCK"));
    role.log_until("the worker is up");
    role.signal(Signal::TERM);
    role.log_until("stopping");
    role.signal(Signal::INT);
    let (code, log) = role.end();
    assert_eq!(code, 10, "{log}");
}

#[test]
fn a_panic_ends_the_process_cleanly_with_its_code() {
    let role = server("server", Some("SIGNALBOX_RUNTIME_TEST_PANIC"));
    let (code, log) = role.end();
    assert_eq!(code, 9, "{log}");
    assert!(log.contains("the writer ends"), "the rest is stopped, not dropped: {log}");
    assert!(log.contains("a bug with [secret]") && !log.contains("hunter2"), "{log}");
}

//! Traces over a real socket: a collector on the loopback receives what the environment asks for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use prost::Message;

use crate::Role;

/// One request as the collector saw it.
#[derive(Debug)]
struct Request {
    line: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Answers one request with `status` and gives it back.
#[expect(clippy::disallowed_methods, reason = "the collector is another program to what is tested")]
fn collector(status: &'static str) -> (String, JoinHandle<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collecting = std::thread::Builder::new().spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(socket);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let headers: BTreeMap<String, String> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
        Request { line: lines[0].clone(), headers, body }
    });
    (endpoint, collecting.unwrap())
}

fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let found = attributes.iter().find(|one| one.key == key)?;
    match &found.value {
        Some(AnyValue { value }) => value.as_ref(),
        None => None,
    }
}

fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

#[test]
fn spans_arrive_as_the_environment_asks_and_without_secrets() {
    let (endpoint, collecting) = collector("200 OK");
    let role = Role::start(
        "traces",
        &BTreeMap::from([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc".to_owned()),
            ("OTEL_SERVICE_NAME", "planner-7".to_owned()),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=staging".to_owned()),
        ]),
    );
    let (code, log) = role.end();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("flush: Sent"), "{log}");
    let request = collecting.join().unwrap();
    assert_eq!(request.line, "POST /v1/traces HTTP/1.1");
    assert_eq!(request.headers["content-type"], "application/x-protobuf");
    assert_eq!(request.headers["x-key"], "abc");
    let export = ExportTraceServiceRequest::decode(request.body.as_slice()).unwrap();
    let resource = &export.resource_spans[0].resource.as_ref().unwrap().attributes;
    assert_eq!(attribute(resource, "service.name"), Some(&text("planner-7")));
    assert_eq!(attribute(resource, "service.version"), Some(&text("9.9")));
    assert_eq!(attribute(resource, "deployment.environment"), Some(&text("staging")));
    let span = &export.resource_spans[0].scope_spans[0].spans[0];
    assert_eq!(span.name, "plan");
    assert_eq!(attribute(&span.attributes, "key"), Some(&text("[secret]")));
    assert_eq!(attribute(&span.attributes, "cases"), Some(&Value::IntValue(7)));
    assert_eq!(span.trace_id[..4], [0x4b, 0xf9, 0x2f, 0x35]);
    assert_eq!(span.parent_span_id[..4], [0x00, 0xf0, 0x67, 0xaa]);
    assert!(!request.body.windows(7).any(|window| window == b"hunter2"));
}

#[test]
fn without_a_service_name_the_programs_own_is_told() {
    let (endpoint, collecting) = collector("200 OK");
    let endpoint = format!("{endpoint}/custom/path");
    let role = Role::start("traces", &BTreeMap::from([("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint)]));
    assert_eq!(role.end().0, 0);
    let request = collecting.join().unwrap();
    assert_eq!(request.line, "POST /custom/path HTTP/1.1");
    let export = ExportTraceServiceRequest::decode(request.body.as_slice()).unwrap();
    let resource = &export.resource_spans[0].resource.as_ref().unwrap().attributes;
    assert_eq!(attribute(resource, "service.name"), Some(&text("signalbox")));
}

#[test]
fn a_sampler_that_takes_nothing_sends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let role = Role::start(
        "traces",
        &BTreeMap::from([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", listener.local_addr().unwrap())),
            ("OTEL_TRACES_SAMPLER", "always_off".to_owned()),
        ]),
    );
    let (code, log) = role.end();
    assert_eq!(code, 0, "{log}");
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn without_an_endpoint_nothing_is_exported() {
    let (code, log) = Role::start("traces", &BTreeMap::new()).end();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("flush: NoExporter"), "{log}");
}

#[test]
fn a_collector_that_refuses_is_told() {
    let (endpoint, collecting) = collector("400 Bad Request");
    let role = Role::start("traces", &BTreeMap::from([("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]));
    let (code, log) = role.end();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("flush: Failed { batches: 1 }"), "{log}");
    collecting.join().unwrap();
}

#[test]
fn a_collector_that_hangs_does_not_hold_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let role = Role::start(
        "traces",
        &BTreeMap::from([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            ("SIGNALBOX_RUNTIME_TEST_FLUSH_MS", "100".to_owned()),
        ]),
    );
    let (code, log) = role.end();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("flush: NotWithin { bound: 100ms }"), "{log}");
    drop(listener);
}

#[test]
fn a_protocol_that_is_not_built_in_is_refused_by_name() {
    let role = Role::start(
        "traces",
        &BTreeMap::from([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1".to_owned()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc".to_owned()),
        ]),
    );
    let (code, log) = role.end();
    assert_eq!(code, 3, "{log}");
    assert!(log.contains("OTEL_EXPORTER_OTLP_PROTOCOL=grpc"), "{log}");
}

//! A server that answers one request a connection, in the order of its script, and keeps what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::json;

pub(crate) enum Reply {
    /// Status 200.
    Body(String),
    Status(u16),
    /// The connection ends without a word.
    HangUp,
    /// The connection stays open, and nothing comes.
    Silence,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Status(status)
    }
}

/// A judge's answer as OpenAI's dialect has it.
pub(crate) fn chat(words: &str) -> Reply {
    Reply::Body(json!({"choices": [{"message": {"role": "assistant", "content": words}}]}).to_string())
}

/// The same as Anthropic's has it.
pub(crate) fn message(words: &str) -> Reply {
    Reply::Body(json!({"content": [{"type": "text", "text": words}]}).to_string())
}

pub(crate) fn vectors(one: [f64; 2], other: [f64; 2]) -> Reply {
    let row = |index, vector: [f64; 2]| json!({"index": index, "embedding": vector});
    Reply::Body(json!({"data": [row(0, one), row(1, other)]}).to_string())
}

#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Server {
    url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// When the script is at its end the server is gone.
    #[expect(clippy::disallowed_methods, reason = "the endpoint is another program to what is tested")]
    pub(crate) fn start(script: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (kept, mut held) = (Arc::clone(&seen), Vec::new());
        if script.is_empty() {
            return Self { url, seen };
        }
        std::thread::Builder::new()
            .spawn(move || {
                for reply in script {
                    let (socket, _) = listener.accept().unwrap();
                    if let Some(silent) = answer(socket, &reply, &kept) {
                        held.push(silent);
                    }
                }
                // A silent connection stays open until the other side gives up.
                for mut silent in held {
                    drop(silent.read(&mut [0; 1]));
                }
            })
            .unwrap();
        Self { url, seen }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

fn answer(socket: TcpStream, reply: &Reply, seen: &Mutex<Vec<Request>>) -> Option<TcpStream> {
    let mut reader = BufReader::new(socket);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "the head ends early: {head}");
    }
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    seen.lock().unwrap().push(Request { head, body });
    let (status, text) = match reply {
        Reply::Body(text) => (200, text.as_str()),
        Reply::Status(status) => (*status, "{}"),
        Reply::HangUp => return None,
        Reply::Silence => return Some(reader.into_inner()),
    };
    let answer = format!(
        "HTTP/1.1 {status} x\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    // Whoever has read enough may leave in the middle of it.
    drop(reader.get_mut().write_all(answer.as_bytes()));
    None
}

//! Messages of faults that no change of the product mends: requests that somebody cancelled, extensions of browsers, robots,
//! networks of clients. Pure. Telling is by what runtimes and browsers themselves say, never by a product's words.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    Cancelled,
    Extension,
    Robot,
    ClientNetwork,
    /// A browser's own remark without a stack.
    Browser,
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "known noise: a request that somebody cancelled",
            Self::Extension => "known noise: an extension of a browser",
            Self::Robot => "known noise: a robot",
            Self::ClientNetwork => "known noise: the network of a client",
            Self::Browser => "known noise: a remark of a browser about nothing that can be found",
        })
    }
}

const KNOWN: &[(Noise, &[&str])] = &[
    (
        Noise::Cancelled,
        &[
            "aborterror",
            "the user aborted a request",
            "the operation was aborted",
            "signal is aborted without reason",
            "err_aborted",
            "request aborted",
            "canceled by the user",
            "cancelled by the user",
            "context canceled",
            "client disconnected",
            "client closed request",
            "clientdisconnect",
            "brokenpipeerror",
            "broken pipe",
            "connection reset by peer",
        ],
    ),
    (
        Noise::Extension,
        &[
            "chrome-extension://",
            "moz-extension://",
            "safari-extension://",
            "safari-web-extension://",
            "extension context invalidated",
        ],
    ),
    (
        Noise::Robot,
        &[
            "googlebot",
            "bingbot",
            "headlesschrome",
            "yandexbot",
            "ahrefsbot",
            "semrushbot",
            "crawler/",
            "spider/",
        ],
    ),
    (
        Noise::ClientNetwork,
        &[
            "failed to fetch",
            "networkerror when attempting to fetch resource",
            "network request failed",
            "err_internet_disconnected",
            "err_network_changed",
            "err_name_not_resolved",
            "err_connection_reset",
            "the internet connection appears to be offline",
            "the network connection was lost",
            "a server with the specified hostname could not be found",
        ],
    ),
    (Noise::Browser, &["resizeobserver loop"]),
];

/// By the message alone.
pub(super) fn of_message(title: &str, text: &str) -> Option<Noise> {
    let said = format!("{title}\n{text}").to_lowercase();
    let known = KNOWN.iter().find(|(_, says)| says.iter().any(|words| said.contains(words)));
    let bare = |line: &str| matches!(line.trim(), "script error" | "script error." | "error: script error.");
    known.map(|(noise, _)| *noise).or_else(|| {
        let is_bare = bare(&title.to_lowercase()) && (text.trim().is_empty() || bare(&text.to_lowercase()));
        is_bare.then_some(Noise::Browser)
    })
}

/// By the file of the crashing call: code of an extension is nobody's product.
pub(crate) fn of_file(file: &str) -> Option<Noise> {
    file.contains("-extension://").then_some(Noise::Extension)
}

//! Which names this server answers to. A page of another site can make a browser send requests here, and can make its own
//! name point here; so a request is taken only when the name that it asked for, and the page that it came from, are ours.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Under which address people reach the server from elsewhere: `https://signalbox.example`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl {
    scheme: Scheme,
    /// Lower case, without the scheme's own port.
    authority: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn port(self) -> &'static str {
        match self {
            Self::Http => ":80",
            Self::Https => ":443",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected http://HOST or https://HOST, with a port where it has one and nothing behind it")]
pub struct PublicUrlError;

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let lower = text.trim_end_matches('/').to_ascii_lowercase();
        let (scheme, authority) = match lower.split_once("://") {
            Some(("http", authority)) => (Scheme::Http, authority),
            Some(("https", authority)) => (Scheme::Https, authority),
            _ => return Err(PublicUrlError),
        };
        let good = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        if authority.is_empty() || authority.len() > 255 || !authority.chars().all(good) {
            return Err(PublicUrlError);
        }
        let authority = authority.strip_suffix(scheme.port()).unwrap_or(authority).to_owned();
        Ok(Self { scheme, authority })
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = PublicUrlError;

    fn try_from(text: String) -> Result<Self, PublicUrlError> {
        text.parse()
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> String {
        url.to_string()
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.name(), self.authority)
    }
}

/// The names and origins that are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    authorities: Vec<String>,
    origins: Vec<String>,
    cookies: CookieWay,
}

/// Over which connections a browser may send a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CookieWay {
    /// The public address is HTTPS.
    SecureOnly,
    Any,
}

impl Hosts {
    /// Where it truly listens, the names of this computer with that port, and the public address.
    pub fn new(listen: SocketAddr, public: Option<&PublicUrl>) -> Self {
        let port = listen.port();
        let mut authorities = vec![
            listen.to_string(),
            format!("localhost:{port}"),
            format!("127.0.0.1:{port}"),
            format!("[::1]:{port}"),
        ];
        if port == 80 {
            let bare: Vec<String> = authorities.iter().map(|name| without_port_80(name)).collect();
            authorities.extend(bare);
        }
        let mut origins: Vec<String> = authorities.iter().map(|name| format!("http://{name}")).collect();
        let mut cookies = CookieWay::Any;
        if let Some(public) = public {
            origins.push(public.to_string());
            authorities.push(public.authority.clone());
            authorities.push(format!("{}{}", public.authority, public.scheme.port()));
            if public.scheme == Scheme::Https {
                cookies = CookieWay::SecureOnly;
            }
        }
        Self { authorities, origins, cookies }
    }

    /// Is this what a `Host` header of ours says?
    pub(crate) fn has(&self, authority: &str) -> bool {
        self.authorities.iter().any(|ours| ours.eq_ignore_ascii_case(authority))
    }

    /// Is this the origin of one of our own pages? `null` is nobody's.
    pub(crate) fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|ours| ours.eq_ignore_ascii_case(origin))
    }

    pub(crate) fn cookies(&self) -> CookieWay {
        self.cookies
    }
}

fn without_port_80(authority: &str) -> String {
    authority.strip_suffix(":80").unwrap_or(authority).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str, public: Option<&str>) -> Hosts {
        let public = public.map(|url| url.parse::<PublicUrl>().unwrap());
        Hosts::new(listen.parse().unwrap(), public.as_ref())
    }

    #[test]
    fn names_of_this_computer_with_the_port_are_ours() {
        let hosts = hosts("127.0.0.1:7700", None);
        for ours in ["127.0.0.1:7700", "localhost:7700", "LocalHost:7700", "[::1]:7700"] {
            assert!(hosts.has(ours) && hosts.has_origin(&format!("http://{ours}")), "{ours}");
        }
        for foreign in [
            "",
            "localhost",
            "localhost:7701",
            "evil.example:7700",
            "127.0.0.1:7700.evil.example",
            "127.0.0.2:7700",
        ] {
            assert!(!hosts.has(foreign) && !hosts.has_origin(&format!("http://{foreign}")), "{foreign}");
        }
        for foreign in ["null", "https://localhost:7700", "http://localhost:7700/", "localhost:7700", ""] {
            assert!(!hosts.has_origin(foreign), "{foreign}");
        }
    }

    #[test]
    fn the_public_address_is_ours_with_and_without_its_own_port() {
        let hosts = hosts("0.0.0.0:7700", Some("https://Signalbox.example/"));
        for ours in ["signalbox.example", "signalbox.example:443", "localhost:7700"] {
            assert!(hosts.has(ours), "{ours}");
        }
        assert!(hosts.has_origin("https://signalbox.example"));
        assert!(!hosts.has_origin("http://signalbox.example"));
        assert!(!hosts.has("192.0.2.1:7700"), "an address that nobody named");
        assert_eq!(hosts.cookies(), CookieWay::SecureOnly);
    }

    #[test]
    fn a_public_address_is_checked() {
        for good in ["http://box", "https://box.example:8443", "http://[::1]:7700", "https://box/"] {
            assert!(good.parse::<PublicUrl>().is_ok(), "{good}");
        }
        for bad in
            ["", "box", "ftp://box", "https://", "https://a/b", "https://u:p@box", "https://a b", "http://é"]
        {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
        assert_eq!("https://box:443".parse::<PublicUrl>().unwrap().to_string(), "https://box");
    }
}

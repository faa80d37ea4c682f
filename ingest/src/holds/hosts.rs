//! Hosts as records name them: with a port, in brackets, or inside of an address of a page.

use std::net::IpAddr;

/// The host of an address of a page, with its port; none where there is none.
pub(crate) fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next().filter(|host| !host.is_empty())?;
    Some(host.to_owned())
}

/// Without its port, brackets and last dot, in small letters.
pub(super) fn bare(host: &str) -> String {
    let host = host.trim();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => match host.split_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        },
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// This computer, or an address that is nobody's on the Internet.
pub(super) fn is_development(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_private(address);
    }
    host == "localhost"
        || host.ends_with(".localhost")
        || host.ends_with(".local")
        || host == "host.docker.internal"
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_private(IpAddr::V4(v4)),
            None => {
                v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local()
            }
        },
    }
}

/// A pattern is a host, or `*.` and a domain with everything below it.
pub(super) fn matches(pattern: &str, host: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
        None => pattern == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_however_they_are_written() {
        for (url, expect) in [
            ("https://shop.example/cart?next=http://localhost", Some("shop.example")),
            ("http://ada:secret@localhost:3000/", Some("localhost:3000")),
            ("http://[::1]:8080#top", Some("[::1]:8080")),
            ("/cart", None),
            ("file:///srv/index.html", None),
        ] {
            assert_eq!(host_of(url).as_deref(), expect, "{url}");
        }
        for (host, expect) in [
            ("LOCALHOST:3000", "localhost"),
            ("[::1]:8080", "::1"),
            ("::1", "::1"),
            ("shop.example.", "shop.example"),
        ] {
            assert_eq!(bare(host), expect);
        }
    }

    #[test]
    fn this_computer_and_private_addresses_are_for_development() {
        for host in [
            "localhost",
            "app.localhost",
            "mac.local",
            "127.0.0.1",
            "10.2.3.4",
            "192.168.1.9",
            "172.16.0.1",
            "169.254.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "0.0.0.0",
        ] {
            assert!(is_development(host), "{host}");
        }
        for host in [
            "shop.example",
            "localhost.example",
            "8.8.8.8",
            "172.32.0.1",
            "2001:db8::1",
            "127.0.0.1.example",
            "",
        ] {
            assert!(!is_development(host), "{host}");
        }
    }

    #[test]
    fn a_domain_is_everything_below_it() {
        for host in ["shop.test", "eu.shop.test"] {
            assert!(matches("*.Shop.test", host), "{host}");
        }
        assert!(!matches("*.shop.test", "myshop.test") && !matches("shop.test", "eu.shop.test"));
    }
}

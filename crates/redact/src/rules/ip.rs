//! IP addresses. Off by default: an address often is the very thing a report is about. Loopback, unspecified and
//! broadcast addresses stay even when the rule is on; a port stays as well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::bytes::Class;
use crate::rules::{Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

pub(crate) const IP_ADDRESS: &str = "ip-address";

pub(crate) const FAMILY: Family =
    Family { rules: &[Rule::generic(IP_ADDRESS, "IPv4 and IPv6 addresses").off()], anchors: &[] };

/// The longest written address.
pub(crate) const LONGEST: usize = 45;

/// Whether a byte may belong to an address.
pub(crate) fn may_belong(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')
}

/// A run of the bytes of addresses starts and ends where the window says.
pub(crate) fn find(window: &Window<'_>, sink: &mut Sink<'_>) {
    let alone = window.word_starts(window.start)
        && window.word_ends(window.end)
        && !matches!(window.before(window.start), Some(b'-' | b'/') if window.byte(window.start) != Some(b'1'));
    if !alone {
        return;
    }
    let text = window.slice(window.start, window.end);
    let trimmed = text.len() - text.iter().rev().take_while(|byte| **byte == b'.').count();
    let text = text.get(..trimmed).unwrap_or_default();
    let length = address_length(text);
    if length > 0 {
        sink.take(window, IP_ADDRESS, window.start, window.start + length, Tail::Closed);
    }
}

/// How much of the text is an address that goes.
fn address_length(text: &[u8]) -> usize {
    let Ok(text) = std::str::from_utf8(text) else { return 0 };
    let colons = text.bytes().filter(|byte| *byte == b':').count();
    if colons >= 2 {
        let address = text.trim_end_matches(':');
        let address = if text.ends_with("::") { text } else { address };
        return address
            .parse::<Ipv6Addr>()
            .ok()
            .filter(|ip| is_telling(IpAddr::V6(*ip)))
            .map_or(0, |_| address.len());
    }
    let host = text.split(':').next().unwrap_or_default();
    let port = text.get(host.len()..).unwrap_or_default();
    if !port.get(1..).unwrap_or_default().bytes().all(|byte| Class::DIGIT.has(byte)) {
        return 0;
    }
    host.parse::<Ipv4Addr>().ok().filter(|ip| is_telling(IpAddr::V4(*ip))).map_or(0, |_| host.len())
}

fn is_telling(address: IpAddr) -> bool {
    let broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    !address.is_loopback() && !address.is_unspecified() && !broadcast
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Switch};
    use crate::samples::stays;
    use crate::{Redactor, rules::ip::IP_ADDRESS};

    fn redactor() -> Redactor {
        let mut config = Config::default();
        config.rules.insert(IP_ADDRESS.to_owned(), Switch::On);
        Redactor::new(&config).unwrap()
    }

    #[test]
    fn off_unless_asked_for() {
        stays(&["10.1.2.3:443 2001:db8::1"]);
    }

    #[test]
    fn addresses_go_when_on() {
        for (text, shown) in [
            ("from 203.0.113.7:443 to", "from [redacted:ip-address]:443 to"),
            ("from 203.0.113.7.", "from [redacted:ip-address]."),
            ("[2001:db8::8a2e:370:7334]:80", "[[redacted:ip-address]]:80"),
            ("fe80::1, x", "[redacted:ip-address], x"),
        ] {
            assert_eq!(redactor().text(text).text, shown);
        }
    }

    #[test]
    fn other_texts_stay_when_on() {
        for text in [
            "127.0.0.1 0.0.0.0 ::1 ::",
            "1.2.3.4.5",
            "v1.2.3",
            "12:34:56",
            "a::b::c",
            "std::fmt",
            "256.1.1.1",
        ] {
            assert_eq!(redactor().text(text).text, text);
        }
    }
}

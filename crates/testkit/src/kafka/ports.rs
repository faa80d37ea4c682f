//! Loopback ports for brokers.
//!
//! A port is only free until somebody takes it, so starting copes with a taken one. To make that rare, and so
//! that a killed broker finds its port again, they are chosen below the range from which the system gives
//! ports to clients and to those who ask for any.

use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};

const RANGE_FILE: &str = "/proc/sys/net/ipv4/ip_local_port_range";
/// Above what services of a developer's machine like to use.
const LOWEST: u16 = 15_000;
const DEFAULT_END: u16 = 32_768;
/// Fewer than these are too few to find free ones among.
const FEWEST: u16 = 1_000;

/// As many free ports as wanted. Other seeds look at other ports first.
pub(super) fn free_ports(wanted: usize, seed: u64) -> Result<Vec<u16>, Error> {
    let end = std::fs::read_to_string(RANGE_FILE).ok().and_then(|text| range_start(&text));
    let ports = candidates(end.unwrap_or(DEFAULT_END), seed);
    let free: Vec<u16> = ports.filter(|port| is_free(*port)).take(wanted).collect();
    if free.len() == wanted {
        return Ok(free);
    }
    Err(Error::new(ErrorKind::AddrInUse, format!("found {} of {wanted}", free.len())))
}

/// All ports of the range once, beginning anywhere.
fn candidates(end: u16, seed: u64) -> impl Iterator<Item = u16> {
    let end = if end.saturating_sub(LOWEST) < FEWEST { u16::MAX } else { end };
    let start = LOWEST + u16::try_from(seed % u64::from(end - LOWEST)).unwrap_or(0);
    (start..end).chain(LOWEST..start)
}

fn range_start(text: &str) -> Option<u16> {
    text.split_whitespace().next()?.parse().ok()
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(end: u16, seed: u64, expect_end: u16) {
        let mut all: Vec<u16> = candidates(end, seed).collect();
        all.sort_unstable();
        assert_eq!(all, (LOWEST..expect_end).collect::<Vec<_>>(), "end {end}, seed {seed}");
    }

    #[test]
    fn every_port_of_the_range_is_tried_once() {
        check(32_768, 0, 32_768);
        check(32_768, u64::MAX, 32_768);
        check(16_000, 999, 16_000);
        check(1_024, 7, u16::MAX);
    }

    #[test]
    fn a_taken_port_is_not_free() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert!(!is_free(taken.local_addr().unwrap().port()));
        assert_eq!(range_start("32768\t60999\n"), Some(32_768));
    }
}

//! A fingerprint stays when noise, lines and addresses change, and changes with the product's top frame.

use proptest::prelude::*;
use signalbox_similarity::fingerprint::{
    FINGERPRINT_VERSION, Fingerprint, Identity, Upstream, UpstreamPolicy, fingerprint, fingerprints,
};
use signalbox_similarity::frames;

fn key(text: &str) -> Fingerprint {
    let trace = frames::parse(text);
    fingerprint(&identity(trace.as_ref()))
}

fn identity(trace: Option<&frames::ParsedTrace>) -> Identity<'_> {
    Identity {
        source: "error_tracking",
        kind: "error",
        title: "",
        trace,
        upstream: None,
        policy: UpstreamPolicy::Honour,
    }
}

/// One trace in the spelling of a language, with its lines, addresses and names to choose.
fn spelled(language: usize, names: &[String], line: u32, address: u64) -> String {
    let mut text = String::new();
    match language {
        0 => {
            text.push_str("Traceback (most recent call last):\n");
            for (at, name) in names.iter().enumerate().rev() {
                text.push_str(&format!("  File \"/srv/app/m{at}.py\", line {line}, in {name}\n    x = 1\n"));
            }
            text.push_str("ValueError: bad value\n");
        }
        1 => {
            text.push_str("java.lang.IllegalStateException: bad value\n");
            for name in names {
                text.push_str(&format!("\tat com.acme.shop.Cart.{name}(Cart.java:{line})\n"));
            }
        }
        2 => {
            text.push_str("==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6020 at pc 0x1 bp 0x2 sp 0x3\n");
            for (at, name) in names.iter().enumerate() {
                text.push_str(&format!(
                    "    #{at} {:#x} in acme::{name}(int) /src/acme/f.cc:{line}:7\n",
                    address + at as u64 * 64
                ));
            }
        }
        3 => {
            text.push_str("TypeError: bad value\n");
            for name in names {
                text.push_str(&format!(
                    "    at {name} (https://a.example/static/app.js:{line}:{})\n",
                    line % 97 + 1
                ));
            }
        }
        _ => {
            text.push_str("panic: bad value\n\ngoroutine 1 [running]:\n");
            for name in names {
                text.push_str(&format!(
                    "example.org/acme/cart.{name}({address:#x}, 0x2)\n\t/srv/cart.go:{line} +0x1d\n"
                ));
            }
        }
    }
    text
}

const NOISE: [&str; 5] = [
    "2026-03-01T12:00:00Z INFO request id=771 took 12ms",
    "DEBUG cache warmed",
    "[metrics] 3 points sent",
    "GET /orders/17 200",
    "connection pool has 4 idle members",
];

/// Names that no runtime has.
fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[b-d][aeiou][k-n][aeiou]zq[a-z]{2,6}", 1..9)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_and_addresses_do_not_matter(language in 0usize..5, names in names(), one in 1u32..9999, other in 1u32..9999,
                                         low in 0x40_0000u64..0x7fff_0000_0000, high in 0x40_0000u64..0x7fff_0000_0000) {
        prop_assert_eq!(key(&spelled(language, &names, one, low)), key(&spelled(language, &names, other, high)));
    }

    #[test]
    fn noise_in_any_order_does_not_matter(language in 0usize..5, names in names(),
                                          before in prop::sample::subsequence(NOISE.to_vec(), 0..=5).prop_shuffle(),
                                          after in prop::sample::subsequence(NOISE.to_vec(), 0..=5).prop_shuffle()) {
        let bare = spelled(language, &names, 10, 0x40_0000);
        let noisy = format!("{}\n{bare}\n{}\n", before.join("\n"), after.join("\n"));
        prop_assert_eq!(key(&bare), key(&noisy));
    }

    #[test]
    fn another_top_frame_is_another_fingerprint(language in 0usize..5, mut names in names()) {
        let one = key(&spelled(language, &names, 10, 0x40_0000));
        names[0] = format!("other_{}", names[0]);
        prop_assert_ne!(one, key(&spelled(language, &names, 10, 0x40_0000)));
    }

    #[test]
    fn calls_of_runtimes_around_the_products_do_not_matter(names in names()) {
        let bare = spelled(2, &names, 10, 0x40_0000);
        let wrapped = bare.replacen("    #0 ", "    #0 0x1 in __asan_memcpy /llvm/compiler-rt/lib/asan/a.cc:1:1\n    #0 ", 1);
        prop_assert_eq!(key(&bare), key(&wrapped));
    }

    #[test]
    fn input_order_changes_no_fingerprint(languages in prop::collection::vec(0usize..5, 2..8), names in names()) {
        let texts: Vec<String> = languages.iter().map(|l| spelled(*l, &names, 10, 0x40_0000)).collect();
        let forwards: Vec<Fingerprint> = texts.iter().map(|t| key(t)).collect();
        let mut backwards: Vec<Fingerprint> = texts.iter().rev().map(|t| key(t)).collect();
        backwards.reverse();
        prop_assert_eq!(forwards, backwards);
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,400}") {
        key(&text);
    }

    #[test]
    fn any_mangled_report_is_survived(language in 0usize..5, names in names(), at in 0usize..2000, junk in "[ -~\\n]{0,40}") {
        let mut text = spelled(language, &names, 10, 0x40_0000);
        let at = at.min(text.len());
        text.insert_str(at, &junk);
        key(&text);
    }
}

#[test]
fn an_overlap_has_both_versions_newest_first_and_the_older_is_unchanged() {
    let trace = frames::parse(&spelled(1, &["pay".to_owned()], 3, 0));
    let identity = identity(trace.as_ref());
    let newest = FINGERPRINT_VERSION + 1;
    let both = fingerprints(&identity, &[FINGERPRINT_VERSION, newest]);
    assert_eq!(both.iter().map(|f| f.version).collect::<Vec<_>>(), [newest, FINGERPRINT_VERSION]);
    assert_eq!(both[1], fingerprint(&identity));
    assert_ne!(both[0].key, both[1].key);
}

#[test]
fn a_key_of_version_one_never_changes() {
    let text = spelled(1, &["pay".to_owned(), "post".to_owned()], 3, 0);
    assert_eq!(key(&text).to_string(), "v1:40960f70054dc50b192b8785c52eedbc");
}

#[test]
fn a_senders_identity_is_honoured_unless_told_otherwise() {
    let trace = frames::parse(&spelled(1, &["pay".to_owned()], 3, 0));
    let other = frames::parse(&spelled(1, &["ship".to_owned()], 3, 0));
    let upstream = Upstream { issue: Some("i-1".into()), fingerprint: None };
    let with =
        |trace, policy| fingerprint(&Identity { upstream: Some(&upstream), policy, ..identity(trace) });
    assert_eq!(with(trace.as_ref(), UpstreamPolicy::Honour), with(other.as_ref(), UpstreamPolicy::Honour));
    assert_ne!(with(trace.as_ref(), UpstreamPolicy::Ignore), with(other.as_ref(), UpstreamPolicy::Ignore));
    assert_eq!(with(trace.as_ref(), UpstreamPolicy::Ignore), fingerprint(&identity(trace.as_ref())));
}

#[test]
fn the_same_place_by_another_signal_is_the_same_native_fault() {
    let text = spelled(2, &["pack".to_owned(), "seal".to_owned()], 3, 0x40_0000);
    let other = text.replace("heap-buffer-overflow on address 0x6020", "SEGV on unknown address 0x0");
    assert_eq!(key(&text), key(&other));
}

#[test]
fn without_a_trace_the_masked_title_is_the_key() {
    let of = |title: &str| fingerprint(&Identity { title, ..identity(None) });
    assert_eq!(of("job 17 failed after 3 tries"), of("job 9 failed after 12 tries"));
    assert_ne!(of("job failed"), of("job missed"));
}

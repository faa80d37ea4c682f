//! The body of a request as its sender meant it: content encodings undone, within a bound, and form fields opened.
//! Pure. Called by the formats of unchanged SDKs.

use std::borrow::Cow;
use std::io::{self, Read};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::BODY_LIMIT;
use crate::observation::Unreadable;

/// A window of zstd is at most 2^24 bytes: what SDKs send is far smaller, and a frame can ask for gigabytes.
const ZSTD_WINDOW_LOG: u32 = 24;
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Undoes a content encoding. Gzip and zstd are also recognised where nobody declared them, as browsers' SDKs send them.
pub(super) fn decoded<'a>(bytes: &'a [u8], encoding: Option<&str>) -> Result<Cow<'a, [u8]>, Unreadable> {
    let name = encoding.unwrap_or_default().trim().to_ascii_lowercase();
    match name.as_str() {
        "" | "identity" | "gzip-js" if bytes.starts_with(GZIP) => gunzipped(bytes),
        "" | "identity" if bytes.starts_with(ZSTD) => unzstd(bytes),
        "" | "identity" => Ok(Cow::Borrowed(bytes)),
        "gzip" | "x-gzip" | "gzip-js" => gunzipped(bytes),
        "deflate" if is_zlib(bytes) => all("deflate", flate2::read::ZlibDecoder::new(bytes)),
        "deflate" => all("deflate", flate2::read::DeflateDecoder::new(bytes)),
        "br" => all("br", brotli_decompressor::Decompressor::new(bytes, 4096)),
        "zstd" => unzstd(bytes),
        _ => Err(broken("expected gzip, deflate, br, zstd or identity")),
    }
}

fn gunzipped(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    all("gzip", flate2::read::MultiGzDecoder::new(bytes))
}

fn unzstd(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    let decoder = zstd::Decoder::with_buffer(bytes).and_then(|mut decoder| {
        decoder.window_log_max(ZSTD_WINDOW_LOG)?;
        Ok(decoder)
    });
    match decoder {
        Ok(decoder) => all("zstd", decoder),
        Err(error) => Err(why("zstd", &error)),
    }
}

/// The two bytes before a zlib stream; a bare deflate stream has none, and both are sent under the same name.
fn is_zlib(bytes: &[u8]) -> bool {
    let [method, flags, ..] = bytes else { return false };
    method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31)
}

/// Everything, or a refusal as soon as it is more than a body may be.
fn all<'a>(name: &str, decoder: impl Read) -> Result<Cow<'a, [u8]>, Unreadable> {
    let mut out = Vec::new();
    let most = u64::try_from(BODY_LIMIT).unwrap_or(u64::MAX);
    decoder.take(most.saturating_add(1)).read_to_end(&mut out).map_err(|error| why(name, &error))?;
    super::check_size(&out, BODY_LIMIT)?;
    Ok(Cow::Owned(out))
}

fn why(name: &str, error: &io::Error) -> Unreadable {
    broken(&format!("{name}: {}", error.kind()))
}

fn broken(detail: &str) -> Unreadable {
    Unreadable::Encoding { detail: detail.to_owned() }
}

/// The `data` field of a form, as older SDKs send it: base64 of JSON, itself perhaps compressed, or JSON as it is.
pub(super) fn form_data(body: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, Unreadable> {
    let is_form = body.starts_with(b"data=") || memchr::memmem::find(&body, b"&data=").is_some();
    if !is_form || body.first().is_some_and(|first| b"{[\"".contains(first)) {
        return Ok(body);
    }
    let data = form_urlencoded::parse(&body).find(|(name, _)| name == "data").map(|(_, data)| data);
    let data = data.ok_or_else(|| broken("a form without the field data"))?;
    if data.trim_start().starts_with(['{', '[']) {
        return Ok(Cow::Owned(data.into_owned().into_bytes()));
    }
    let bytes = unbase64(&data).ok_or_else(|| broken("expected base64 in the field data"))?;
    Ok(Cow::Owned(decoded(&bytes, None)?.into_owned()))
}

/// Either alphabet, with or without padding; a plus sign becomes a blank on its way through a form.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let standard: String = text
        .trim()
        .chars()
        .map(|c| match c {
            ' ' | '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    LENIENT.decode(standard).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] = br#"{"event":"$pageview"}"#;
    /// `BODY` as brotli has it: one uncompressed block, and an empty last one.
    fn brotli(body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() - 1).unwrap();
        // Window 16 bits (one 0), not last (0), four nibbles (00), the size less one (16 bits), uncompressed (1).
        let header = (size << 4) | (1 << 20);
        let mut out = header.to_le_bytes()[..3].to_vec();
        out.extend_from_slice(body);
        out.push(0x03);
        out
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(body: &[u8]) -> Vec<u8> {
        zstd::encode_all(body, 1).unwrap()
    }

    #[test]
    fn every_encoding_is_undone() {
        for (encoding, bytes) in [
            (None, BODY.to_vec()),
            (Some("identity"), BODY.to_vec()),
            (Some("GZIP"), gzip(BODY)),
            (None, gzip(BODY)),
            (Some("deflate"), zlib(BODY)),
            (Some("deflate"), deflate(BODY)),
            (Some("br"), brotli(BODY)),
            (Some("zstd"), zstd(BODY)),
            (None, zstd(BODY)),
        ] {
            assert_eq!(decoded(&bytes, encoding).as_deref(), Ok(BODY), "{encoding:?}");
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_whole() {
        let zeros = vec![0; 2 * BODY_LIMIT];
        for (encoding, bytes) in [
            ("gzip", gzip(&zeros)),
            ("deflate", zlib(&zeros)),
            ("deflate", deflate(&zeros)),
            ("zstd", zstd(&zeros)),
        ] {
            assert!(bytes.len() < BODY_LIMIT / 50);
            let error = decoded(&bytes, Some(encoding)).unwrap_err();
            assert_eq!(error, Unreadable::TooLarge { size: BODY_LIMIT + 1, limit: BODY_LIMIT }, "{encoding}");
        }
    }

    #[test]
    fn what_is_torn_or_unknown_is_refused() {
        let (whole, whole_brotli) = (gzip(BODY), brotli(BODY));
        for (encoding, bytes) in [
            ("gzip", &whole[..whole.len() - 9]),
            ("gzip", b"{}"),
            ("br", b"\xff\xff"),
            ("br", &whole_brotli[..9]),
            ("zstd", b"{}"),
            ("deflate", b"\xff\xff\xff"),
            ("lzma", b"{}"),
        ] {
            assert_eq!(decoded(bytes, Some(encoding)).unwrap_err().code(), "encoding", "{encoding}");
        }
    }

    #[test]
    fn forms_are_opened() {
        let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        let percent = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let plain = String::from_utf8_lossy(BODY).into_owned();
        for form in [
            format!("data={}", base64(BODY)),
            format!("ip=1&data={}&ver=1", percent(&base64(BODY))),
            format!("data={}", percent(&base64(&gzip(BODY)))),
            format!("data={}", percent(&plain)),
            plain,
        ] {
            assert_eq!(form_data(Cow::Borrowed(form.as_bytes())).as_deref(), Ok(BODY), "{form}");
        }
        for wrong in ["data=%%%", "data=*"] {
            assert_eq!(form_data(Cow::Borrowed(wrong.as_bytes())).unwrap_err().code(), "encoding", "{wrong}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), which in 0_usize..5) {
            let encoding = ["gzip", "deflate", "br", "zstd", "identity"][which];
            if let Ok(body) = decoded(&bytes, Some(encoding)) {
                prop_assert!(body.len() <= BODY_LIMIT);
                let opened = form_data(body).map(|opened| opened.len());
                prop_assert!(opened.is_err() || opened.is_ok_and(|size| size <= BODY_LIMIT));
            }
        }
    }
}

//! Frames as systems print them: Apple's reports, cdb and Chromium on Windows, trusted apps, kernels.
//! Reads one line. Never allocates for a line that is no frame.

use super::line::{Found, clean_function, found, hex_token, numbered_file, put_place, without_boot_time};
use crate::frames::Frame;

/// `0   Image Name   0x00001 function + 12`.
pub(super) fn apple(text: &str) -> Option<Found> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let index: u32 = text.get(..digits)?.parse().ok()?;
    let rest = text[digits..].strip_prefix([' ', '\t'])?.trim_start();
    let at = rest.find("0x")?;
    let (address, body) = hex_token(&rest[at..])?;
    let image = rest[..at].trim();
    let (name, offset) = body.trim().rsplit_once(" + ")?;
    let offset = offset.split(' ').next().unwrap_or("");
    if image.is_empty() || image.len() > 80 || !offset.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let function = if name.starts_with("0x") || name == image { String::new() } else { clean_function(name) };
    let mut frame = Frame { function, module: image.to_owned(), address: Some(address), ..Frame::default() };
    if let Some((_, place)) = body.rsplit_once(" (")
        && let Some((file, line)) = place.strip_suffix(')').and_then(numbered_file)
    {
        frame.file = file.to_owned();
        frame.line = line;
    }
    found(Some(index), frame)
}

/// `0012f3b0 7c91 module!name+0x12 [file @ 3]`.
pub(super) fn debugger(text: &str) -> Option<Found> {
    let mut words = text.splitn(3, ' ');
    let is_address = |word: &str| word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'`');
    if !is_address(words.next()?) || !is_address(words.next()?) {
        return None;
    }
    let rest = words.next()?;
    // Between the addresses and the call the longer form has the arguments: `: 1 2 3 4 : module!name`.
    let rest = rest.strip_prefix(": ").and_then(|r| r.rsplit_once(" : ")).map_or(rest, |(_, call)| call);
    let (module, name) = rest.split_once('!')?;
    if module.is_empty() || module.contains(' ') {
        return None;
    }
    let (name, _) = name.rsplit_once("+0x")?;
    found(None, Frame { function: clean_function(name), module: module.to_owned(), ..Frame::default() })
}

/// ` ns::name [0x0012+34] (file:12)`, as Chromium prints on Windows.
pub(super) fn backtrace_brackets(text: &str) -> Option<Found> {
    let (name, rest) = text.split_once(" [0x")?;
    let (inside, after) = rest.split_once(']')?;
    let (base, offset) = inside.split_once('+')?;
    let plain = !base.is_empty() && base.bytes().all(|b| b.is_ascii_hexdigit());
    if !plain || !offset.bytes().all(|b| b.is_ascii_digit()) || name.contains(['/', '\\']) {
        return None;
    }
    let mut frame = Frame { function: clean_function(name), ..Frame::default() };
    put_place(&mut frame, after.trim().trim_start_matches('(').trim_end_matches(')'));
    found(None, frame)
}

/// `uSP+0000c0: 0x0000000000012 in name`.
pub(super) fn trusted_app(text: &str) -> Option<Found> {
    let (_, name) = text.strip_prefix("uSP+")?.split_once(" in ")?;
    found(None, Frame { function: clean_function(name), ..Frame::default() })
}

/// Where the kernel was: `RIP: 0010:name+0x5a/0x120 [module]`, or `pc : name+0x5a/0x120` on ARM.
pub(super) fn kernel_pointer(text: &str) -> Option<Found> {
    let start = without_boot_time(text.trim_start()).trim_start();
    let place = start.strip_prefix("RIP: 0010:").or_else(|| start.strip_prefix("pc : "))?;
    kernel_plain(place).or_else(|| kernel_address(place))
}

/// `[<c0667574>] (name+0xa0/0x124)`, with or without the time since boot before it.
pub(super) fn kernel_address(text: &str) -> Option<Found> {
    let at = text.find("[<")?;
    let (inside, rest) = text[at + 2..].split_once(">]")?;
    if inside.trim() == "inline" {
        return None;
    }
    let address = u64::from_str_radix(inside.trim_start_matches("0x"), 16).ok();
    let mut found = kernel_plain(rest.trim_start())?;
    found.frame.address = address;
    Some(found)
}

/// `name+0xa0/0x124 [module]`.
pub(super) fn kernel_plain(text: &str) -> Option<Found> {
    // The kernel marks what it found on the stack by chance with a question mark.
    let text = text.strip_prefix('(').unwrap_or(text);
    let end = text.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_' || b == b'.'))?;
    let name = &text[..end];
    let (offset, size) = text[end..].strip_prefix("+0x")?.split_once("/0x")?;
    let is_hex = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_hexdigit());
    let size_digits = size.bytes().take_while(u8::is_ascii_hexdigit).count();
    if name.is_empty() || !is_hex(offset) || size_digits == 0 {
        return None;
    }
    let mut frame = Frame { function: name.to_owned(), ..Frame::default() };
    let rest = size[size_digits..].trim_start_matches(')').trim();
    if let Some(module) = rest.strip_prefix('[').and_then(|r| r.split(']').next()) {
        frame.module = module.to_owned();
    } else {
        put_place(&mut frame, rest);
    }
    found(None, frame)
}

//! The grammars of one native frame: sanitizers, gdb and Android here, the rest in `systems`.
//! Reads one line (gdb: and its continuation). Never allocates for a line that is no frame.

use super::systems::{apple, backtrace_brackets, debugger, kernel_address, kernel_plain, trusted_app};
use crate::frames::Frame;
use crate::normalize::base_name;

/// A frame and its number in its stack, where the tool numbers them.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) index: Option<u32>,
    pub(crate) frame: Frame,
}

/// How many lines a gdb frame may run over.
const CONTINUATION_LINES: usize = 12;

/// The frame on a line, if it is one.
pub(crate) fn frame(text: &str, following: &[&str]) -> Option<Found> {
    let start = without_boot_time(text.trim_start()).trim_start();
    match start.as_bytes().first()? {
        b'#' => numbered(start, following).or_else(|| kernel_address(start)),
        b'[' => kernel_address(start),
        b'0'..=b'9' | b'a'..=b'f' => apple(start).or_else(|| debugger(start)).or_else(|| kernel_plain(start)),
        _ => None,
    }
    .or_else(|| backtrace_brackets(start))
    .or_else(|| trusted_app(start))
    .or_else(|| kernel_plain(start))
}

/// Kernel logs put the seconds since boot before every line.
pub(super) fn without_boot_time(text: &str) -> &str {
    match text.strip_prefix('[').and_then(|t| t.split_once("] ")) {
        Some((time, rest))
            if !time.is_empty() && time.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b' ') =>
        {
            rest
        }
        _ => text,
    }
}

pub(super) fn found(index: Option<u32>, frame: Frame) -> Option<Found> {
    Some(Found { index, frame })
}

/// `#3 0x12 in f(int) a.cc:1:2`, `#3 f (x=1) at a.c:1`, `#03 pc 0012 /lib/x.so (f+4)`, `#3 0x12 f`.
fn numbered(text: &str, following: &[&str]) -> Option<Found> {
    let rest = &text[1..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let index: u32 = rest.get(..digits)?.parse().ok()?;
    // `#8.1` is an inlined call: what is inlined differs from build to build.
    let rest = &rest[digits..];
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    let rest = rest.trim_start();
    if let Some(android) = rest.strip_prefix("pc ") {
        return found(Some(index), android_frame(android)?);
    }
    let (address, body) = match hex_token(rest) {
        Some((address, body)) => (Some(address), body.trim_start()),
        None => (None, rest),
    };
    let frame = if let Some(named) = body.strip_prefix("in ") {
        named_frame(named.trim_start(), following)
    } else if address.is_some() {
        unnamed_frame(body)
    } else {
        called_frame(body, following)
    }?;
    found(Some(index), Frame { address, ..frame })
}

/// ThreadSanitizer prints no addresses: `depot::put(int) /src/depot.cc:4 (app+0x4c2)`.
fn placed_frame(body: &str) -> Option<Frame> {
    let (head, module) = body.strip_suffix(')')?.rsplit_once(" (")?;
    let (binary, offset) = module.split(' ').next()?.rsplit_once("+0x")?;
    if binary.is_empty() || binary.contains(['(', ' ']) || !offset.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let (function, place) = split_place(head);
    let mut frame = Frame { function: clean_function(function), ..Frame::default() };
    put_place(&mut frame, if place == "<null>" { "" } else { place });
    frame.module = binary.to_owned();
    name_fuzz_target(&mut frame);
    (!frame.function.is_empty() && frame.function != "<null>").then_some(frame)
}

/// A leading hexadecimal number, with or without `0x`.
pub(super) fn hex_token(text: &str) -> Option<(u64, &str)> {
    let (prefixed, digits_from) =
        if text.starts_with("0x") || text.starts_with("0X") { (true, 2) } else { (false, 0) };
    let digits = text[digits_from..].bytes().take_while(u8::is_ascii_hexdigit).count();
    let end = digits_from + digits;
    let stops = text[end..].chars().next().is_none_or(char::is_whitespace);
    if digits == 0 || (!prefixed && digits < 6) || !stops {
        return None;
    }
    let tail = &text[digits_from..end];
    let tail = &tail[tail.len().saturating_sub(16)..];
    Some((u64::from_str_radix(tail, 16).ok()?, &text[end..]))
}

/// After `in`: a function, then a place in a file or in a module.
fn named_frame(body: &str, following: &[&str]) -> Option<Frame> {
    let (function, place) = split_place(body);
    // `function<void ()>::operator()` has a parenthesis within its name.
    let placed = numbered_file(place).is_some() && !body.contains(") at ");
    if !placed && let Some(frame) = debugger_call(body, following) {
        return Some(frame);
    }
    let mut frame = Frame { function: clean_function(function), ..Frame::default() };
    put_place(&mut frame, place);
    name_fuzz_target(&mut frame);
    if frame.function.is_empty() && frame.module.is_empty() && frame.file.is_empty() {
        return None;
    }
    Some(frame)
}

/// Every fuzz target has the same entry point: its file tells them apart. A file of a package tells nothing: there the
/// entry point is a library's and calls the target.
fn name_fuzz_target(frame: &mut Frame) {
    let own = !frame.file.is_empty() && !frame.file.contains("/registry/src/");
    if frame.function.starts_with("LLVMFuzzerTestOneInput") && own {
        frame.function = base_name(&frame.file).to_owned();
    }
}

/// An address without a name: `(module+0x1)`, `path.so+0x1`, or a name alone.
fn unnamed_frame(body: &str) -> Option<Frame> {
    let mut frame = Frame::default();
    if let Some(module) = body.strip_prefix('(').and_then(|b| b.split(')').next()) {
        frame.module = module.to_owned();
    } else if let Some((path, offset)) = body.rsplit_once("+0x")
        && !path.contains('(')
        && offset.bytes().all(|b| b.is_ascii_hexdigit())
    {
        if path.contains('/') || path.starts_with('<') {
            frame.module = format!("{path}+0x{offset}");
        } else {
            frame.function = clean_function(path);
        }
    } else if body.contains(['/', '\\']) && !body.contains('(') {
        return None;
    } else {
        frame.function = clean_function(body);
    }
    if frame.function.is_empty() && frame.module.is_empty() {
        return None;
    }
    Some(frame)
}

/// Without an address only the debugger's `name (arguments)` is a frame: anything else with a number is not.
fn called_frame(body: &str, following: &[&str]) -> Option<Frame> {
    if body.starts_with("<signal handler called>") {
        return Some(Frame { function: "<signal handler called>".to_owned(), ..Frame::default() });
    }
    placed_frame(body).or_else(|| debugger_call(body, following))
}

/// `name (arguments) at file:line` or `name (arguments) from library`; the arguments may run on.
fn debugger_call(body: &str, following: &[&str]) -> Option<Frame> {
    if body.starts_with("<signal handler called>") {
        return Some(Frame { function: "<signal handler called>".to_owned(), ..Frame::default() });
    }
    let open = body.find(" (")?;
    let name = body[..open].trim();
    if name.is_empty() || (name.contains(' ') && !name.contains("operator") && !name.contains('<')) {
        return None;
    }
    let mut frame = Frame { function: debugger_name(name), ..Frame::default() };
    if !put_debugger_place(&mut frame, &body[open..]) {
        for text in following.iter().take(CONTINUATION_LINES) {
            if text.starts_with('#') || put_debugger_place(&mut frame, text) {
                break;
            }
        }
    }
    Some(frame)
}

fn debugger_name(name: &str) -> String {
    if name == "??" { String::new() } else { clean_function(name.trim_start_matches('*')) }
}

fn put_debugger_place(frame: &mut Frame, text: &str) -> bool {
    if let Some((_, library)) = text.rsplit_once(") from ") {
        frame.module = library.trim().to_owned();
        return true;
    }
    if let Some((_, place)) = text.rsplit_once(") at ")
        && let Some((file, line)) = place.trim().rsplit_once(':')
        && let Ok(line) = line.parse()
    {
        frame.file = file.to_owned();
        frame.line = line;
        return true;
    }
    text.ends_with(')') && text.contains("()")
}

/// `0012ab /system/lib/libx.so (f(int)+12)`.
fn android_frame(text: &str) -> Option<Frame> {
    let (address, rest) = hex_token(text)?;
    let rest = rest.trim_start();
    let (module, symbol) = match rest.split_once(" (") {
        Some((module, symbol)) => (module, symbol.trim_end_matches(')')),
        None => (rest, ""),
    };
    let symbol = if symbol.starts_with("BuildId") || symbol.starts_with("offset ") { "" } else { symbol };
    let name = symbol.rsplit_once('+').map_or(symbol, |(name, _)| name);
    if module.is_empty() {
        return None;
    }
    Some(Frame {
        function: clean_function(name),
        module: module.trim().to_owned(),
        address: Some(address),
        ..Frame::default()
    })
}

/// Splits a sanitizer's body into function and place: the place is the last word, if it looks like one.
fn split_place(body: &str) -> (&str, &str) {
    let body = body.strip_suffix(')').map_or(body, |head| match head.rfind(" (BuildId: ") {
        Some(at) => &body[..at],
        None => body,
    });
    let Some(at) = body.rfind(char::is_whitespace) else {
        return if body.starts_with('(') || body.starts_with("<") && body.contains(">+0x") {
            ("", body)
        } else {
            (body, "")
        };
    };
    let (function, last) = (&body[..at], body[at..].trim_start());
    let is_module = last.starts_with('(')
        && last.ends_with(')')
        && (last.contains('/') || last.contains("+0x") || last.contains('\\'));
    let is_special = last.starts_with('<') && last.contains("+0x");
    if is_special
        && function.rfind(char::is_whitespace).is_some_and(|at| numbered_file(&function[at + 1..]).is_some())
    {
        return split_place(function);
    }
    if is_module
        || is_special
        || numbered_file(last).is_some()
        || (last.contains('/') && !last.contains(['(', ')', '<', '>']))
    {
        (function.trim_end(), last)
    } else {
        (body, "")
    }
}

/// `path:12:3` or `path:12`.
pub(super) fn numbered_file(text: &str) -> Option<(&str, u32)> {
    let (head, last) = text.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    if let Some((path, line)) = head.rsplit_once(':')
        && let Ok(line) = line.parse()
    {
        return Some((path, line));
    }
    (!head.is_empty()).then_some((head, last))
}

pub(super) fn put_place(frame: &mut Frame, place: &str) {
    if let Some((file, line)) = numbered_file(place) {
        frame.file = file.to_owned();
        frame.line = line;
    } else if let Some(module) = place.strip_prefix('(') {
        frame.module = module.trim_end_matches(')').to_owned();
    } else if place.contains(">+0x") {
        frame.module = place.to_owned();
    } else if !place.is_empty() {
        frame.file = place.to_owned();
    }
}

/// A function without arguments, unnamed scopes and module prefix: how crash states are written.
pub(crate) fn clean_function(raw: &str) -> String {
    let mut name = raw.trim();
    if name.is_empty() || name == "??" {
        return String::new();
    }
    let owned;
    if name.contains("anonymous namespace") || name.contains("non-virtual thunk to ") {
        owned = name
            .replace("non-virtual thunk to ", "")
            .replace("(anonymous namespace)::", "")
            .replace("`anonymous namespace'::", "");
        name = &owned;
    }
    // `-[Cart total]`: an Objective-C method is its class and selector.
    if name.starts_with(['-', '+'])
        && let Some(method) = name[1..].strip_prefix('[').and_then(|m| m.split_once(']'))
    {
        return format!("{}[{}]", &name[..1], method.0);
    }
    if let Some((_, last)) = name.rsplit_once('!') {
        name = last;
    }
    // What is written within a function is that function, whatever number the compiler gave it.
    if name.contains("closure #") {
        name = name.rsplit_once(" in ").map_or(name, |(_, outer)| outer);
    }
    // No function has this name: it stands for a return type that the compiler found out.
    name = name.strip_prefix("auto ").unwrap_or(name);
    let name = match name.find(['(', '[']) {
        Some(at) if at > 0 => name[..at].trim(),
        _ => name.split(' ').next().unwrap_or(""),
    };
    let name = match name.rsplit_once("+0x") {
        Some((head, offset)) if !head.is_empty() && offset.bytes().all(|b| b.is_ascii_hexdigit()) => head,
        _ => name,
    };
    name.to_owned()
}

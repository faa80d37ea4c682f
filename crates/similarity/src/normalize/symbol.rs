//! A function's stable name: what stays when a release is rebuilt, inlined, minified or obfuscated differently.
//! Never depends on lines, addresses or argument types.

use super::path::{base_name, file_key};
use crate::frames::{Frame, Language};
use std::borrow::Cow;

/// Whether the tool could name the function.
pub(crate) fn is_named(frame: &Frame) -> bool {
    !matches!(
        frame.function.as_str(),
        "" | "?" | "??" | "<unknown>" | "<anonymous>" | "anonymous" | "<lambda>"
    )
}

/// The stable name; empty when nothing is known but an address.
pub(crate) fn symbol(language: Language, frame: &Frame) -> Cow<'_, str> {
    match language {
        Language::Native | Language::Kernel | Language::Swift | Language::Rust => native(frame),
        Language::Java => Cow::Owned(managed(frame)),
        Language::DotNet => Cow::Owned(without_generated_numbers(&managed(frame))),
        Language::JavaScript => Cow::Owned(script(frame)),
        Language::Python | Language::Ruby | Language::Php | Language::Unknown => Cow::Owned(scripted(frame)),
        Language::Go => Cow::Owned(go(frame)),
    }
}

fn native(frame: &Frame) -> Cow<'_, str> {
    let name = frame.function.as_str();
    if name.is_empty() || name == "<unknown>" {
        return Cow::Borrowed("");
    }
    if name.starts_with(['-', '+']) && name.ends_with(']') {
        return Cow::Borrowed(name);
    }
    if !name.contains(['<', ' ', '.', '@', '$'])
        && !name.starts_with(['_', '*', 'I'])
        && !name.contains("::h")
    {
        return Cow::Borrowed(name);
    }
    Cow::Owned(native_spelling(name))
}

/// Templates, return types, compiler clones, symbol versions and alias prefixes taken away.
fn native_spelling(name: &str) -> String {
    let name = name.split("@@").next().unwrap_or(name);
    let name = name.strip_suffix("@plt").unwrap_or(name).trim_start_matches('*');
    let name = ["__GI___libc_", "__GI__", "__GI_", "IA__", "__libc_"]
        .iter()
        .find_map(|alias| name.strip_prefix(alias).filter(|rest| rest.len() > 2))
        .unwrap_or(name);
    let name = without_clone_suffix(name);
    let name = without_rust_hash(name);
    let plain = without_templates(name);
    let plain = plain.trim();
    if plain.contains("operator") {
        return plain.to_owned();
    }
    plain.rsplit(' ').next().unwrap_or(plain).to_owned()
}

fn without_clone_suffix(name: &str) -> &str {
    let marks = [".isra.", ".part.", ".constprop.", ".cold", ".llvm.", "._omp_fn.", ".lto_priv."];
    let end = marks.iter().filter_map(|m| name.find(m)).min().unwrap_or(name.len());
    if end == 0 { name } else { &name[..end] }
}

/// `a::b::h0123456789abcdef` → `a::b`.
fn without_rust_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((head, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => head,
        _ => name,
    }
}

/// `a<b<c>>::d` → `a::d`; unbalanced brackets cut the rest.
fn without_templates(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut depth = 0usize;
    let operator = name.find("operator").map_or(usize::MAX, |at| at + "operator".len());
    for (at, letter) in name.char_indices() {
        let is_operator_sign = at >= operator && at < operator.saturating_add(3);
        match letter {
            '<' if !is_operator_sign => depth += 1,
            '>' if !is_operator_sign => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    if plain.is_empty() { name.to_owned() } else { plain }
}

/// `pkg.Class$1.lambda$run$3` → `pkg.Class$.lambda$run$`: compilers number anew with every build.
fn managed(frame: &Frame) -> String {
    let module = frame.module.split("$$").next().unwrap_or("");
    let module = module.split("/0x").next().unwrap_or(module);
    let function = frame.function.split('`').next().unwrap_or(&frame.function);
    let mut name = without_numbers_after_dollar(module);
    if name.ends_with("Accessor") || frame.module.contains("Accessor") {
        name = name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    }
    name.push('.');
    name.push_str(&without_numbers_after_dollar(&generated_name(function)));
    name
}

/// `<Run>b__12_0` (a .NET lambda) and `MoveNext` of `<Run>d__3` are the method they were written in.
fn generated_name(function: &str) -> String {
    match function.strip_prefix('<').and_then(|f| f.split_once('>')) {
        Some((name, rest)) if rest.contains("__") => format!("<{name}>"),
        _ => function.to_owned(),
    }
}

/// `Cart.<FirstAsync>d__12.MoveNext`, `<>c__DisplayClass3_0`: the compiler numbers what it writes anew with every build.
fn without_generated_numbers(name: &str) -> String {
    const BEFORE: [&str; 5] = ["__", "DisplayClass", "DisplayClass_", "|", "|_"];
    if !name.contains('<') {
        return name.to_owned();
    }
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        if !(letter.is_ascii_digit() && BEFORE.iter().any(|before| plain.ends_with(before))) {
            plain.push(letter);
        }
    }
    plain
}

fn without_numbers_after_dollar(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut after_dollar = false;
    for letter in name.chars() {
        if after_dollar && letter.is_ascii_digit() {
            continue;
        }
        after_dollar = letter == '$';
        plain.push(letter);
    }
    plain
}

/// `new Foo`, `async f`, `Object.f [as g]`, webpack's wrappers: the function; unnamed ones by their file.
fn script(frame: &Frame) -> String {
    let name = frame.function.as_str();
    let name = name.split(" [as ").next().unwrap_or(name);
    let name = ["async ", "new ", "Object.", "Module.", "exports.", "Function.", "global.", "window."]
        .iter()
        .fold(name, |n, lead| n.strip_prefix(lead).unwrap_or(n));
    let name = name.rsplit('/').next().unwrap_or(name).trim_end_matches('<');
    let file = file_key(if frame.file.is_empty() { &frame.module } else { &frame.file });
    if !is_named(frame) || name.is_empty() || matches!(name, "<anonymous>" | "anonymous" | "eval" | "?") {
        return format!("?@{file}");
    }
    format!("{name}@{file}")
}

/// Module (or file) and function; unnamed functions by their file alone.
fn scripted(frame: &Frame) -> String {
    let place = if frame.module.is_empty() {
        let base = base_name(&frame.file);
        base.rsplit_once('.').map_or(base, |(stem, _)| stem)
    } else {
        frame.module.as_str()
    };
    let function = frame.function.strip_prefix("block in ").unwrap_or(&frame.function);
    let function = function.strip_prefix("rescue in ").unwrap_or(function);
    let function = function.split(" (").next().unwrap_or(function);
    format!("{place}.{function}")
}

/// Closures are numbered anew with every build; type arguments vary.
fn go(frame: &Frame) -> String {
    let name = frame.function.split('[').next().unwrap_or(&frame.function);
    let mut name = name;
    while let Some((head, last)) = name.rsplit_once('.') {
        let digits = last.strip_prefix("func").or_else(|| last.strip_prefix("gowrap")).unwrap_or(last);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            break;
        }
        name = head;
    }
    if frame.module.is_empty() { name.to_owned() } else { format!("{}/{name}", frame.module) }
}

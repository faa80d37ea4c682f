//! Names, paths, messages and roles, one check a rule.

use super::*;
use crate::frames::{Frame, Language, Role};

fn frame(function: &str, module: &str, file: &str) -> Frame {
    Frame { function: function.into(), module: module.into(), file: file.into(), ..Frame::default() }
}

fn check_symbol(language: Language, one: &Frame, other: &Frame) {
    assert_eq!(symbol(language, one), symbol(language, other));
}

#[test]
fn native_names_survive_compilers_and_templates() {
    for (one, other) in [
        ("shelf::put<int>", "shelf::put<std::vector<char> >"),
        ("pack_all.isra.0", "pack_all.part.3"),
        ("*__GI_pack", "pack"),
        ("pack@plt", "pack"),
        ("shop::cart::total::h0123456789abcdef", "shop::cart::total::hfedcba9876543210"),
        ("void shelf::sort<Box>", "shelf::sort"),
    ] {
        check_symbol(Language::Native, &frame(one, "", ""), &frame(other, "", ""));
    }
    assert_ne!(
        symbol(Language::Native, &frame("a::put", "", "")),
        symbol(Language::Native, &frame("b::put", "", ""))
    );
}

#[test]
fn generated_names_of_managed_languages_lose_their_numbers() {
    check_symbol(
        Language::Java,
        &frame("lambda$run$3", "a.b.C$1", ""),
        &frame("lambda$run$12", "a.b.C$7", ""),
    );
    check_symbol(
        Language::Java,
        &frame("run", "a.b.C$$Lambda$14/0x0008", ""),
        &frame("run", "a.b.C$$Lambda$99/0x0a08", ""),
    );
    check_symbol(Language::DotNet, &frame("<Pay>b__12_0", "A.C", ""), &frame("<Pay>b__3_1", "A.C", ""));
    check_symbol(Language::Go, &frame("cart.Total.func1.2", "", ""), &frame("cart.Total.func3", "", ""));
    check_symbol(Language::Go, &frame("cart.Map[...]", "", ""), &frame("cart.Map[int]", "", ""));
}

#[test]
fn bundles_lose_their_hashes() {
    let one = frame("price", "", "https://a.example/static/main.3f9a8c21.js?v=1");
    let other = frame("price", "", "https://cdn.example/main.77aa01bc.js");
    check_symbol(Language::JavaScript, &one, &other);
    check_symbol(
        Language::JavaScript,
        &frame("async Cart.add", "", "/a/x.js"),
        &frame("Cart.add", "", "/b/x.js"),
    );
    assert_eq!(file_key("/srv/app/index-4f3a9c21.css"), "index.css");
    assert_eq!(file_key("/usr/lib/libpack-2.31.so.6"), "libpack");
    assert_eq!(file_key("src/jquery.ui.widget.js"), "jquery.ui.widget.js");
}

#[test]
fn messages_lose_their_values() {
    for (one, other) in [
        ("order 17 not found", "order 900231 not found"),
        ("user a@b.example missing", "user long.name@c.example missing"),
        ("open /srv/a/b.txt: denied", "open /tmp/x/y/z: denied"),
        ("bad token \"abc\"", "bad token \"zzzz\""),
        ("id 6f1c2e34-aaaa-4bbb-8ccc-1234567890ab gone", "id 00000000-1111-4222-8333-444455556666 gone"),
        ("at 0x7fff12 broke", "at 0xdeadbeef broke"),
    ] {
        assert_eq!(mask_message(one), mask_message(other), "{one} / {other}");
    }
    assert_ne!(mask_message("order not found"), mask_message("user not found"));
}

#[test]
fn words_split_and_drop_numbers() {
    let words: Vec<String> = Words::of("OrderService.loadAll failed 3x at 2026-01-01").collect();
    assert_eq!(words, ["order", "service", "load", "all", "failed", "at"]);
}

#[test]
fn recursion_folds_by_whole_turns() {
    let names = |text: &str| -> Vec<Frame> { text.split(' ').map(|n| frame(n, "", "")).collect() };
    for (long, short) in
        [("a a a b", "a b"), ("a b a b a b c", "a b c"), ("a b c", "a b c"), ("x a b c a b c y", "x a b c y")]
    {
        let mut frames = names(long);
        fold_recursion(Language::Native, &mut frames);
        assert_eq!(frames, names(short), "{long}");
    }
}

#[test]
fn unnamed_frames_are_no_recursion() {
    let mut frames = vec![frame("", "", ""); 4];
    fold_recursion(Language::Native, &mut frames);
    assert_eq!(frames.len(), 4);
}

#[test]
fn roles_per_language() {
    let rules = InAppRules::default();
    for (language, frame, want) in [
        (Language::Native, frame("__asan_memcpy", "", ""), Role::Runtime),
        (Language::Native, frame("pack_main_loop", "", ""), Role::App),
        (Language::Native, frame("pack", "/usr/lib/libpack.so", ""), Role::Library),
        (Language::Java, frame("invoke", "java.lang.reflect.Method", ""), Role::Runtime),
        (Language::Java, frame("get", "java.util.ArrayList", ""), Role::Library),
        (Language::Java, frame("get", "com.acme.Rows", ""), Role::App),
        (Language::JavaScript, frame("f", "", "/app/node_modules/x/i.js"), Role::Library),
        (Language::Go, frame("runtime.gopanic", "", ""), Role::Runtime),
        (Language::Go, frame("main.run", "", "/srv/main.go"), Role::App),
        (Language::Rust, frame("core::panicking::panic", "", ""), Role::Runtime),
        (Language::Python, frame("f", "", "/usr/lib/python3/dist-packages/x.py"), Role::Library),
    ] {
        assert_eq!(role(language, &frame, &rules), want, "{frame:?}");
    }
}

#[test]
fn patterns_are_globs() {
    for (pattern, text, want) in [
        ("com.acme.*", "com.acme.shop.Cart", true),
        ("*.legacy.*", "com.acme.legacy.Cart", true),
        ("*.ts", "src/cart.ts", true),
        ("com.acme", "com.acme.shop", false),
        ("a*b*c", "a-b-c-d", false),
        ("a*b*c", "a-b-b-c", true),
    ] {
        assert_eq!(Pattern(pattern.into()).matches(text), want, "{pattern} {text}");
    }
}

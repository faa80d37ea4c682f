use super::*;

fn tree() -> Tree {
    Tree::new([
        "core/src/main/java/shop/cart/Cart.java",
        "core/src/main/java/shop/cart/CartTotals.java",
        "core/src/main/java/shop/util/Check.java",
        "core/src/main/java/shop/mail/Outbox.java",
        "core/src/test/java/shop/cart/CartTotalsTest.java",
        "web/shop/views/checkout_form.py",
        "web/shop/views/__init__.py",
    ])
}

fn found(text: &str, tree: Option<&Tree>, repositories: &[&str]) -> (Vec<String>, Evidence) {
    let repositories: Vec<String> = repositories.iter().map(|name| (*name).to_owned()).collect();
    let located = locate(&Query { text, trace: None, repositories: &repositories }, tree);
    (located.places.iter().map(|place| place.at.as_str().to_owned()).collect(), located.evidence)
}

fn first(text: &str) -> String {
    found(text, Some(&tree()), &[]).0.remove(0)
}

const CRASH: &str = "java.lang.IllegalStateException: no total
\tat shop.util.Check.checkState(Check.java:12)
\tat shop.cart.Cart.total(Cart.java:40)
\tat shop.mail.Outbox.send(Outbox.java:9)
\tat org.other.server.Loop.run(Loop.java:3)";

#[test]
fn who_only_reports_stands_behind_who_called_it() {
    let (places, evidence) = found(CRASH, Some(&tree()), &[]);
    assert_eq!(evidence, Evidence::Stack);
    assert_eq!(places[0], "core/src/main/java/shop/cart/Cart.java");
    assert!(places.contains(&"core/src/main/java/shop/util/Check.java".to_owned()));
    let plain = CRASH.replace("checkState", "sum");
    assert_eq!(first(&plain), "core/src/main/java/shop/util/Check.java", "the innermost call, otherwise");
}

#[test]
fn a_place_keeps_its_lines_functions_and_reasons() {
    let located = locate(&Query { text: CRASH, trace: None, repositories: &[] }, Some(&tree()));
    let cart = &located.places[0];
    assert_eq!((cart.lines.as_slice(), cart.functions.join(",")), ([40].as_slice(), "total".to_owned()));
    assert!(cart.reasons.contains(&Reason::Call(2)), "{:?}", cart.reasons);
}

#[test]
fn without_a_tree_types_and_paths_are_told_as_they_are_written() {
    let (places, _) = found(CRASH, None, &[]);
    assert_eq!(places[0], "shop.cart.Cart");
    let python = "Traceback (most recent call last):\n  File \"/venv/lib/python3/site-packages/shop/cart.py\", line 3, in total\n    pay()\n  File \"/venv/lib/python3/site-packages/other/pay.py\", line 9, in pay\nValueError: no";
    let (places, evidence) = found(python, None, &["acme/shop"]);
    assert_eq!((places[0].as_str(), evidence), ("shop/cart.py", Evidence::Stack));
}

#[test]
fn a_test_names_what_it_tests() {
    let text = "java.lang.NullPointerException
\tat shop.util.Check.sum(Check.java:12)
\tat shop.mail.Outbox.send(Outbox.java:9)
\tat shop.cart.CartTotals.all(CartTotals.java:7)
\tat shop.cart.CartTotalsTest.testAll(CartTotalsTest.java:30)";
    let located = locate(&Query { text, trace: None, repositories: &[] }, Some(&tree()));
    let totals = located.places.iter().find(|place| place.at.as_str().ends_with("CartTotals.java")).unwrap();
    assert!(totals.reasons.contains(&Reason::TestSubject), "{:?}", totals.reasons);
    let outbox = located.places.iter().find(|place| place.at.as_str().ends_with("Outbox.java")).unwrap();
    assert!(totals.score > outbox.score);
}

#[test]
fn a_comparison_in_a_test_is_no_evidence_of_a_place() {
    let text = "junit.framework.AssertionFailedError: expected:<1> but was:<2>
\tat junit.framework.Assert.fail(Assert.java:50)
\tat shop.cart.CartTotalsTest.testAll(CartTotalsTest.java:30)";
    assert_eq!(found(text, None, &[]).1, Evidence::AssertionOnly);
    let thrown = text
        .replace("junit.framework.AssertionFailedError", "java.io.IOException")
        .replace("junit.framework.Assert.fail(Assert.java:50)", "java.io.File.open(File.java:50)");
    assert_eq!(found(&thrown, None, &[]).1, Evidence::Stack, "an error that a test met is one");
}

#[test]
fn names_and_words_lead_to_files_where_no_stack_does() {
    for (text, file) in [
        ("Wrong rounding in CartTotals", "core/src/main/java/shop/cart/CartTotals.java"),
        ("It fails in shop.mail.Outbox.send()", "core/src/main/java/shop/mail/Outbox.java"),
        ("see web/shop/views/checkout_form.py:12", "web/shop/views/checkout_form.py"),
        ("The checkout form loses its address", "web/shop/views/checkout_form.py"),
    ] {
        assert_eq!(first(text), file, "{text}");
    }
    assert_eq!(found("The checkout form loses its address", Some(&tree()), &[]).1, Evidence::Words);
    assert_eq!(found("Wrong rounding in CartTotals", Some(&tree()), &[]).1, Evidence::Named);
    assert_eq!(found("It is slow.", Some(&tree()), &[]), (Vec::new(), Evidence::Nothing));
}

#[test]
fn what_is_only_imported_is_no_evidence() {
    let text = "Wrong sum\n\n    from shop.cart.totals import Totals\n    print(Totals())";
    let (places, evidence) = found(text, None, &["acme/shop"]);
    assert_eq!((places.len(), evidence), (2, Evidence::Words));
    let (_, evidence) = found("shop.cart.totals.add() is wrong", None, &["acme/shop"]);
    assert_eq!(evidence, Evidence::Named);
}

#[test]
fn no_text_takes_long_or_ends_it() {
    let hostile = [
        "at ".repeat(100_000),
        "a.b.c::".repeat(60_000),
        "/../".repeat(80_000),
        "\u{0}\u{202e}../../../etc/passwd:1:2#L3".repeat(1000),
        format!("{}\n{}", "(x.java:1)\n".repeat(30_000), "é".repeat(300_000)),
    ];
    for text in hostile {
        let (places, _) = found(&text, Some(&tree()), &["acme/shop"]);
        assert!(places.iter().all(|place| tree().with_path(place)), "only files of the tree: {places:?}");
    }
}

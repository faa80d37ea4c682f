//! Tests of click reading and clustering. Every page and element here was invented for it.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    Click, ClickClusters, ClickEvent, ClickKind, Element, Exclusion, Rung, elements_from_chain,
    elements_from_json, normalize_route, stable_selector,
};

fn read(kind: ClickKind, properties: &Value, elements_chain: Option<&str>) -> Result<Click, Exclusion> {
    let empty = Map::new();
    let properties = properties.as_object().unwrap_or(&empty);
    ClickEvent { kind, properties, elements_chain }.read()
}

fn selector(chain: &str) -> (String, Rung) {
    let found = stable_selector(&elements_from_chain(chain)).expect("an element");
    (found.text, found.rung)
}

#[test]
fn both_forms_of_the_elements_say_the_same() {
    let chain = concat!(
        r#"span.icon:nth-child="2"nth-of-type="1";"#,
        r#"button.btn.hover:shade:attr__class="btn hover:shade"attr__data-note="a;b \"c\""attr_id="pay"text="Pay now";"#,
        r#"div:attr__role="dialog""#
    );
    let listed = json!([
        {"tag_name": "span", "classes": ["icon"], "nth_child": 2, "nth_of_type": 1},
        {"tag_name": "BUTTON", "classes": ["btn", "hover:shade"], "attr__data-note": "a;b \"c\"", "attr__id": "pay",
         "$el_text": "Pay now"},
        {"tag_name": "div", "attr__role": "dialog"}
    ]);
    let from_chain = elements_from_chain(chain);
    assert_eq!(from_chain, elements_from_json(&listed));
    assert_eq!(from_chain[1].attribute("data-note"), Some("a;b \"c\""));
    assert_eq!(from_chain[1].classes, ["btn", "hover:shade"]);
}

#[test]
fn damaged_elements_are_left_out_and_long_ones_cut() {
    assert_eq!(elements_from_chain(""), []);
    assert_eq!(elements_from_chain(r#"a:href="/x"text="no end"#)[0].attribute("href"), Some("/x"));
    assert_eq!(elements_from_json(&json!("text")), []);
    assert_eq!(elements_from_json(&json!([1, null, {"tag_name": 5, "text": ["x"]}])), [Element::default()]);
    let long = format!(r#"a:text="{}""#, "x".repeat(5000));
    assert_eq!(elements_from_chain(&long)[0].text.len(), 256);
    assert_eq!(elements_from_chain(&"div;".repeat(1000)).len(), 48);
}

#[test]
fn each_rung_is_taken_where_the_better_ones_are_missing() {
    let check =
        |chain: &str, text: &str, rung: Rung| assert_eq!(selector(chain), (text.to_owned(), rung), "{chain}");
    check(
        r#"svg;button:attr__data-testid="buy"attr__id="b"text="Buy""#,
        r#"[data-testid="buy"]"#,
        Rung::TestId,
    );
    check(
        r#"button:attr__aria-label="Close cart"attr__id="c""#,
        r#"button[aria-label="Close cart"]"#,
        Rung::AriaLabel,
    );
    check(r#"button:attr__id="checkout"text="Go""#, "button#checkout", Rung::Id);
    check(r#"input:attr__id="radix-:r7:"attr__name="city""#, r#"input[name="city"]"#, Rung::Name);
    check(r#"a:text="Next page"attr__href="/p/2""#, r#"a:text("Next page")"#, Rung::Text);
    check("button.price-tag.is-active.css-1x2y3z.md:flex", "button.price-tag", Rung::Classes);
    check("button.Card_root__aXkQz;main", "main > button", Rung::Tags);
    check("path;svg;div.css-9z8y;section", "section > div > svg > path", Rung::Tags);
}

#[test]
fn weak_rungs_stand_in_the_nearest_named_ancestor() {
    let chain = r#"a:text="Remove";li;ul:attr__id="basket";div:attr__id="page""#;
    assert_eq!(selector(chain), (r#"ul#basket a:text("Remove")"#.to_owned(), Rung::Text));
}

#[test]
fn positions_generated_names_and_values_do_not_matter() {
    let row = |n: u32| {
        format!(
            r#"span:nth-child="{n}";button.Row_act__xKq{n}Z:attr__id="ember{n}"nth-child="{n}"text="Cancel order {n}";li:nth-child="{n}""#
        )
    };
    assert_eq!(selector(&row(3)), selector(&row(4711)));
    assert_eq!(selector(&row(3)).0, r#"button:text("Cancel order <num>")"#);
    assert_ne!(selector(&row(3)), selector(&row(3).replace("Cancel", "Repeat")));
}

#[test]
fn routes_keep_names_and_lose_things() {
    let check = |input: &str, route: &str| assert_eq!(normalize_route(input), route, "{input}");
    check("https://shop.example.test/orders/1042/items?x=1#top", "/orders/:id/items");
    check("/api/v2/users/6f1c2f7e-9a3b-4a52-8d0e-1f2a3b4c5d6e/", "/api/v2/users/:id");
    check("/u/ada%40example.test/edit", "/u/:id/edit");
    check("/p/blue-shirt-8842", "/p/:id");
    check("/c/9fceb02d0ae598e9/log", "/c/:id/log");
    check("/docs/step-2/setup", "/docs/step-2/setup");
    check("https://app.example.test/#/team/77/board?tab=a", "/team/:id/board");
    check("https://example.test", "/");
    check("", "/");
    check("/search?next=http://x.test/a/b", "/search");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_route_is_its_own_route(path in "[a-z0-9/:#?%@.-]{0,60}") {
        let route = normalize_route(&path);
        prop_assert!(route.starts_with('/'));
        prop_assert_eq!(&normalize_route(&route), &route);
    }

    #[test]
    fn any_chain_is_read(chain in "[a-z.:;=\"\\\\ -]{0,120}") {
        for element in elements_from_chain(&chain) {
            prop_assert!(!element.tag.is_empty());
        }
        let properties = json!({"$elements_chain": chain});
        prop_assert!(!matches!(read(ClickKind::Rage, &properties, None), Err(Exclusion::AnsweredBeforeClick)));
    }
}

fn dead_click(extra: &Value) -> Value {
    let mut properties = json!({
        "$elements_chain": r#"button:attr__id="save""#,
        "$pathname": "/notes/12",
        "$dead_click_event_timestamp": 10_000,
    });
    for (key, value) in extra.as_object().expect("an object") {
        properties[key] = value.clone();
    }
    properties
}

#[test]
fn the_known_false_positives_are_excluded_with_their_reason() {
    let excluded = |extra: Value| read(ClickKind::Dead, &dead_click(&extra), None).err();
    let answered = Some(Exclusion::AnsweredBeforeClick);
    assert_eq!(excluded(json!({})), None);
    assert_eq!(excluded(json!({"$dead_click_last_mutation_timestamp": 9_950})), answered);
    assert_eq!(excluded(json!({"$dead_click_last_mutation_timestamp": "9900"})), answered);
    assert_eq!(excluded(json!({"$dead_click_last_mutation_timestamp": 10_000})), answered);
    assert_eq!(excluded(json!({"$dead_click_last_mutation_timestamp": 9_899})), None);
    let only_waited = json!({"$dead_click_last_mutation_timestamp": 9_950, "$dead_click_absolute_delay_ms": 3000,
        "$dead_click_absolute_timeout": true, "$dead_click_mutation_timeout": false});
    assert_eq!(excluded(only_waited), answered, "that the time ran out is no reaction");
    for delay in ["scroll", "selection_changed", "visibility_changed"] {
        let mut reacted = json!({"$dead_click_last_mutation_timestamp": 9_950});
        reacted[format!("$dead_click_{delay}_delay_ms")] = json!(0);
        assert_eq!(excluded(reacted), None, "{delay} was measured");
    }
    assert_eq!(excluded(json!({"$dead_click_last_mutation_timestamp": 10_001})), None);
    let measured =
        json!({"$dead_click_last_mutation_timestamp": 9_950, "$dead_click_mutation_delay_ms": 3000});
    assert_eq!(excluded(measured), None);
    let unmeasured = json!({"$dead_click_last_mutation_timestamp": 9_950, "$dead_click_mutation_delay_ms": -50,
        "$dead_click_scroll_delay_ms": null, "$dead_click_absolute_delay_ms": 3000});
    assert_eq!(excluded(unmeasured), answered);
    assert_eq!(excluded(json!({"$browser_type": "bot"})), Some(Exclusion::AutomatedBrowser));
    assert_eq!(excluded(json!({"$elements_chain": ""})), Some(Exclusion::NoElement));
    let rage = dead_click(&json!({"$dead_click_last_mutation_timestamp": 9_950}));
    assert!(read(ClickKind::Rage, &rage, None).is_ok(), "a rage click has no such false positive");
    let robot = dead_click(&json!({"$browser_type": "bot"}));
    assert_eq!(read(ClickKind::Rage, &robot, None), Err(Exclusion::AutomatedBrowser));
    let person = dead_click(&json!({"$browser_type": "browser"}));
    assert!(read(ClickKind::Rage, &person, None).is_ok());
}

#[test]
fn the_clicks_that_a_rage_click_is_made_of_are_not_counted_beside_it() {
    let properties =
        json!({"$event_type": "click", "$elements_chain": r#"button:attr__id="save""#, "$pathname": "/a"});
    let mut clusters = ClickClusters::new(10);
    for event in ["$autocapture", "$autocapture", "$autocapture", "$rageclick"] {
        if let Some(kind) = ClickKind::of_event(event) {
            clusters.add(&read(kind, &properties, None).expect("a click"), 1, 1);
        }
    }
    let ranked = clusters.ranked();
    assert_eq!((ranked.len(), ranked[0].1.rage.clicks, ranked[0].1.dead.clicks), (1, 1, 0));
}

#[test]
fn a_click_is_read_from_either_place_of_the_chain() {
    let outside = json!({"$current_url": "https://example.test/notes/77?q=1", "$el_text": "Save note 4"});
    let click = read(ClickKind::Rage, &outside, Some("button")).expect("a click");
    assert_eq!(
        (click.route.as_str(), click.selector.text.as_str()),
        ("/notes/:id", r#"button:text("Save note <num>")"#)
    );
    let hashed = json!({"$current_url": "https://example.test/app#/mail/5", "$pathname": "/app", "$elements_chain": "a"});
    assert_eq!(read(ClickKind::Rage, &hashed, None).expect("a click").route, "/mail/:id");
    assert_eq!(ClickKind::of_event("$rageclick"), Some(ClickKind::Rage));
    assert_eq!(ClickKind::of_event("$autocapture"), None);
}

#[test]
fn clusters_join_kinds_count_users_and_stay_bounded() {
    let click = |kind, route: &str| {
        let properties = json!({"$elements_chain": r#"button:attr__id="save""#, "$pathname": route});
        read(kind, &properties, None).expect("a click")
    };
    let mut clusters = ClickClusters::new(2);
    assert_eq!(clusters.add(&click(ClickKind::Rage, "/a/1"), 3, 2), None);
    assert_eq!(clusters.add(&click(ClickKind::Dead, "/a/2"), 1, 5), None);
    assert_eq!(clusters.add(&click(ClickKind::Rage, "/a/3"), 4, 1), None);
    assert_eq!(clusters.add(&click(ClickKind::Rage, "/b"), 90, 4), None);
    let ranked = clusters.ranked();
    assert_eq!(ranked.len(), 2);
    assert_eq!(ranked[0].0.route, "/a/:id");
    assert_eq!((ranked[0].1.rage.clicks, ranked[0].1.rage.distinct_users), (7, 2));
    assert_eq!((ranked[0].1.dead.clicks, ranked[0].1.distinct_users_at_least()), (1, 5));
    let dropped = clusters.add(&click(ClickKind::Dead, "/c"), 1, 1).expect("the longest untouched goes");
    assert_eq!(dropped.route, "/a/:id");
    assert_eq!(clusters.ranked().len(), 2);
}

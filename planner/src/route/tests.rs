use super::*;

const NAMES: [&str; 4] = ["acme/shop-core", "acme/mailer", "other/python-learn", "other/search"];

fn asked(text: &str, known: &[Known<'_>], experience: &Experience) -> Choice {
    route(&Asked { text, trace: None }, known, experience).choice
}

fn known() -> Vec<Known<'static>> {
    NAMES.into_iter().map(|name| Known { name, tree: None }).collect()
}

fn by_names(text: &str) -> Choice {
    asked(text, &known(), &Experience::default())
}

#[test]
fn packages_and_names_point_at_their_repository() {
    for (text, choice) in [
        ("java.lang.Error\n\tat com.acme.shop.core.Cart.total(Cart.java:3)", Choice::One(0)),
        ("import pylearn\npylearn.fit()", Choice::One(2)),
        ("The mailer sends twice", Choice::One(1)),
        ("It is slow", Choice::None),
        ("java.lang.Error\n\tat com.acme.other.Cart.total(Cart.java:3)", Choice::Several),
    ] {
        assert_eq!(by_names(text), choice, "{text}");
    }
}

#[test]
fn a_stack_is_in_the_tree_that_has_its_files() {
    let cart = Tree::new(["src/cart/total.py", "src/cart/pay.py"]);
    let mail = Tree::new(["src/mail/send.py", "src/mail/pay.py"]);
    let known = [Known { name: "a/one", tree: Some(&cart) }, Known { name: "a/two", tree: Some(&mail) }];
    let text = "Traceback (most recent call last):\n  File \"/app/src/mail/send.py\", line 3, in send\nKeyError: 'x'";
    assert_eq!(asked(text, &known, &Experience::default()), Choice::One(1));
    let both = Known { name: "a/three", tree: Some(&mail) };
    let routed = route(&Asked { text, trace: None }, &[known[1], both], &Experience::default());
    assert_eq!((routed.choice, routed.candidates.len()), (Choice::Several, 2), "as likely as each other");
}

#[test]
fn words_of_earlier_signals_point_where_no_name_does() {
    let mut experience = Experience::default();
    for (text, name) in [
        ("basket total rounding voucher discount checkout", NAMES[0]),
        ("bounce envelope recipient header queue spool", NAMES[1]),
    ] {
        (0..6).for_each(|_| experience.learn(text, name));
    }
    let choice =
        asked("the recipient header of an envelope in the spool queue is cut", &known(), &experience);
    assert_eq!(choice, Choice::One(1));
    assert_eq!(asked("it is slow today", &known(), &experience), Choice::None);
    let few = asked("a voucher", &known(), &experience);
    assert_eq!(few, Choice::None, "one word is not enough");
}

#[test]
fn a_row_of_the_lab_says_unknown_for_unknown() {
    let mut lab = RouteLab::default();
    let mut row = |text: &str| {
        let repositories = NAMES.map(str::to_owned).to_vec();
        lab.row(RouteRow { id: "a".to_owned(), text: text.to_owned(), repositories }).repository
    };
    assert_eq!(row("nothing at all"), None);
    assert_eq!(row("the mailer fails"), Some(NAMES[1].to_owned()));
}

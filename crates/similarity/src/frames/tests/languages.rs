//! The managed and compiled languages, one invented trace each, most of them inside other log lines.

use super::*;

#[test]
fn python_puts_the_crashing_call_first_and_the_direct_cause_in_front() {
    let text = r#"
2026-03-01 12:00:00 INFO worker started
Traceback (most recent call last):
  File "/srv/shop/orders.py", line 41, in load_order
    return rows[key]
KeyError: 'o-17'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/flask/app.py", line 800, in dispatch
  File "/srv/shop/views.py", line 12, in show
    order = load_order(key)
shop.errors.OrderMissing: no order o-17
2026-03-01 12:00:01 INFO next job
"#;
    let trace = check(text, Language::Python, "KeyError", "'o-17'", &["load_order"]);
    assert_eq!(trace.wrappers.len(), 1);
    assert_eq!(trace.wrappers[0].kind, "shop.errors.OrderMissing");
    assert_eq!(trace.frames[0].line, 41);
}

#[test]
fn python_without_a_named_cause_is_what_propagated() {
    let text = r#"Traceback (most recent call last):
  File "a.py", line 1, in first
ValueError: inner

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "main.py", line 9, in <module>
  File "b.py", line 2, in second
RuntimeError: outer
"#;
    check(text, Language::Python, "RuntimeError", "outer", &["second", "<module>"]);
}

#[test]
fn java_leads_with_the_root_cause_and_the_calls_it_shares() {
    let text = "12:00:01.233 ERROR [http-1] Request failed
Exception in thread \"http-1\" com.acme.shop.CheckoutException: checkout failed
\tat com.acme.shop.Checkout.pay(Checkout.java:88)
\tat com.acme.shop.web.PayController.post(PayController.java:31)
\tat java.base/java.lang.Thread.run(Thread.java:840)
\tSuppressed: java.io.IOException: close
\t\tat com.acme.shop.Wire.close(Wire.java:5)
Caused by: java.lang.IllegalStateException: cart 991 is empty
\tat com.acme.shop.Cart.total(Cart.java:17)
\tat com.acme.shop.Checkout.sum(Checkout.java:60)
\t... 2 more
";
    let trace = check(
        text,
        Language::Java,
        "java.lang.IllegalStateException",
        "cart 991 is empty",
        &["com.acme.shop.Cart.total", "com.acme.shop.Checkout.sum", "com.acme.shop.web.PayController.post"],
    );
    assert_eq!(trace.wrappers[0].kind, "com.acme.shop.CheckoutException");
    assert_eq!(roles(&trace), [Role::App, Role::App, Role::App, Role::Runtime]);
}

#[test]
fn kotlin_on_android_is_read_through_the_log_prefix() {
    let text = "E/AndroidRuntime( 4021): FATAL EXCEPTION: main
E/AndroidRuntime( 4021): Process: com.acme.notes, PID: 4021
E/AndroidRuntime( 4021): java.lang.NullPointerException: note is null
E/AndroidRuntime( 4021): \tat com.acme.notes.EditScreen.onSave(EditScreen.kt:52)
E/AndroidRuntime( 4021): \tat android.view.View.performClick(View.java:7448)
E/AndroidRuntime( 4021): \tat android.os.Handler.dispatchMessage(Handler.java:99)
";
    let trace = check(
        text,
        Language::Java,
        "java.lang.NullPointerException",
        "note is null",
        &["com.acme.notes.EditScreen.onSave"],
    );
    assert_eq!(roles(&trace), [Role::App, Role::Library, Role::Runtime]);
}

#[test]
fn javascript_of_every_engine_gives_the_same_names() {
    let v8 = "TypeError: Cannot read properties of undefined (reading 'sku')
    at priceOf (https://shop.example/assets/main.3f9a8c21.js:10:2931)
    at async Basket.render (webpack:///./src/basket.tsx?7b1c:44:9)
    at node:internal/process/task_queues:95:5";
    let gecko = "TypeError: basket is undefined
priceOf@https://shop.example/assets/main.3f9a8c21.js:10:2931
render@https://shop.example/assets/basket.js:44:9";
    let jsc = "TypeError: undefined is not an object
priceOf@https://shop.example/assets/main.3f9a8c21.js:10:2931
[native code]@[native code]
global code@https://shop.example/:1:1";
    let hermes = "TypeError: Cannot read property 'sku' of undefined
    at priceOf (address at index.android.bundle:1:29310)
    at anonymous (native)";
    for text in [v8, gecko, jsc, hermes] {
        let trace = parse(text).expect("a trace is found");
        assert_eq!(trace.language, Language::JavaScript);
        assert_eq!(trace.kind.as_deref(), Some("TypeError"));
        assert_eq!(trace.frames[0].function, "priceOf");
    }
}

#[test]
fn javascript_takes_the_innermost_cause() {
    let text = "Error: order failed
    at submit (/app/src/order.js:3:1)
    at main (/app/src/index.js:9:1) {
  [cause]: RangeError: Invalid count value: -1
      at repeat (/app/src/pad.js:2:7)
      at submit (/app/src/order.js:2:9)
}";
    let trace =
        check(text, Language::JavaScript, "RangeError", "Invalid count value: -1", &["repeat", "submit"]);
    assert_eq!(trace.wrappers[0].message, "order failed");
}

#[test]
fn wrappers_between_go_and_c_are_nobodys() {
    let text = "fatal error: queue is gone

goroutine 17 [running, locked to thread]:
main.(*Shelf).Pick(0x1, 0x2)
\t/srv/app/pick.go:12 +0x1d
main._cgoexpwrap_a1b2c3d4e5f6_shelf_pick(0x1)
\t_cgo_gotypes.go:64 +0x37
main._Cfunc_shelf_pick(0x1)
\t_cgo_gotypes.go:70 +0x12
";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.state, ["queue is gone", "main.(*Shelf).Pick"]);
}

#[test]
fn go_reads_the_goroutine_that_failed_and_no_other() {
    let text = "panic: runtime error: index out of range [3] with length 3

goroutine 7 [running]:
main.pick(...)
\t/srv/app/pick.go:12
example.org/shop/cart.(*Cart).Total(0xc000010000, 0x3)
\t/srv/app/cart/cart.go:40 +0x1d
created by net/http.(*Server).Serve in goroutine 1
\t/usr/local/go/src/net/http/server.go:3285 +0x4b4

goroutine 8 [select]:
example.org/shop/other.Wait()
\t/srv/app/other.go:2 +0x1
exit status 2";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.kind.as_deref(), Some("Index out of range"));
    let names: Vec<&str> = trace.frames.iter().map(|f| f.function.as_str()).collect();
    assert_eq!(names, ["main.pick", "cart.(*Cart).Total"]);
    assert_eq!((trace.frames[1].file.as_str(), trace.frames[1].line), ("/srv/app/cart/cart.go", 40));
}

#[test]
fn rust_panics_of_both_spellings() {
    let newer = "thread 'main' panicked at src/stock.rs:9:14:
stock is negative
stack backtrace:
   0: rust_begin_unwind
             at /rustc/abc/library/std/src/panicking.rs:652:5
   1: core::panicking::panic_fmt
   2: shop::stock::take
             at ./src/stock.rs:9:14
   3: shop::main
             at ./src/main.rs:3:5
note: run with `RUST_BACKTRACE=full` for a verbose backtrace.";
    let trace = parse(newer).expect("a trace is found");
    assert_eq!((trace.kind.as_deref(), trace.message.as_deref()), (Some("panic"), Some("stock is negative")));
    assert_eq!(trace.state, ["shop::stock::take", "shop::main"]);
    let older = newer.replace(
        "panicked at src/stock.rs:9:14:\nstock is negative",
        "panicked at 'stock is negative', src/stock.rs:9:14",
    );
    assert_eq!(parse(&older).map(|t| t.message), Some(trace.message));
}

#[test]
fn ruby_of_both_quotes() {
    let text = "app/models/cart.rb:14:in `total': undefined method `price' for nil (NoMethodError)
\tfrom app/controllers/cart_controller.rb:8:in 'CartController#show'
\tfrom /usr/local/bundle/gems/rack-3.1/lib/rack.rb:3:in 'call'";
    let trace = check(
        text,
        Language::Ruby,
        "NoMethodError",
        "undefined method `price' for nil",
        &["total", "CartController#show"],
    );
    assert_eq!(roles(&trace), [Role::App, Role::App, Role::Library]);
}

#[test]
fn php_frames_say_where_they_were_not_where_they_were_called() {
    let text = "PHP Fatal error:  Uncaught DomainException: no such sku in /srv/shop/Stock.php:21
Stack trace:
#0 /srv/shop/Cart.php(9): Shop\\Stock->find('a-1')
#1 /srv/shop/index.php(3): Shop\\Cart->add('a-1')
#2 {main}
  thrown in /srv/shop/Stock.php on line 21";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(
        (trace.kind.as_deref(), trace.message.as_deref()),
        (Some("DomainException"), Some("no such sku"))
    );
    assert_eq!(
        (trace.frames[0].function.as_str(), trace.frames[0].file.as_str()),
        ("find", "/srv/shop/Stock.php")
    );
    assert_eq!((trace.frames[1].function.as_str(), trace.frames[1].line), ("add", 9));
}

#[test]
fn dotnet_puts_the_inner_exception_first() {
    let text = "Unhandled exception. Acme.Shop.CheckoutException: checkout failed
 ---> System.InvalidOperationException: Sequence contains no elements
   at System.Linq.ThrowHelper.ThrowNoElementsException()
   at Acme.Shop.Cart.First(List`1 rows) in /src/Cart.cs:line 12
   --- End of inner exception stack trace ---
   at Acme.Shop.Checkout.Pay() in /src/Checkout.cs:line 30";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.language, Language::DotNet);
    assert_eq!(trace.kind.as_deref(), Some("System.InvalidOperationException"));
    assert_eq!(trace.wrappers[0].kind, "Acme.Shop.CheckoutException");
    assert_eq!(roles(&trace), [Role::Library, Role::App, Role::App]);
}

#[test]
fn swift_runtime_backtrace() {
    let text = "app/Cart.swift:7: Fatal error: Index out of range
Thread 0 crashed:

0 0x00000001a2b3c4d0 closure #1 in Cart.total() + 40 in shop at /src/Cart.swift:7:13
1 0x00000001a2b3c5e0 Till.close() + 96 in shop at /src/Till.swift:5:9";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.language, Language::Swift);
    assert_eq!(trace.kind.as_deref(), Some("Fatal error"));
    assert_eq!(trace.frames.len(), 2);
    assert_eq!(trace.frames[1].line, 5);
}

#[test]
fn prose_is_no_trace() {
    for text in [
        "",
        "The export is empty. I tried it at home (twice).",
        "see #12 and #14 at 10:30:15",
        "Error: it failed\nfor me",
    ] {
        assert_eq!(parse(text), None, "{text:?}");
    }
}

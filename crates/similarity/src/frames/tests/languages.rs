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
fn the_first_of_a_python_group_leads() {
    let text = r#"  + Exception Group Traceback (most recent call last):
  |   File "/srv/app/main.py", line 20, in <module>
  |     asyncio.run(main())
  |     ~~~~~~~~~~~^^^^^^^^
  | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/app/jobs.py", line 7, in fetch
    |     raise ValueError("bad row 17")
    | ValueError: bad row 17
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/srv/app/jobs.py", line 12, in store
    | KeyError: 'k'
    +------------------------------------
"#;
    let trace = check(text, Language::Python, "ValueError", "bad row 17", &["fetch"]);
    assert_eq!(trace.wrappers.len(), 1);
    assert_eq!(trace.wrappers[0].kind, "ExceptionGroup");
}

#[test]
fn a_go_server_that_goes_on_says_what_it_caught() {
    let text = "2026/03/01 10:00:00 http: panic serving 10.0.0.1:5555: runtime error: invalid memory address or nil pointer dereference
goroutine 34 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1868 +0xb9
panic({0x6d2c40?, 0x9a8b70?})
\t/usr/local/go/src/runtime/panic.go:920 +0x270
example.org/shop/cart.(*Cart).Total(...)
\t/srv/app/cart/cart.go:40
net/http.HandlerFunc.ServeHTTP(0xc0?, {0x7?, 0xc0?}, 0x1?)
\t/usr/local/go/src/net/http/server.go:2136 +0x29";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.language, Language::Go);
    assert_eq!(trace.kind.as_deref(), Some("Invalid memory address"));
    assert_eq!(trace.state[0], "cart.(*Cart).Total");
    assert_eq!(roles(&trace), [Role::Runtime, Role::Runtime, Role::App, Role::Library]);
    let trimmed = text.replace("/usr/local/go/src/net", "net").replace("/usr/local/go/src/", "");
    assert_eq!(parse(&trimmed).map(|t| roles(&t)), Some(roles(&trace)));
    let own = text.replace("example.org/shop/cart", "log/cart");
    assert_eq!(parse(&own).map(|t| roles(&t)[2]), Some(Role::App), "a product may be called like a package");
}

#[test]
fn a_rust_panic_without_a_back_trace_has_its_file() {
    let text = |file: &str| {
        format!(
            "thread 'main' panicked at {file}:4:5:\nindex out of bounds: the len is 3 but the index is 99\nnote: run with"
        )
    };
    let state = |file: &str| parse(&text(file)).expect("a trace is found").state;
    assert_eq!(state("src/load.rs")[1], "src/load.rs");
    assert_ne!(state("src/load.rs"), state("src/save.rs"));
    let older = "thread 'main' panicked at 'no lid', src/lid.rs:3:1";
    assert_eq!(parse(older).expect("a trace is found").state, ["no lid", "src/lid.rs"]);
}

#[test]
fn what_javascript_engines_add_is_taken_away() {
    let node = "TypeError [ERR_BAD]: bad sku
    at take (/app/take.js:5:11)
    at eval (eval at compile (/app/tpl.js:10:5), <anonymous>:1:7)";
    let trace = check(node, Language::JavaScript, "TypeError", "bad sku", &["take", "eval"]);
    assert_eq!((trace.frames[1].file.as_str(), trace.frames[1].line), ("/app/tpl.js", 10));
    let hermes = "TypeError: undefined is not a function, js engine: hermes
    at render (address at index.android.bundle:1:224567)
    at callFunction (address at InternalBytecode.js:1:5678)";
    let trace = check(hermes, Language::JavaScript, "TypeError", "undefined is not a function", &["render"]);
    assert_eq!(roles(&trace), [Role::App, Role::Runtime]);
    let gecko = "TypeError: x is undefined
@https://shop.example/a.js:9:1
promise callback*run@https://shop.example/b.js:20:3";
    check(gecko, Language::JavaScript, "TypeError", "x is undefined", &["", "run"]);
    let jsc = "TypeError: undefined is not an object
https://shop.example/assets/index-4f3a9c21.js:2:3344
render@https://shop.example/b.js:1:1";
    let trace = check(jsc, Language::JavaScript, "TypeError", "undefined is not an object", &["", "render"]);
    assert_eq!(trace.frames[0].line, 2, "a nameless function is printed as its place");
}

#[test]
fn frameworks_of_ruby_and_php_log_the_type_in_their_own_way() {
    let rails = "ActiveRecord::RecordNotFound (Couldn't find User with 'id'=77):

app/models/user.rb:12:in `find_active'
app/controllers/users_controller.rb:5:in `show'";
    let message = "Couldn't find User with 'id'=77";
    check(rails, Language::Ruby, "ActiveRecord::RecordNotFound", message, &["find_active", "show"]);
    let monolog = r#"[2026-03-01 10:00:00] production.ERROR: no sku {"exception":"[object] (Shop\\NoSku(code: 0): no sku at /srv/app/Cart.php:31)
[stacktrace]
#0 /srv/app/Page.php(12): Shop\\Cart->total()
#1 {main}
"}"#;
    check(monolog, Language::Php, r"Shop\NoSku", "no sku", &[r"Shop\Cart.total"]);
}

#[test]
fn dotnet_state_machines_keep_no_number_of_the_compiler() {
    let key = |d: u32, c: u32| {
        let text = format!(
            "System.InvalidOperationException: empty
   at Acme.Cart.<FirstAsync>d__{d}.MoveNext() in /src/Cart.cs:line 12
--- End of stack trace from previous location ---
   at Acme.Till.<>c__DisplayClass{c}_0.<<PayAsync>b__{c}>d.MoveNext() in /src/Till.cs:line 3"
        );
        let trace = parse(&text).expect("a trace is found");
        trace
            .frames
            .iter()
            .map(|f| crate::normalize::symbol(trace.language, f).into_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(key(12, 3), key(14, 5));
    assert!(key(12, 3)[0].contains("FirstAsync"));
}

#[test]
fn mono_writes_offsets_behind_the_arguments() {
    let text = "NullReferenceException: Object reference not set to an instance of an object
  at Acme.Player.Update () [0x00012] in /src/Player.cs:33
  at Acme.Loop.Step (System.Int32 x) [0x00000] in <a1b2c3d4>:0";
    let message = "Object reference not set to an instance of an object";
    let top = ["Acme.Player.Update", "Acme.Loop.Step"];
    let trace = check(text, Language::DotNet, "NullReferenceException", message, &top);
    assert_eq!((trace.frames[0].file.as_str(), trace.frames[0].line), ("/src/Player.cs", 33));
    assert_eq!(trace.frames[1].file, "");
}

#[test]
fn a_hidden_class_of_java_is_known_by_its_host() {
    let text = |address: &str| {
        format!(
            "java.lang.IllegalStateException: no
\tat app//com.acme.Cart$$Lambda$14/0x{address}.accept(Unknown Source)
\tat java.base@17/java.util.ArrayList.forEach(ArrayList.java:1511)"
        )
    };
    let names = |address: &str| {
        let trace = parse(&text(address)).expect("a trace is found");
        trace
            .frames
            .iter()
            .map(|f| crate::normalize::symbol(trace.language, f).into_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("0000000800c03000"), ["com.acme.Cart.accept", "java.util.ArrayList.forEach"]);
    assert_eq!(names("0000000800c03000"), names("00007f0200c11888"));
}

#[test]
fn the_cause_of_a_suppressed_exception_is_no_cause() {
    let text = "java.lang.IllegalStateException: main
\tat com.acme.M.m(M.java:1)
\tSuppressed: java.io.IOException: s
\t\tat com.acme.S.s(S.java:2)
\tCaused by: java.io.EOFException: sc
\t\tat com.acme.E.e(E.java:3)
Caused by: java.lang.NumberFormatException: n
\tat com.acme.N.n(N.java:4)
\t... 1 more";
    let top = ["com.acme.N.n", "com.acme.M.m"];
    let trace = check(text, Language::Java, "java.lang.NumberFormatException", "n", &top);
    assert_eq!(trace.wrappers.len(), 1);
}

#[test]
fn apples_crash_reports_name_the_thread_that_crashed() {
    let text = "Exception Type:  EXC_BREAKPOINT (SIGTRAP)
Triggered by Thread:  2

Thread 0 name:  Dispatch queue: com.apple.main-thread
Thread 0:
0   libsystem_kernel.dylib        \t0x00000001b8d3c4b0 mach_msg_trap + 8

Thread 2 Crashed:
0   libswiftCore.dylib            \t0x00000001a0f1c7a8 _assertionFailure(_:_:file:line:flags:) + 500
1   Shop                          \t0x0000000104a2b3c4 Cart.total() + 148 (Cart.swift:17)
2   Shop                          \t0x0000000104a2c000 closure #1 in CartView.body.getter + 64 (CartView.swift:9)
3   UIKitCore                     \t0x0000000189f1a298 -[UIApplication run] + 32

Thread 3:
0   libsystem_pthread.dylib       \t0x00000001f2d3c4b0 start_wqthread + 0";
    let trace = parse(text).expect("a trace is found");
    assert_eq!((trace.language, trace.kind.as_deref()), (Language::Swift, Some("EXC_BREAKPOINT")));
    assert_eq!(trace.state, ["Cart.total", "CartView.body.getter", "-[UIApplication run]"]);
    assert_eq!(roles(&trace), [Role::Runtime, Role::App, Role::App, Role::Library]);
    assert_eq!((trace.frames[1].file.as_str(), trace.frames[1].line), ("Cart.swift", 17));
    let thrown = "Last Exception Backtrace:
0   CoreFoundation                \t0x00000001a0f1c7a8 __exceptionPreprocess + 164
1   Shop                          \t0x0000000104a2b3c4 Till.close() + 20 (Till.swift:4)

Thread 0 name";
    let trace = parse(&text.replace("Thread 0 name", thrown)).expect("a trace is found");
    assert_eq!(trace.state, ["Till.close"]);
}

#[test]
fn an_objective_c_exception_has_its_name_and_its_selector() {
    let text =
        "*** Terminating app due to uncaught exception 'NSRangeException', reason: 'index 3 beyond bounds'
*** First throw call stack:
(
\t0   CoreFoundation                      0x00007ff8004288ab __exceptionPreprocess + 242
\t1   libobjc.A.dylib                     0x00007ff80004dba3 objc_exception_throw + 48
\t2   Shop                                0x0000000104a2b3c4 -[Cart itemAt:of:] + 148
)";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(
        (trace.kind.as_deref(), trace.message.as_deref()),
        (Some("NSRangeException"), Some("index 3 beyond bounds"))
    );
    assert_eq!(trace.state, ["-[Cart itemAt:of:]"]);
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

//! Crash reports of native code, invented.

use super::*;
use crate::frames::StackMeaning;

const USE_AFTER_FREE: &str = "INFO: seed 77
==411==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55d5 bp 0x7ffd sp 0x7ffd
READ of size 4 at 0x602000000010 thread T0
    #0 0x55d5aa11b3c4 in shelf::Box::weigh(shelf::Item const&) const /src/shelf/box.cc:31:12
    #1 0x55d5aa11b999 in shelf::(anonymous namespace)::total(std::vector<shelf::Box>&) /src/shelf/total.cc:8
    #2 0x55d5aa110000 in main /src/shelf/main.cc:5:3
    #3 0x7f00aa0b2d8f in __libc_start_main (/lib/x86_64-linux-gnu/libc.so.6+0x2d8f)

0x602000000010 is located 0 bytes inside of 4-byte region
freed by thread T0 here:
    #0 0x55d5aa0f2b3d in free /llvm/compiler-rt/lib/asan/asan_malloc_linux.cpp:52:3
    #1 0x55d5aa11aaaa in shelf::Box::drop() /src/shelf/box.cc:11:5
previously allocated by thread T0 here:
    #0 0x55d5aa0f2bbd in malloc /llvm/compiler-rt/lib/asan/asan_malloc_linux.cpp:69:3
SUMMARY: AddressSanitizer: heap-use-after-free /src/shelf/box.cc:31:12 in weigh
";

#[test]
fn a_sanitizer_report() {
    let trace = check(
        USE_AFTER_FREE,
        Language::Native,
        "Heap-use-after-free\nREAD 4",
        "",
        &["shelf::Box::weigh", "shelf::total"],
    );
    assert_eq!(trace.state, ["shelf::Box::weigh", "shelf::total", "shelf::Box::drop"]);
    assert_eq!((trace.frames[0].file.as_str(), trace.frames[0].line), ("/src/shelf/box.cc", 31));
}

#[test]
fn a_fault_near_zero_is_a_null_pointer() {
    let text =
        "==1==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000018 (pc 0x1 bp 0x2 sp 0x3 T0)
==1==The signal is caused by a WRITE memory access.
    #0 0x1000 in crate_open crate.c:4:1";
    check(text, Language::Native, "Null-dereference WRITE", "", &["crate_open"]);
    let wild = text.replace("0x000000000018", "0x7f3300000018");
    check(&wild, Language::Native, "UNKNOWN WRITE", "", &["crate_open"]);
}

#[test]
fn undefined_behaviour_threads_and_leaks() {
    let ub = "src/pack.c:9:14: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'
    #0 0x4f6b78 in pack_sum src/pack.c:9:14";
    check(ub, Language::Native, "Integer-overflow", "", &["pack_sum"]);
    let race = "WARNING: ThreadSanitizer: data race (pid=9)
  Write of size 8 at 0x7b0400000800 by thread T2:
    #0 depot_put src/depot.c:17 (app+0x4c2)
    #1 0x4c2000 in depot_worker src/depot.c:30:2";
    assert_eq!(parse(race).and_then(|t| t.kind).as_deref(), Some("Data race\nWRITE 8"));
    let leak = "==7==ERROR: LeakSanitizer: detected memory leaks
Direct leak of 16 byte(s) in 1 object(s) allocated from:
    #0 0x4c1 in malloc /llvm/compiler-rt/lib/asan/asan_malloc_linux.cpp:69:3
    #1 0x4c2000 in depot_new src/depot.c:3:9";
    assert_eq!(parse(leak).map(|t| t.state), Some(vec!["depot_new".to_owned()]));
}

#[test]
fn a_failed_check_speaks_before_the_frames_and_outlives_its_signal() {
    let text = "[77:77:0301/120000.5:FATAL:lid_hinge.cc(42)] Check failed: angle <= kMax (181 vs. 180)
#0 0x55d5aa000001 box::debug::StackTrace::StackTrace()
#1 0x55d5aa000002 logging::LogMessage::~LogMessage()
#2 0x55d5aa000003 box::Lid::Open()
Received signal 6
==77==ERROR: AddressSanitizer: ABRT on unknown address 0x3e8 (pc 0x1 bp 0x2 sp 0x3 T0)";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.kind.as_deref(), Some("CHECK failure"));
    assert_eq!(trace.state, ["angle <= kMax in lid_hinge.cc", "box::Lid::Open"]);
}

#[test]
fn assertions_of_several_libraries() {
    for (line, words) in [
        ("tool: crate.c:12: void seal(int): Assertion `count > 0' failed.", "count > 0"),
        ("thread 'main' panicked at 'no lid', src/lid.rs:3:1", "no lid"),
        ("ASSERTION FAILED: lid != nullptr", "lid != nullptr"),
        ("F0301 12:00:00.123456   77 crate.cc:9] Check failed: sealed_ ", "sealed_ in crate.cc"),
    ] {
        let text = format!("{line}\n    #0 0x1000000 in seal crate.c:12:1");
        let trace = parse(&text).expect("a trace is found");
        assert_eq!(trace.headline.as_deref(), Some(words), "{line}");
    }
}

#[test]
fn a_debugger_trace_with_arguments_over_lines() {
    let text = "#0  0x00007f1200001faf in ?? () from /usr/lib/libpack.so.2
#1  0x0000000000410004 in seal_all (boxes=0x64e810,
    count=3) at ../src/seal.c:99
\tlid = 0x0
#2  <signal handler called>
#3  IA__pack_run (q=<value optimized out>) at pack.c:7";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.stack, StackMeaning::NoFailure);
    assert_eq!(trace.frames[0].module, "/usr/lib/libpack.so.2");
    assert_eq!(trace.frames[0].address, Some(0x7f12_0000_1faf));
    assert_eq!(
        (trace.frames[1].function.as_str(), trace.frames[1].file.as_str(), trace.frames[1].line),
        ("seal_all", "../src/seal.c", 99)
    );
    assert_eq!(trace.frames[2].function, "<signal handler called>");
}

#[test]
fn an_android_tombstone_and_a_windows_stack() {
    let tombstone = "signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0
backtrace:
      #00 pc 0000000000014d30  /data/app/lib/arm64/libdepot.so (depot::load(int)+48)
      #01 pc 00000000000d0e44  /apex/com.android.runtime/lib64/bionic/libc.so (__pthread_start(void*)+36)";
    check(tombstone, Language::Native, "Null-dereference", "", &["depot::load"]);
    let windows = "[1:2:FATAL:depot.cc(3)] Check failed: open_.
Backtrace:
\tdepot::Door::Shut [0x00007FFE913FFCF2+18] (src/depot/door.cc:32)";
    assert_eq!(
        parse(windows).map(|t| t.state),
        Some(vec!["open_ in depot.cc".to_owned(), "depot::Door::Shut".to_owned()])
    );
}

#[test]
fn a_kernel_report_leaves_out_what_it_doubts() {
    let text = "[  12.345678] BUG: KASAN: slab-out-of-bounds in crate_read+0x12/0x40
[  12.345680] Read of size 8 at addr ffff888003c4 by task sh/77
[  12.345690] Call Trace:
[  12.345691]  dump_stack+0x94/0xc8
[  12.345692]  ? stale_entry+0x1/0x9
[  12.345693]  crate_read+0x12/0x40 [crate]
[  12.345694]  vfs_read+0x88/0x120";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.language, Language::Kernel);
    assert_eq!(trace.kind.as_deref(), Some("Kernel failure\nSlab-out-of-bounds\nREAD 8"));
    assert_eq!(trace.state, ["crate_read", "vfs_read"]);
}

#[test]
fn when_memory_runs_out_the_stack_is_a_bystander() {
    let text = "==9==ERROR: AddressSanitizer: allocator is out of memory trying to allocate 0x10000 bytes
    #0 0x4c1000 in depot_grow src/depot.c:3:9";
    let trace = parse(text).expect("a trace is found");
    assert_eq!((trace.kind.as_deref(), trace.stack), (Some("Out-of-memory"), StackMeaning::Bystander));
    assert!(trace.state.is_empty());
    assert_eq!(trace.frames.len(), 1);
}

#[test]
fn a_failure_after_a_refused_request_has_a_stack_of_its_own() {
    let text = "==9==WARNING: AddressSanitizer failed to allocate 0x70000000000 bytes
==9==ERROR: AddressSanitizer: ABRT on unknown address 0x000000000001 (pc 0x7f bp 0x7f sp 0x7f T0)
    #0 0x7f01 in raise /build/glibc-2.23/raise.c:54
    #1 0x4c1000 in depot::grow src/depot.cc:3:9";
    let trace = parse(text).expect("a trace is found");
    assert_eq!((trace.kind.as_deref(), trace.stack), (Some("Abrt"), StackMeaning::PlaceOfFault));
    assert_eq!(trace.state, ["depot::grow"]);
    let died = text.replace("WARNING: AddressSanitizer failed", "ERROR: AddressSanitizer failed");
    let trace = parse(&died).expect("a trace is found");
    assert_eq!(trace.stack, StackMeaning::Bystander, "the abort is the echo of what was said before");
}

#[test]
fn a_return_type_that_was_found_out_is_no_name() {
    let text =
        "==1==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000018 (pc 0x1 bp 0x2 sp 0x3 T0)
    #0 0x1000 in auto shelf::pick<> const src/shelf.h:4:1
    #1 0x1001 in shelf::automatic(int) src/shelf.cc:9:1";
    check(text, Language::Native, "Null-dereference", "", &["shelf::pick<>", "shelf::automatic"]);
}

#[test]
fn a_fuzz_target_is_named_by_its_own_file_and_never_by_a_packages() {
    let state = |file: &str| {
        let text = format!(
            "==1== ERROR: libFuzzer: deadly signal
    #0 0x1000 in shelf::pick src/shelf.cc:4:1
    #1 0x1001 in LLVMFuzzerTestOneInput {file}:9:1"
        );
        parse(&text).expect("a trace is found").state
    };
    assert_eq!(state("/src/shelf/pick_target.cc"), ["shelf::pick", "pick_target.cc"]);
    assert_eq!(state("/rust/registry/src/index-1ecc/engine-0.4.0/src/lib.rs"), ["shelf::pick"]);
}

#[test]
fn a_logged_exception_does_not_hide_the_crash_below_it() {
    let text = format!(
        "W/Strict: java.lang.Throwable: slow\n\tat com.acme.A.b(A.java:1)\n\tat com.acme.C.d(C.java:2)\n{USE_AFTER_FREE}"
    );
    assert_eq!(parse(&text).map(|t| t.language), Some(Language::Native));
}

#[test]
fn a_check_in_a_containers_accessor_blames_whoever_asked() {
    let state = |accessor: &str| {
        let text = format!(
            "[7:7:0301/120000.5:FATAL:row.h(107)] Check failed: i < size() (3 vs. 3)
#0 0x55d5aa000002 logging::LogMessage::~LogMessage()
#1 0x55d5aa000003 depot::Row<depot::Crate>::{accessor}(unsigned int) /src/row.h:107:3
#2 0x55d5aa000004 depot::Pick(int) /src/pick.cc:9:1"
        );
        parse(&text).expect("a trace is found").state
    };
    assert_eq!(state("at"), ["i < size() in row.h", "depot::Pick"]);
    assert_eq!(state("Row"), ["i < size() in row.h", "depot::Row<depot::Crate>::Row", "depot::Pick"]);
}

#[test]
fn a_container_that_nobody_is_seen_to_ask_is_named() {
    let text = "[7:7:0301/120000.5:FATAL:row.h(107)] Check failed: i < size() (3 vs. 3)
#0 0x55d5aa000003 depot::Row<int>::at(unsigned int) /src/row.h:107:3";
    assert_eq!(parse(text).expect("a trace is found").state, ["i < size() in row.h", "depot::Row<int>::at"]);
}

#[test]
fn thread_sanitizer_prints_no_addresses() {
    let text = "WARNING: ThreadSanitizer: data race (pid=19219)
  Write of size 4 at 0x7fcf47b21bc0 by thread T1:
    #0 crate::Depot::put(int) /src/depot.cc:4 (exe+0x00000000a360)
    #1 worker(void*) <null> (exe+0x4c2) (BuildId: 0011aabb)

  Previous write of size 4 at 0x7fcf47b21bc0 by main thread:
    #0 main /src/main.cc:10 (exe+0x00000000a3b4)";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.state, ["crate::Depot::put", "worker"]);
    assert_eq!((trace.frames[0].file.as_str(), trace.frames[0].line), ("/src/depot.cc", 4));
}

#[test]
fn an_oops_begins_where_the_kernel_was() {
    let text = "[ 4812.123456] BUG: unable to handle page fault for address: ffffffffc0a01000
[ 4812.123460] Oops: 0000 [#1] SMP PTI
[ 4812.123462] RIP: 0010:crate_ioctl+0x5a/0x120 [crate]
[ 4812.123470] Call Trace:
[ 4812.123472]  ? show_regs+0x6d/0x80
[ 4812.123474]  crate_dispatch+0x8b/0xc0 [crate]
[ 4812.123475]  do_syscall_64+0x5c/0xc0
[ 4812.123490] RIP: 0033:0x7f11";
    assert_eq!(parse(text).expect("a trace is found").state, ["crate_ioctl", "crate_dispatch"]);
    let checked =
        text.replace("BUG: unable to handle page fault for address: ffff", "kernel BUG at crate/lid.c:4! ");
    assert_eq!(
        parse(&checked).expect("a trace is found").state,
        ["crate_dispatch"],
        "its type names its place"
    );
}

#[test]
fn a_parenthesis_within_a_name_does_not_hide_its_place() {
    let text =
        "==1==ERROR: AddressSanitizer: SEGV on unknown address 0x7f3300000018 (pc 0x1 bp 0x2 sp 0x3 T0)
    #0 0x4f6b79 in std::function<void ()>::operator()() const /usr/include/c++/12/bits/std_function.h:590:9
    #1 0x4f6b7a in depot::run /src/run.cc:2:2";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.frames[0].line, 590);
    assert_eq!(trace.state, ["depot::run"]);
}

#[test]
fn of_all_threads_of_a_core_the_first_died() {
    let text = "Thread 3 (Thread 0x7f01 (LWP 3)):
#0  0x00007f0100000000 in poll () from /lib/libc.so.6
#1  0x00007f0101000000 in wait_for_work (x=1) at loop.c:3

Thread 1 (Thread 0x7f00 (LWP 1)):
#0  0x00007f0000000000 in seal (p=0x0) at seal.c:5
#1  0x00007f0001000000 in main () at main.c:1";
    assert_eq!(parse(text).expect("a trace is found").state, ["seal"]);
}

#[test]
fn a_debugger_says_twice_where_it_stopped() {
    let text = "Program terminated with signal SIGSEGV, Segmentation fault.
#0  0x00007f9e2c1e5a3f in crate_lookup (tbl=0x0, key=0x55d5) at ../src/table.c:112
112\t  return tbl->rows[h];
(gdb) bt
#0  0x00007f9e2c1e5a3f in crate_lookup (tbl=0x0, key=0x55d5) at ../src/table.c:112
#1  0x00005581aa0012f3 in serve (fd=<optimized out>) at ../src/serve.c:88";
    let trace = parse(text).expect("a trace is found");
    assert_eq!((trace.state, trace.folded), (vec!["crate_lookup".to_owned(), "serve".to_owned()], 0));
}

#[test]
fn windows_prints_arguments_between_the_addresses_and_the_call() {
    let text = "STACK_TEXT:
000000ab`cdeff8a0 00007ff6`12345678 : 00000000`00000000 00000000`00000001 00000000`00000000 00000000`00000000 : depot!depot::Lid::Open+0x1f
000000ab`cdeff900 00007ffa`aaaa0001 : 00000000`00000000 00000000`00000001 00000000`00000000 00000000`00000000 : KERNEL32!BaseThreadInitThunk+0x14";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.state, ["depot::Lid::Open"]);
    assert_eq!(trace.frames[0].module, "depot");
}

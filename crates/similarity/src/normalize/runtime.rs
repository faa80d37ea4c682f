//! Frames that belong to no one's product: C and C++ runtimes, allocators, sanitizers, fuzzing engines, failed-check
//! helpers, language runtimes, reflection and test harnesses. General knowledge per runtime; never a product's names.

use super::needles::Needles;
use super::symbol::is_named;
use crate::frames::{Frame, Language};

/// Stopping, signalling, starting: libc, the dynamic linker, threads.
const C_EXACT: [&str; 37] = [
    "__exceptionPreprocess",
    "objc_exception_throw",
    "objc_terminate",
    "abort",
    "exit",
    "_exit",
    "raise",
    "gsignal",
    "kill",
    "tgkill",
    "pthread_kill",
    "pthread_create",
    "start_thread",
    "clone",
    "__clone",
    "clone3",
    "__clone3",
    "__chk_fail",
    "__fortify_fail",
    "__stack_chk_fail",
    "_start",
    "start",
    "__start_thread",
    "__bionic_clone",
    "wait",
    "syscall",
    "__kernel_vsyscall",
    "<signal handler called>",
    "abort_message",
    "__restore_rt",
    "__wrap_abort",
    "terminate",
    "main_crt_startup",
    "panic",
    "common_exit",
    "die",
    "__die",
];

const C_PREFIX: [&str; 62] = [
    // sanitizers and their interceptors
    "__asan",
    "__hwasan",
    "__lsan",
    "__msan",
    "__tsan",
    "__ubsan",
    "__sanitizer",
    "__interceptor_",
    "__kasan",
    "_asan_",
    "_hwasan_",
    "_lsan_",
    "_msan_",
    "_tsan_",
    "_ubsan_",
    "_sanitizer_",
    "asan_",
    "kasan_",
    "___interceptor_",
    // fuzzing engines
    "fuzzer::",
    "LLVMFuzzerTestOneInput",
    "fuzztest::internal::",
    "libfuzzer_sys::",
    "rust_fuzzer_test_input",
    "FuzzerTestOneInput",
    "CrashTrampolineAsm",
    "runtime.",
    // allocators
    "malloc",
    "calloc",
    "realloc",
    "free",
    "operator",
    "_int_malloc",
    "_int_free",
    "__libc_",
    "libc_",
    "je_malloc",
    "tcmalloc::",
    "RaiseException",
    // memory and string routines
    "memcmp",
    "memcpy",
    "memmove",
    "memset",
    "strcmp",
    "strcpy",
    "strdup",
    "strlen",
    "strncpy",
    "scanf",
    // C++ terminating
    "__cxa_throw",
    "__cxa_rethrow",
    "__cxa_atexit",
    "__gnu_cxx::__verbose_terminate",
    "std::__terminate",
    "std::terminate",
    "demangling_terminate_handler",
    "_objc_terminate",
    // exit and start
    "__run_exit_handlers",
    "__scrt_common_main",
    "__tmainCRTStartup",
    "__pthread_",
    "abort",
];

/// The same with or without leading underscores.
const C_UNDERSCORED: [&str; 13] = [
    "__memcmp",
    "__memcpy",
    "__memmove",
    "__memset",
    "__strcmp",
    "__strcpy",
    "__strdup",
    "__strlen",
    "__strncpy",
    "__GI_",
    "__aeabi_",
    "aeabi_",
    "__assert_",
];

/// Words in a name that mean: a check failed above, or a signal is being handled.
static CHECK_WORDS: Needles = Needles::new(&[
    "assert",
    "ASSERT",
    "AssertionFail",
    "LogMessage",
    "CheckError",
    "logger",
    "StackTrace",
    "CheckNoreturnError",
    "DebugBreak",
    "BreakDebugger",
    "SignalHandler",
    "BaseThreadInitThunk",
    "RtlUserThreadStart",
    "RtlFreeHeap",
    "RtlReportCriticalFailure",
    "RtlInitializeExceptionChain",
    "__android_log",
    "PartitionAlloc",
    "allocator_shim",
    "FatalError",
]);

/// Failed-check helpers by their last component: those of the script engines V8 and JavaScriptCore, of GLib and of
/// Apple's CoreFoundation, and the plain words for it.
const CHECK_HELPERS: [&str; 10] = [
    "Abort",
    "Crash",
    "Fatal",
    "V8_Fatal",
    "ToLocalEmpty",
    "WTFCrash",
    "CFCrash",
    "g_logv",
    "g_log",
    "NotReachedError",
];

const RUST_PREFIX: [&str; 23] = [
    "rust_panic",
    "rust_begin_unwind",
    "rust_oom",
    "__rust_",
    "__rdl_",
    "__rg_",
    "core::panicking",
    "core::fmt::",
    "core::result::",
    "core::option::",
    "core::ops::function",
    "std::panic",
    "std::rt::",
    "std::sys",
    "std::process::abort",
    "std::io::Write::write_fmt",
    "std::alloc::",
    "std::backtrace",
    "alloc::",
    "_$LT$",
    "panic_abort::",
    "panic_unwind::",
    "<alloc::",
];

const KERNEL_PREFIX: [&str; 22] = [
    "do_syscall_",
    "entry_SYSCALL",
    "dump_backtrace",
    "dump_stack",
    "__dump_stack",
    "show_stack",
    "print_address_description",
    "check_memory_region",
    "print_trailer",
    "object_err",
    "kasan_",
    "__kasan_",
    "__asan_",
    "panic",
    "die",
    "oops_",
    "bug_handler",
    "do_trap",
    "el1_",
    "ret_from_fork",
    "page_fault",
    "_etext",
];

/// Folders of toolchains: code there is the compiler's, whatever its name.
static TOOLCHAIN_PATHS: Needles = Needles::new(&[
    "/glibc-",
    "/eglibc-",
    "/bionic/libc/",
    "/include/c++/",
    "/libc++",
    "libc++/",
    "/gcc/",
    "/jemalloc/",
    "/tcmalloc/",
    "/sanitizer_common/",
    "/compiler-rt/",
    "/rustc/",
    "/vctools/crt/",
    "/minkernel/crts/",
]);

/// Shared objects that hold nothing but a runtime.
static RUNTIME_MODULES: Needles = Needles::new(&[
    "libc.so",
    "libc-",
    "libpthread",
    "libc++.so",
    "libc++_shared.so",
    "libstdc++.so",
    "libgcc_s.so",
    "ld-linux",
    "linux-gate.so",
    "[vdso]",
    "libclang_rt",
    "<unknown module>",
]);

const JAVA_PREFIX: [&str; 30] = [
    "java.lang.reflect.",
    "jdk.internal.",
    "sun.reflect.",
    "sun.misc.",
    "java.lang.Thread",
    "java.util.concurrent.",
    "java.lang.invoke.",
    "junit.",
    "org.junit.",
    "org.testng.",
    "org.hamcrest.",
    "org.apache.tools.ant.",
    "org.apache.maven.surefire.",
    "org.gradle.",
    "com.intellij.rt.",
    "org.mockito.",
    "android.os.Handler",
    "android.os.Looper",
    "android.app.ActivityThread",
    "dalvik.system.",
    "com.android.internal.os.",
    "java.security.AccessController",
    "kotlin.coroutines.",
    "kotlinx.coroutines.",
    "scala.runtime.",
    "org.codehaus.groovy.reflection.",
    "groovy.lang.",
    "java.base/",
    "com.code_intelligence.jazzer.",
    "org.assertj.",
];

const DOTNET_PREFIX: [&str; 8] = [
    "System.Runtime.",
    "System.Threading.",
    "System.Reflection.",
    "System.RuntimeMethodHandle",
    "System.RuntimeType",
    "Xunit.",
    "NUnit.",
    "Microsoft.VisualStudio.TestPlatform",
];

const GO_PREFIX: [&str; 6] =
    ["runtime.", "panic", "testing.", "reflect.", "runtime/debug.", "main.LLVMFuzzer"];

/// Wrappers that the compiler writes between Go and C: they only pass the call on.
static GO_WRAPPERS: Needles = Needles::new(&["._cgo", "._Cfunc_"]);

static PYTHON_FILES: Needles = Needles::new(&[
    "unittest/",
    "_pytest/",
    "/pluggy/",
    "importlib/_bootstrap",
    "<frozen ",
    "runpy.py",
    "concurrent/futures/",
]);

const SCRIPT_FILES: [&str; 7] = [
    "node:internal",
    "InternalBytecode.js",
    "internal/modules",
    "internal/process",
    "[native code]",
    "native",
    "<anonymous>",
];

pub(crate) fn is_runtime(language: Language, frame: &Frame) -> bool {
    match language {
        Language::Native | Language::Unknown | Language::Swift => is_native_runtime(frame),
        Language::Rust => starts(&frame.function, &RUST_PREFIX) || is_native_runtime(frame),
        Language::Kernel => starts(&frame.function, &KERNEL_PREFIX) || is_native_runtime(frame),
        Language::Java => starts(&frame.module, &JAVA_PREFIX) || frame.function.starts_with("access$"),
        Language::DotNet => starts(&frame.module, &DOTNET_PREFIX),
        Language::Go => {
            starts(&frame.function, &GO_PREFIX) && frame.module.is_empty()
                || GO_WRAPPERS.is_in(&frame.function)
        }
        Language::Python => frame.function.starts_with("abort") || PYTHON_FILES.is_in(&frame.file),
        Language::JavaScript => SCRIPT_FILES.iter().any(|p| frame.file.starts_with(p)),
        Language::Ruby => frame.file.starts_with("<internal:"),
        Language::Php => frame.function == "{main}",
    }
}

fn starts(text: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|p| text.starts_with(p))
}

fn is_native_runtime(frame: &Frame) -> bool {
    let name = frame.function.as_str();
    if !is_named(frame) {
        return name == "<unknown>" || RUNTIME_MODULES.is_in(&frame.module) || frame.module.is_empty();
    }
    let plain = name.trim_start_matches('*').trim_start_matches("IA__");
    plain.len() < 3 && !name.is_empty() && frame.file.is_empty()
        || C_EXACT.contains(&plain)
        || starts(plain, &C_PREFIX)
        || starts(plain, &C_UNDERSCORED)
        || starts(plain, &RUST_PREFIX)
        || plain.starts_with("main") && is_entry(plain)
        || CHECK_WORDS.is_in(plain)
        || CHECK_HELPERS.contains(&plain.rsplit("::").next().unwrap_or(plain))
        || RUNTIME_MODULES.begins(plain)
        || is_toolchain(&frame.file)
}

/// `main` and what starts programs; not every name that begins so.
fn is_entry(name: &str) -> bool {
    name == "main" || name.starts_with("main.") || name.starts_with("mainCRTStartup")
}

fn is_toolchain(file: &str) -> bool {
    if file.contains('\\') {
        TOOLCHAIN_PATHS.is_in(&file.replace('\\', "/"))
    } else {
        TOOLCHAIN_PATHS.is_in(file)
    }
}

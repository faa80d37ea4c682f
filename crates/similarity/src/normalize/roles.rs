//! Whose code a frame is: rules per language, and a team's own patterns before them.
//! Knows runtimes, never products.

use super::needles::Needles;
use super::runtime;
use crate::frames::{Frame, Language, Role};
use serde::{Deserialize, Serialize};

/// A glob with `*` only, matched against `module.function` and against the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(pub String);

impl Pattern {
    /// Linear in the text for each `*`.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut rest = text;
        let parts: Vec<&str> = self.0.split('*').collect();
        for (at, part) in parts.iter().enumerate() {
            let last = at + 1 == parts.len();
            if at == 0 {
                let Some(after) = rest.strip_prefix(part) else { return false };
                rest = after;
                if last {
                    return rest.is_empty();
                }
            } else if last {
                return part.is_empty() || rest.ends_with(part);
            } else {
                let Some(found) = rest.find(part) else { return false };
                rest = &rest[found + part.len()..];
            }
        }
        true
    }
}

/// What a team says about its code; checked before the rules per language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InAppRules {
    pub app: Vec<Pattern>,
    pub library: Vec<Pattern>,
}

/// The role of a frame. A sender's own `in_app` mark is kept by `structured`, not here.
pub(crate) fn role(language: Language, frame: &Frame, rules: &InAppRules) -> Role {
    if !rules.app.is_empty() || !rules.library.is_empty() {
        let name = format!("{}.{}", frame.module, frame.function);
        let hits = |patterns: &[Pattern]| patterns.iter().any(|p| p.matches(&name) || p.matches(&frame.file));
        if hits(&rules.app) {
            return Role::App;
        }
        if hits(&rules.library) {
            return Role::Library;
        }
    }
    if runtime::is_runtime(language, frame) {
        Role::Runtime
    } else if is_library(language, frame) {
        Role::Library
    } else {
        Role::App
    }
}

fn is_library(language: Language, frame: &Frame) -> bool {
    let file = frame.file.as_str();
    match language {
        Language::Python => PYTHON_LIBRARIES.is_in(file),
        Language::JavaScript => file.contains("node_modules"),
        Language::Ruby => file.contains("/gems/") || file.contains("/ruby/"),
        Language::Php => file.contains("/vendor/"),
        Language::Go => file.contains("/pkg/mod/") || file.contains("/vendor/") || is_go_standard(frame),
        Language::Java => starts(&frame.module, &JAVA_LIBRARIES),
        Language::DotNet => starts(&frame.module, &DOTNET_LIBRARIES),
        Language::Rust => file.contains("/.cargo/registry/") || file.contains("/rustc/"),
        Language::Swift => is_system_module(&frame.module) || is_apple_image(&frame.module),
        Language::Native => is_system_module(&frame.module),
        _ => false,
    }
}

static PYTHON_LIBRARIES: Needles =
    Needles::new(&["site-packages", "dist-packages", "/lib/python", "\\lib\\"]);

/// What comes with the platform: it reports the product's mistakes.
const JAVA_LIBRARIES: [&str; 10] =
    ["java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "android.", "androidx."];
const DOTNET_LIBRARIES: [&str; 2] = ["System.", "Microsoft."];

/// The top folders of Go's standard library: no module path begins so, because its first part has a dot or is the product's.
const GO_STANDARD: [&str; 33] = [
    "archive",
    "bufio",
    "bytes",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "encoding",
    "errors",
    "fmt",
    "hash",
    "html",
    "image",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "reflect",
    "regexp",
    "slices",
    "sort",
    "strconv",
    "strings",
    "sync",
    "text",
    "time",
    "unicode",
];

/// A package of the standard library, in the folder that comes with the compiler or, where paths are trimmed, in none.
fn is_go_standard(frame: &Frame) -> bool {
    let own = frame.function.split('.').next().unwrap_or("");
    let package = if frame.module.is_empty() { own.to_owned() } else { format!("{}/{own}", frame.module) };
    let first = package.split('/').next().unwrap_or("");
    if !GO_STANDARD.contains(&first) {
        return false;
    }
    let place = format!("{package}/");
    frame.file.starts_with(&place) || frame.file.contains(&format!("/src/{place}"))
}

/// Images of Apple's systems, which crash reports name without their folders.
fn is_apple_image(image: &str) -> bool {
    const FRAMEWORKS: [&str; 22] = [
        "AppKit",
        "AttributeGraph",
        "CFNetwork",
        "Combine",
        "CoreAutoLayout",
        "CoreData",
        "CoreFoundation",
        "CoreGraphics",
        "CoreLocation",
        "CoreText",
        "Foundation",
        "FrontBoardServices",
        "GraphicsServices",
        "HIToolbox",
        "JavaScriptCore",
        "QuartzCore",
        "SwiftUI",
        "SwiftUICore",
        "UIKit",
        "UIKitCore",
        "WebKit",
        "dyld",
    ];
    FRAMEWORKS.contains(&image) || image.starts_with("lib") && image.ends_with(".dylib")
}

fn starts(text: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|p| text.starts_with(p))
}

/// Shared objects that come with the system.
fn is_system_module(module: &str) -> bool {
    ["/usr/lib", "/lib/", "/lib64/", "/system/lib", "/apex/", "/System/Library/"]
        .iter()
        .any(|p| module.starts_with(p))
}

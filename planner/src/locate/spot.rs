//! A place as somebody else wrote it (a frame's file on another computer, a bundler's address, a class) as folders and a
//! name that can be looked for in a tree. Pure.

use signalbox_similarity::frames::{Frame, Language};

/// Endings of files that people write programs in, or configure them with.
const SOURCES: [&str; 74] = [
    "py",
    "pyx",
    "pxd",
    "pyi",
    "java",
    "kt",
    "kts",
    "scala",
    "groovy",
    "clj",
    "cljs",
    "js",
    "jsx",
    "mjs",
    "cjs",
    "ts",
    "tsx",
    "mts",
    "cts",
    "vue",
    "svelte",
    "go",
    "rs",
    "rb",
    "erb",
    "rake",
    "php",
    "cs",
    "fs",
    "vb",
    "cshtml",
    "swift",
    "m",
    "mm",
    "c",
    "cc",
    "cpp",
    "cxx",
    "h",
    "hh",
    "hpp",
    "hxx",
    "ex",
    "exs",
    "erl",
    "hs",
    "lua",
    "pl",
    "pm",
    "r",
    "jl",
    "dart",
    "sh",
    "bash",
    "ps1",
    "sql",
    "html",
    "htm",
    "css",
    "scss",
    "sass",
    "less",
    "xml",
    "json",
    "yaml",
    "yml",
    "toml",
    "ini",
    "cfg",
    "properties",
    "gradle",
    "proto",
    "tf",
    "rst",
];

/// What compilers make of a source, and the source's ending.
const COMPILED: [(&str, &str); 3] = [(".pyc", ".py"), (".pyo", ".py"), (".class", ".java")];

/// Folders of package managers, and the addresses of bundlers.
const INSTALLED: [&str; 5] = ["site-packages", "dist-packages", "node_modules", "vendor", "gems"];

/// Whether a name ends as source code does.
pub(crate) fn is_source(name: &str) -> bool {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let compiled = || COMPILED.iter().any(|(ending, _)| name.ends_with(ending));
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && SOURCES.contains(&ending.to_ascii_lowercase().as_str())
    }) || compiled()
}

/// The folders and the name of a path of any kind: without scheme and host, a drive's letter, `.` and `..`, a query, or
/// what a code host puts before a path.
pub(crate) fn parts_of_path(path: &str) -> Vec<&str> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let (path, has_host) = match path.split_once("://") {
        Some((scheme, rest)) => (rest, !scheme.starts_with("file")),
        None => (path, false),
    };
    let mut parts: Vec<&str> = path
        .split(['/', '\\'])
        .filter(|part| {
            !matches!(*part, "" | "." | ".." | "~") && !part.ends_with(':') && !part.contains('\0')
        })
        .collect();
    if has_host && parts.len() > 1 {
        parts.remove(0);
    }
    // What package managers put before a package: the package is known, where it lies is not.
    let installed = parts.iter().rposition(|part| INSTALLED.contains(part) || part.ends_with(".egg"));
    if let Some(at) = installed.filter(|at| parts.len() > at + 2) {
        parts.drain(..=at);
    }
    // `owner/name/blob/REF/…`
    let hosted = parts.iter().position(|part| matches!(*part, "blob" | "blame" | "raw" | "tree"));
    if let Some(at) = hosted.filter(|at| *at >= 2 && has_host && parts.len() > at + 2) {
        parts.drain(..at + 2);
    }
    parts
}

/// A frame's place in parts, or none where it has no place; with the source's name in place of the compiled one's.
pub(crate) fn parts_of_frame(language: Language, frame: &Frame) -> Vec<String> {
    let owned = |parts: Vec<&str>| parts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let file = frame.file.trim();
    if is_nowhere(file) && frame.module.is_empty() {
        return Vec::new();
    }
    if file.contains(['/', '\\']) {
        return sources(owned(parts_of_path(file)));
    }
    let mut parts = owned(packages(&frame.module));
    if is_nowhere(file) {
        return parts;
    }
    // A class's package and the file that it stands in.
    match language {
        Language::Java | Language::DotNet => {
            parts.pop();
        }
        _ => parts.clear(),
    }
    parts.push(file.to_owned());
    sources(parts)
}

fn is_nowhere(file: &str) -> bool {
    file.is_empty() || file.starts_with('<') || file == "?"
}

/// Packages and the outermost type of a qualified name.
pub(crate) fn packages(module: &str) -> Vec<&str> {
    let outer = module.split(['$', '+', '<', '`']).next().unwrap_or(module);
    let outer = outer.rsplit('/').next().unwrap_or(outer);
    outer.split(['.', '\\', ':']).filter(|part| !part.is_empty()).collect()
}

fn sources(mut parts: Vec<String>) -> Vec<String> {
    if let Some(name) = parts.last_mut() {
        for (compiled, source) in COMPILED {
            if let Some(stem) = name.strip_suffix(compiled) {
                *name = format!("{stem}{source}");
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_every_origin_become_folders_and_a_name() {
        for (path, expect) in [
            ("/srv/app/shop/cart.py", "srv/app/shop/cart.py"),
            ("webpack://shop/./src/cart.ts", "src/cart.ts"),
            ("https://cdn.example/static/js/app.js?v=3", "static/js/app.js"),
            ("C:\\build\\Shop\\Cart.cs", "build/Shop/Cart.cs"),
            ("../../etc/passwd", "etc/passwd"),
            ("https://forge.example/acme/shop/blob/1f2e/src/cart.rs", "src/cart.rs"),
        ] {
            assert_eq!(parts_of_path(path).join("/"), expect, "{path}");
        }
    }

    #[test]
    fn a_frames_place_is_its_file_or_its_class() {
        let frame = |module: &str, file: &str| Frame {
            module: module.to_owned(),
            file: file.to_owned(),
            ..Frame::default()
        };
        for (language, module, file, expect) in [
            (Language::Java, "shop.cart.Cart$Item", "Cart.java", "shop/cart/Cart.java"),
            (Language::Java, "shop.cart.Cart", "", "shop/cart/Cart"),
            (Language::Python, "", "/app/shop/cart.pyc", "app/shop/cart.py"),
            (Language::Python, "shop.cart", "<string>", "shop/cart"),
            (Language::Go, "", "cart.go", "cart.go"),
            (Language::Unknown, "", "<anonymous>", ""),
        ] {
            assert_eq!(parts_of_frame(language, &frame(module, file)).join("/"), expect, "{module} {file}");
        }
    }
}

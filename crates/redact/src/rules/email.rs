//! E-mail addresses, plain, percent-encoded and with an escaped sign.
//!
//! Must never take what only looks like one: packages (`react@18.2.0`), git remotes, frames of browsers
//! (`render@app.js:10:5`), images (`logo@2x.png`), units of systemd, the user part of a URL.

use crate::bytes::{Class, after_escape, starts_folded};
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

const EMAIL: &str = "email";
const LONGEST_LOCAL_PART: usize = 64;
const LONGEST_DOMAIN: usize = 253;
const LONGEST_USER_INFO: usize = 256;

pub(crate) const FAMILY: Family = Family {
    rules: &[Rule::generic(EMAIL, "e-mail addresses")],
    anchors: &[Anchor::exact("@", find), Anchor::exact("%40", find), Anchor::exact("\\u0040", find)],
};

/// Last parts of names that are no domains: files, units, members of objects.
#[rustfmt::skip]
const NO_DOMAINS: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "pdf", "js", "mjs", "cjs", "jsx", "ts",
    "tsx", "css", "scss", "less", "sass", "html", "htm", "json", "map", "vue", "svelte", "astro", "java",
    "kt", "kts", "scala", "rb", "go", "php", "cs", "cpp", "cc", "swift", "dart", "lua", "ex", "exs", "erl",
    "hs", "jar", "war", "aar", "tgz", "gz", "tar", "bz2", "xz", "whl", "gem", "deb", "rpm", "apk", "ipa",
    "dmg", "exe", "dll", "dylib", "wasm", "txt", "xml", "yaml", "yml", "toml", "lock", "cfg", "conf", "ini",
    "log", "sql", "bundle", "jsbundle", "hbc", "service", "socket", "timer", "mount", "slice", "scope",
    "target", "device", "swap", "automount", "shape", "dtype", "snap", "dist", "beta", "alpha", "rc", "next",
    "canary", "latest", "snapshot", "release", "final",
];

/// Two letters are a domain only if they are a country's.
const COUNTRIES: &str = "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs \
    bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi \
    fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir \
    is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn \
    mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw \
    py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm \
    tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

fn find(window: &Window<'_>, sink: &mut Sink<'_>) {
    let Some(end) = domain(window) else { return };
    let Some(start) = local_part(window) else { return };
    if !in_url(window, start) && !is_remote(window, start, end) {
        sink.take(window, EMAIL, start, end, Tail::Closed);
    }
}

/// Where the local part starts.
fn local_part(window: &Window<'_>) -> Option<usize> {
    let at = window.start;
    let run = window.run_back(Class::LOCAL_PART, at, LONGEST_LOCAL_PART + 8);
    let mut start = after_escape(window.text, run, at);
    // An escaped sign that no address has ends what came before it.
    let foreign = |place: &usize| {
        let known = [b"%2b".as_slice(), b"%2e", b"%2d", b"%5f"];
        window.byte(*place) == Some(b'%')
            && !known.iter().any(|code| starts_folded(window.text, *place, code))
    };
    if let Some(place) = (start..at).rev().find(foreign) {
        start = at.min(place + 3);
    }
    let lead =
        window.slice(start, at).iter().take_while(|byte| matches!(byte, b'.' | b'+' | b'-' | b'%')).count();
    start += lead;
    (start < at && at - start <= LONGEST_LOCAL_PART).then_some(start)
}

/// Where the domain ends.
fn domain(window: &Window<'_>) -> Option<usize> {
    let start = window.end;
    let run = window.run(Class::HOST, start, LONGEST_DOMAIN + 1);
    let double = memchr::memmem::find(window.slice(start, run), b"..").map_or(run, |place| start + place);
    let text = window.slice(start, double);
    let trimmed = text.iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
    let end = double - trimmed;
    let text = window.slice(start, end);
    let dot = memchr::memrchr(b'.', text)?;
    let top = text.get(dot + 1..)?;
    let fits = dot > 0
        && text.len() <= LONGEST_DOMAIN
        && !matches!(text.first(), Some(b'.' | b'-'))
        && !is_version(text)
        && is_top(top)
        && !matches!(window.byte(end), Some(b'_' | b'@'))
        && !is_position(window, end)
        && window.slice(end, end + 3) != b"://"
        && window.rules.marks.end_of_mark_at(window.text, run).is_none();
    fits.then_some(end)
}

fn is_top(top: &[u8]) -> bool {
    if top.len() < 2 || !top.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80) {
        return top.starts_with(b"xn--");
    }
    let known = |word: &str| top.eq_ignore_ascii_case(word.as_bytes());
    if top.len() == 2 {
        return COUNTRIES.split_ascii_whitespace().any(known);
    }
    top.len() <= 24 && !NO_DOMAINS.iter().copied().any(known)
}

/// `18.2.0`, `v1.2.3-beta.x`.
fn is_version(domain: &[u8]) -> bool {
    let number = domain.strip_prefix(b"v").unwrap_or(domain);
    let digits = Class::DIGIT.run(number, 0, 8);
    digits > 0 && number.get(digits) == Some(&b'.') && number.get(digits + 1).is_some_and(u8::is_ascii_digit)
}

/// `:10:5` behind a file.
fn is_position(window: &Window<'_>, end: usize) -> bool {
    let line = window.run(Class::DIGIT, end + 1, 8);
    window.byte(end) == Some(b':')
        && line > end + 1
        && window.byte(line) == Some(b':')
        && window.byte(line + 1).is_some_and(|byte| byte.is_ascii_digit())
}

/// Whether the address is the user part and host of a URL, which the `url` rule looks after. With a mark before it the
/// rest of a URL may be gone: then it was judged when the mark was made.
fn in_url(window: &Window<'_>, start: usize) -> bool {
    let run = window.run_back(Class::USER_INFO, start, LONGEST_USER_INFO);
    let lead = window.slice(0, run);
    let authority = lead.ends_with(b"://") || lead.ends_with(b":\\/\\/");
    let info = window.slice(run, start);
    let marked = window.rules.marks.start_of_mark_before(window.text, run).is_some()
        || window.rules.marks.next(info, 0).is_some();
    let encoded = [b"%3A%2F%2F".as_slice(), b"%3a%2f%2f"];
    authority || marked || encoded.iter().any(|code| memchr::memmem::find(info, code).is_some())
}

/// `git@host`, and `user@host:path/to` as git and scp write it.
fn is_remote(window: &Window<'_>, start: usize, end: usize) -> bool {
    let user = window.slice(start, window.start);
    if [b"git".as_slice(), b"hg", b"svn"].contains(&user) {
        return true;
    }
    if window.byte(end) != Some(b':') {
        return false;
    }
    let path_end = window.run(Class::CREDENTIAL, end + 1, 96);
    let path = window.slice(end + 1, path_end);
    // Behind a mark there may have been more of a path.
    let cut = window.rules.marks.end_of_mark_at(window.text, path_end).is_some();
    cut || (path.contains(&b'/') && !path.starts_with(b"//"))
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn addresses_go() {
        goes(
            "email",
            &[
                ("mail ada@example.com.", "mail [redacted:email]."),
                ("<ada.b+c@mail.example.co.uk>", "<[redacted:email]>"),
                ("user=ada@example.io,x", "user=[redacted:email],x"),
                ("?email=ada%40example.com&x=1", "?email=[redacted:email]&x=1"),
                ("email%3Dada%2Bb%40example.com%26x", "email%3D[redacted:email]%26x"),
                (r#"{"e":"ada\u0040example.com"}"#, r#"{"e":"[redacted:email]"}"#),
                (r"\nada@example.com\n", r"\n[redacted:email]\n"),
                ("mailto:ada@example.com?subject=x", "mailto:[redacted:email]?subject=x"),
                ("jürgen@müller.de", "[redacted:email]"),
                ("ada@example.com:25", "[redacted:email]:25"),
                ("https://h/p?e=ada@example.com", "https://h/p?e=[redacted:email]"),
                ("root@build.internal", "[redacted:email]"),
                ("a@x.com b@y.org", "[redacted:email] [redacted:email]"),
            ],
        );
    }

    #[test]
    fn look_alikes_stay() {
        stays(&[
            "react@18.2.0 npm:foo@1.2.3 lodash@npm:4.17.21 foo@1.0.0-beta.rc pkg@v1.2.3",
            "node_modules/.pnpm/react-dom@18.2.0_react@18.2.0/node_modules/react-dom/index.js",
            "/go/pkg/mod/github.com/gin-gonic/gin@v1.9.1/context.go:174",
            "git@github.com:org/repo.git",
            "deploy@host.example.com:srv/app/releases",
            "ssh://git@github.com/org/repo.git",
            "@app.route(\"/x\") @org.junit.Test @media @angular/core",
            "render@app.js:10:5 onClick@index.android.bundle:1:2 f@https://h.example/a.js:1:2",
            "logo@2x.png getty@tty1.service user@1000.service",
            "java.lang.Object@4e25154f HEAD@{1} image@sha256:abc",
            "com.example:lib:1.0@aar foo@jar",
            "a @ b @example.com",
            "https://user@host.example.com/x",
            "x@y.T w@x.shape",
            "service@host.proxy://node:9278/path",
        ]);
    }
}

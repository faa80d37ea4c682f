//! Signalbox's own tokens: `sbx_`, a role word, `_` and base62.

use crate::bytes::Class;
use crate::rules::token::varied;
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

const SIGNALBOX: &str = "signalbox-token";
const SHORTEST_SECRET: usize = 16;
const LONGEST_SECRET: usize = 512;

pub(crate) const FAMILY: Family = Family {
    rules: &[Rule::exact(SIGNALBOX, "Signalbox's own tokens: sbx_<role>_")],
    anchors: &[Anchor::exact("sbx_", find)],
};

fn find(window: &Window<'_>, sink: &mut Sink<'_>) {
    let role = window.run(Class::LOWER, window.end, 33);
    if !(1..=32).contains(&(role - window.end)) || window.byte(role) != Some(b'_') {
        return;
    }
    let start = role + 1;
    let end = window.run(Class::BASE62, start, LONGEST_SECRET);
    if end - start >= SHORTEST_SECRET && varied(window.slice(start, end)) {
        let open = end - start == LONGEST_SECRET;
        let tail = if open { Tail::While(Class::BASE62) } else { Tail::Closed };
        sink.take(window, SIGNALBOX, window.start, end, tail);
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn tokens_go() {
        goes(
            "signalbox-token",
            &[
                ("sb¦x_runner_Ab3dEf6hIj9kLmOpRsTuVw", "[redacted:signalbox-token]"),
                ("xsb¦x_run_0123456789abcdefABCDEF, next", "x[redacted:signalbox-token], next"),
            ],
        );
    }

    #[test]
    fn names_stay() {
        stays(&["sbx_worker_configurationmanager", "sbx_runner_", "sbx_Ab3dEf6hIj9kLmOpRsTuVw", "sbx__x"]);
    }
}

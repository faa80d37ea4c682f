//! JSON web tokens: `eyJ…` and at least one further part. Base64 of other JSON, such as an inline source map, has no
//! dot and stays.

use crate::bytes::Class;
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

const JWT: &str = "jwt";
const LONGEST_HEADER: usize = 1024;
const SHORTEST_HEADER: usize = 8;
const SHORTEST_PAYLOAD: usize = 6;
/// How much of the rest is looked at; whatever follows in the same alphabet goes as well.
const LOOK: usize = 512;

pub(crate) const FAMILY: Family = Family {
    rules: &[Rule::exact(JWT, "JSON web tokens, signed or encrypted")],
    anchors: &[Anchor::exact("eyJ", find)],
};

fn find(window: &Window<'_>, sink: &mut Sink<'_>) {
    if window.before(window.start) == Some(b'-') || !window.word_starts(window.start) {
        return;
    }
    let header = window.run(Class::SLUG, window.end, LONGEST_HEADER);
    if header - window.end < SHORTEST_HEADER || window.byte(header) != Some(b'.') {
        return;
    }
    let payload = window.run(Class::SLUG, header + 1, LOOK);
    // Directly encrypted tokens have an empty second part.
    let encrypted = payload == header + 1 && window.byte(payload) == Some(b'.');
    if !encrypted && payload - header <= SHORTEST_PAYLOAD {
        return;
    }
    let end = window.run(Class::DOTTED, header + 1, LOOK);
    if end - header > LOOK {
        sink.take(window, JWT, window.start, end, Tail::While(Class::DOTTED));
    } else {
        let stop = if window.before(end) == Some(b'.') { end - 1 } else { end };
        sink.take(window, JWT, window.start, stop, Tail::Closed);
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn tokens_go() {
        goes(
            "jwt",
            &[
                (
                    "ey¦JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P.",
                    "[redacted:jwt].",
                ),
                (
                    "t=ey¦JhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0lt",
                    "t=[redacted:jwt]",
                ),
                (r#"{\"x\":\"ey¦JhbGciOiJub25lIn0.eyJzdWIiOiIx\"}"#, r#"{\"x\":\"[redacted:jwt]\"}"#),
            ],
        );
    }

    #[test]
    fn a_long_token_goes_to_its_end() {
        let long = format!("x ey¦JhbGciOiJIUzI1NiJ9.{}.sig y", "Ab3d".repeat(5000));
        goes("jwt", &[(&long, "x [redacted:jwt] y")]);
    }

    #[test]
    fn other_base64_stays() {
        stays(&[
            "data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEuanMiXX0=",
            "eyJ.js",
            "heyJude.mp3 is here",
            "eyJhbGciOiJIUzI1NiJ9.map",
        ]);
    }
}

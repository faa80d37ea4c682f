//! Keys of Google, Azure and other clouds.

use crate::bytes::Class;
use crate::rules::token::Length::{AtLeast, Exactly};
use crate::rules::token::{anywhere, varied, word};
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

const GOOGLE_API: &str = "google-api-key";
const GOOGLE_OAUTH: &str = "google-oauth";
const AZURE: &str = "azure-client-secret";
const DIGITALOCEAN: &str = "digitalocean-token";
const FLY: &str = "fly-token";
const HEROKU: &str = "heroku-key";
const SUPABASE: &str = "supabase-key";
const PLANETSCALE: &str = "planetscale-token";
const DATABRICKS: &str = "databricks-token";
const NETLIFY: &str = "netlify-token";

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact(GOOGLE_API, "Google API keys: AIza"),
        Rule::exact(GOOGLE_OAUTH, "Google OAuth secrets, access and refresh tokens: GOCSPX-, ya29., 1//0"),
        Rule::exact(AZURE, "Azure client secrets"),
        Rule::exact(DIGITALOCEAN, "DigitalOcean tokens: dop_v1_, doo_v1_, dor_v1_"),
        Rule::exact(FLY, "Fly.io tokens: fo1_, fm1_, fm2_"),
        Rule::exact(HEROKU, "Heroku keys: HRKU-"),
        Rule::exact(SUPABASE, "Supabase keys: sbp_, sb_secret_"),
        Rule::exact(PLANETSCALE, "PlanetScale tokens: pscale_"),
        Rule::exact(DATABRICKS, "Databricks tokens: dapi"),
        Rule::exact(NETLIFY, "Netlify tokens: nfp_"),
    ],
    anchors: &[
        word("AIza", GOOGLE_API, Class::SLUG, AtLeast(35)),
        anywhere("GOCSPX-", GOOGLE_OAUTH, Class::SLUG, AtLeast(24)),
        word("ya29.", GOOGLE_OAUTH, Class::DOTTED, AtLeast(20)),
        word("1//0", GOOGLE_OAUTH, Class::SLUG, AtLeast(30)),
        Anchor::exact("Q~", azure),
        anywhere("dop_v1_", DIGITALOCEAN, Class::HEX, AtLeast(64)),
        anywhere("doo_v1_", DIGITALOCEAN, Class::HEX, AtLeast(64)),
        anywhere("dor_v1_", DIGITALOCEAN, Class::HEX, AtLeast(64)),
        word("fo1_", FLY, Class::SLUG, AtLeast(40)),
        word("fm1_", FLY, Class::BASE64, AtLeast(50)),
        word("fm2_", FLY, Class::BASE64, AtLeast(50)),
        anywhere("HRKU-", HEROKU, Class::SLUG, AtLeast(36)),
        word("sbp_", SUPABASE, Class::HEX, AtLeast(40)),
        anywhere("sb_secret_", SUPABASE, Class::SLUG, AtLeast(20)),
        anywhere("pscale_tkn_", PLANETSCALE, Class::DOTTED, AtLeast(30)),
        anywhere("pscale_pw_", PLANETSCALE, Class::DOTTED, AtLeast(30)),
        anywhere("pscale_oauth_", PLANETSCALE, Class::DOTTED, AtLeast(30)),
        word("dapi", DATABRICKS, Class::LOWER_HEX, Exactly(32)),
        word("nfp_", NETLIFY, Class::BASE62, AtLeast(36)),
    ],
};

/// Three characters, a digit, `Q~`, and 31 to 34 more.
fn azure(window: &Window<'_>, sink: &mut Sink<'_>) {
    let Some(start) = window.start.checked_sub(4) else { return };
    let lead = window.slice(start, window.start);
    let end = window.run(Class::CREDENTIAL, window.end, 35);
    let fits = Class::DIGIT.has(lead.last().copied().unwrap_or_default())
        && Class::CREDENTIAL.all(lead)
        && (31..=34).contains(&(end - window.end));
    if fits && window.word_starts(start) && window.word_ends(end) && varied(window.slice(window.end, end)) {
        sink.take(window, AZURE, start, end, Tail::Closed);
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn keys_go() {
        goes(
            "google-api-key",
            &[("https://maps.example/js?key=AI¦zaSyAb3dEf6hIj9kLmOpRsTuVwXyZ01234567&v=3", {
                "https://maps.example/js?key=[redacted:google-api-key]&v=3"
            })],
        );
        goes(
            "google-oauth",
            &[
                ("GOC¦SPX-Ab3dEf6hIj9kLmOpRsTuVwXyZ012", "[redacted:google-oauth]"),
                ("ya¦29.a0AfH6SMBx-Ab3dEf6hIj9kLmOpRsTuVw ok", "[redacted:google-oauth] ok"),
                ("1/¦/0gAb3dEf6hIj9kLmOpRsTuVwXyZ0123456789", "[redacted:google-oauth]"),
            ],
        );
        goes(
            "azure-client-secret",
            &[(
                "secret Ab38Q¦~Ef6hIj9kLmOpRsTuVwXyZ01234567x. bye",
                "secret [redacted:azure-client-secret] bye",
            )],
        );
        goes("databricks-token", &[("da¦pi0123456789abcdef0123456789abcdef", "[redacted:databricks-token]")]);
        goes(
            "digitalocean-token",
            &[(
                "dop_¦v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "[redacted:digitalocean-token]",
            )],
        );
    }

    #[test]
    fn look_alikes_stay() {
        stays(&["AIzaak", "1//0", "FAQ~s", "dapid0123456789abcdef0123456789abcdef", "/a/1//0/b"]);
    }
}

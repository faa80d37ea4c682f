//! Keys of PostHog and Sentry. What only writes events is public by nature and stays: `phc_…` and the public half of a
//! Sentry DSN. The secret half of an old DSN is the `url` family's.

use crate::bytes::Class;
use crate::rules::token::Length::AtLeast;
use crate::rules::token::{anywhere, word};
use crate::rules::{Family, Rule};

const POSTHOG: &str = "posthog-key";
const SENTRY: &str = "sentry-token";

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact(
            POSTHOG,
            "PostHog personal and secret keys: phx_, phs_, pha_, phr_; project keys (phc_) stay",
        ),
        Rule::exact(SENTRY, "Sentry tokens: sntrys_, sntryu_"),
    ],
    anchors: &[
        word("phx_", POSTHOG, Class::BASE62, AtLeast(20)),
        word("phs_", POSTHOG, Class::BASE62, AtLeast(20)),
        word("pha_", POSTHOG, Class::BASE62, AtLeast(20)),
        word("phr_", POSTHOG, Class::BASE62, AtLeast(20)),
        anywhere("sntrys_", SENTRY, Class::CREDENTIAL, AtLeast(32)),
        anywhere("sntryu_", SENTRY, Class::CREDENTIAL, AtLeast(32)),
    ],
};

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn private_keys_go() {
        goes(
            "posthog-key",
            &[
                ("ph¦x_Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789Ab3dEf6h", "[redacted:posthog-key]"),
                ("ph¦s_Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789", "[redacted:posthog-key]"),
            ],
        );
        goes(
            "sentry-token",
            &[("sn¦tryu_0123456789abcdef0123456789abcdef0123456789abcdef", "[redacted:sentry-token]")],
        );
    }

    #[test]
    fn public_keys_stay() {
        stays(&[
            "phc_Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789Ab3dEf6h",
            r#"{"token": "phc_Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789Ab3dEf6h"}"#,
            "api_key=phc_Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789Ab3dEf6h",
            "https://0123456789abcdef0123456789abcdef@o1.ingest.example.io/42",
            "paragraphs_Ab3dEf6hIj9kLmOpRsTu",
        ]);
    }
}

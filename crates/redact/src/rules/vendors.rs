//! Further vendors whose tokens have a known prefix: a row each.

use crate::bytes::Class;
use crate::rules::token::Length::{AtLeast, Exactly};
use crate::rules::token::{anywhere, word};
use crate::rules::{Family, Rule};

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact("age-key", "age secret keys: AGE-SECRET-KEY-1"),
        Rule::exact("atlassian-token", "Atlassian tokens: ATATT3, ATCTT3, ATBB"),
        Rule::exact("buildkite-token", "Buildkite tokens: bkua_"),
        Rule::exact("circleci-token", "CircleCI tokens: CCIPAT_, CCIPRJ_"),
        Rule::exact("contentful-token", "Contentful tokens: CFPAT-"),
        Rule::exact("doppler-token", "Doppler tokens: dp.pt., dp.st. and their kin"),
        Rule::exact("figma-token", "Figma tokens: figd_"),
        Rule::exact("grafana-token", "Grafana tokens: glsa_, glc_"),
        Rule::exact("linear-key", "Linear keys: lin_api_, lin_oauth_"),
        Rule::exact("newrelic-key", "New Relic keys: NRAK-"),
        Rule::exact("notion-token", "Notion tokens: ntn_, secret_"),
        Rule::exact("onepassword-token", "1Password service account tokens: ops_"),
        Rule::exact("openshift-token", "OpenShift tokens: sha256~"),
        Rule::exact("postman-key", "Postman keys: PMAK-"),
        Rule::exact("pulumi-token", "Pulumi tokens: pul-"),
        Rule::exact("shopify-token", "Shopify tokens: shpat_, shpca_, shppa_, shpss_"),
        Rule::exact("sourcegraph-token", "Sourcegraph tokens: sgp_"),
        Rule::exact("tailscale-key", "Tailscale keys: tskey-"),
        Rule::exact("typeform-token", "Typeform tokens: tfp_"),
        Rule::exact("vault-token", "HashiCorp Vault tokens: hvs., hvb., hvr."),
    ],
    anchors: &[
        anywhere("AGE-SECRET-KEY-1", "age-key", Class::UPPER_DIGIT, AtLeast(50)),
        anywhere("ATATT3", "atlassian-token", Class::CREDENTIAL, AtLeast(50)),
        anywhere("ATCTT3", "atlassian-token", Class::CREDENTIAL, AtLeast(50)),
        word("ATBB", "atlassian-token", Class::BASE62, Exactly(32)),
        anywhere("bkua_", "buildkite-token", Class::HEX, AtLeast(40)),
        anywhere("CCIPAT_", "circleci-token", Class::WORD, AtLeast(40)),
        anywhere("CCIPRJ_", "circleci-token", Class::WORD, AtLeast(40)),
        anywhere("CFPAT-", "contentful-token", Class::SLUG, AtLeast(40)),
        word("dp.pt.", "doppler-token", Class::DOTTED, AtLeast(40)),
        word("dp.st.", "doppler-token", Class::DOTTED, AtLeast(40)),
        word("dp.ct.", "doppler-token", Class::DOTTED, AtLeast(40)),
        word("dp.sa.", "doppler-token", Class::DOTTED, AtLeast(40)),
        word("dp.scim.", "doppler-token", Class::DOTTED, AtLeast(40)),
        word("dp.audit.", "doppler-token", Class::DOTTED, AtLeast(40)),
        word("figd_", "figma-token", Class::SLUG, AtLeast(38)),
        anywhere("glsa_", "grafana-token", Class::WORD, AtLeast(32)),
        word("glc_", "grafana-token", Class::BASE64, AtLeast(32)),
        anywhere("lin_api_", "linear-key", Class::BASE62, AtLeast(32)),
        anywhere("lin_oauth_", "linear-key", Class::BASE62, AtLeast(32)),
        anywhere("NRAK-", "newrelic-key", Class::BASE62, AtLeast(27)),
        word("ntn_", "notion-token", Class::BASE62, AtLeast(40)),
        word("secret_", "notion-token", Class::BASE62, Exactly(43)),
        word("ops_eyJ", "onepassword-token", Class::BASE64, AtLeast(60)),
        word("sha256~", "openshift-token", Class::SLUG, Exactly(43)),
        anywhere("PMAK-", "postman-key", Class::SLUG, AtLeast(50)),
        word("pul-", "pulumi-token", Class::LOWER_HEX, Exactly(40)),
        anywhere("shpat_", "shopify-token", Class::HEX, AtLeast(32)),
        anywhere("shpca_", "shopify-token", Class::HEX, AtLeast(32)),
        anywhere("shppa_", "shopify-token", Class::HEX, AtLeast(32)),
        anywhere("shpss_", "shopify-token", Class::HEX, AtLeast(32)),
        word("sgp_", "sourcegraph-token", Class::WORD, AtLeast(40)),
        anywhere("tskey-", "tailscale-key", Class::SLUG, AtLeast(20)),
        word("tfp_", "typeform-token", Class::SLUG, AtLeast(40)),
        word("hvs.", "vault-token", Class::SLUG, AtLeast(20)),
        word("hvb.", "vault-token", Class::SLUG, AtLeast(20)),
        word("hvr.", "vault-token", Class::SLUG, AtLeast(20)),
    ],
};

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    const LETTERS: &str = "Ab3dEf6hIj9kLmOpRsTuVwXyZ0Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789Ab3dEf6h";
    const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

    /// The prefix, the name, and a body of the right alphabet and length.
    fn rows() -> Vec<(&'static str, &'static str, String)> {
        let letters = |length: usize| LETTERS.get(..length).unwrap().to_owned();
        let digits = |length: usize| DIGITS.get(..length).unwrap().to_owned();
        vec![
            ("AGE-SECRET-KEY-1", "age-key", letters(58).to_uppercase()),
            ("ATATT3", "atlassian-token", letters(60)),
            ("ATBB", "atlassian-token", letters(32)),
            ("bkua_", "buildkite-token", digits(40)),
            ("CCIPAT_", "circleci-token", letters(60)),
            ("CFPAT-", "contentful-token", letters(43)),
            ("dp.st.", "doppler-token", format!("dev.{}", letters(43))),
            ("figd_", "figma-token", letters(40)),
            ("glsa_", "grafana-token", letters(41)),
            ("lin_api_", "linear-key", letters(40)),
            ("NRAK-", "newrelic-key", letters(27).to_uppercase()),
            ("ntn_", "notion-token", letters(46)),
            ("secret_", "notion-token", letters(43)),
            ("ops_eyJ", "onepassword-token", letters(66)),
            ("sha256~", "openshift-token", letters(43)),
            ("PMAK-", "postman-key", letters(59)),
            ("pul-", "pulumi-token", digits(40)),
            ("shpat_", "shopify-token", digits(32)),
            ("sgp_", "sourcegraph-token", digits(40)),
            ("tskey-", "tailscale-key", format!("auth-{}", letters(30))),
            ("tfp_", "typeform-token", letters(44)),
            ("hvs.", "vault-token", letters(24)),
        ]
    }

    #[test]
    fn every_vendor_goes() {
        for (prefix, name, body) in rows() {
            goes(name, &[(&format!("a {prefix}{body}, b"), &format!("a [redacted:{name}], b"))]);
        }
    }

    #[test]
    fn every_vendor_has_a_row() {
        let shown = rows();
        for rule in super::FAMILY.rules {
            assert!(shown.iter().any(|(_, name, _)| *name == rule.name), "{}", rule.name);
        }
    }

    #[test]
    fn look_alikes_stay() {
        stays(&[
            "secret_name_of_the_thing",
            "loops_eyJ",
            "sha256~short",
            "pul-request",
            "ntn_id",
            "image@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ]);
    }
}

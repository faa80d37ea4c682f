//! Tokens of GitHub and GitLab.

use crate::bytes::Class;
use crate::rules::token::Length::AtLeast;
use crate::rules::token::anywhere;
use crate::rules::{Family, Rule};

const GITHUB: &str = "github-token";
const GITLAB: &str = "gitlab-token";

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact(GITHUB, "GitHub tokens: ghp_, gho_, ghu_, ghr_, ghs_, github_pat_"),
        Rule::exact(GITLAB, "GitLab tokens: glpat-, gldt-, glrt-, glcbt-, glptt- and their kin"),
    ],
    anchors: &[
        anywhere("ghp_", GITHUB, Class::BASE62, AtLeast(30)),
        anywhere("gho_", GITHUB, Class::BASE62, AtLeast(30)),
        anywhere("ghu_", GITHUB, Class::BASE62, AtLeast(30)),
        anywhere("ghr_", GITHUB, Class::BASE62, AtLeast(30)),
        // Installation tokens may carry a whole JWT.
        anywhere("ghs_", GITHUB, Class::DOTTED, AtLeast(30)),
        anywhere("github_pat_", GITHUB, Class::WORD, AtLeast(30)),
        // A routable token goes on after a dot.
        anywhere("glpat-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("gldt-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glrt-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glrtr-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glcbt-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glptt-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glft-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glimt-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glagent-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glsoat-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("gloas-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("glffct-", GITLAB, Class::DOTTED, AtLeast(20)),
        anywhere("GR1348941", GITLAB, Class::SLUG, AtLeast(20)),
    ],
};

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn tokens_go() {
        goes(
            "github-token",
            &[
                ("gh¦p_16C7e42F292c6912E7710c838347Ae178B4a", "[redacted:github-token]"),
                ("x=gh¦o_16C7e42F292c6912E7710c838347Ae178B4a;", "x=[redacted:github-token];"),
                (r"a\ngh¦u_16C7e42F292c6912E7710c838347Ae178B4a\n", r"a\n[redacted:github-token]\n"),
                ("agh¦r_16C7e42F292c6912E7710c838347Ae178B4a.", "a[redacted:github-token]."),
                ("gh¦s_16C7e42F292c6912E7710c838347Ae178B4a", "[redacted:github-token]"),
                (
                    "gh¦s_123456_ey¦JhbGciOiJSUzI1NiJ9.eyJpc3MiOiI0MiJ9.Qk2_x-9aZ0 done",
                    "[redacted:github-token] done",
                ),
                (
                    "git¦hub_pat_11AAAAAAA0abcdefghijkl_ABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ0123456789abcdefghi",
                    "[redacted:github-token]",
                ),
            ],
        );
        goes(
            "gitlab-token",
            &[
                ("gl¦pat-Zx9_kQ2mT7vB4nR8sL1w", "[redacted:gitlab-token]"),
                ("gl¦pat-Zx9kQ2mT7vB4nR8sL1wpYq5cDfe.01.1a2b3c4d5. Next", "[redacted:gitlab-token]. Next"),
                ("gl¦cbt-64_Zx9kQ2mT7vB4nR8sL1wp", "[redacted:gitlab-token]"),
                ("gl¦rt-t1_Zx9kQ2mT7vB4nR8sL1wp", "[redacted:gitlab-token]"),
                ("GR13¦48941Zx9kQ2mT7vB4nR8sL1wp", "[redacted:gitlab-token]"),
            ],
        );
    }

    #[test]
    fn placeholders_and_words_stay() {
        stays(&[
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "the ghp_ prefix",
            "glpat-XXXXXXXXXXXXXXXXXXXX",
            "ghs_number_of_rows",
            "github_pat_token_value",
        ]);
    }
}

//! Skills: how a kind of job is done, in a file each (`config/skills/NAME/SKILL.md`), and which one a case asks for. Pure.

use std::sync::OnceLock;

use signalbox_domain::code::CodeFacts;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::SourceFamily;
use signalbox_similarity::frames::Language;

/// A file of instructions, in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skill {
    pub(crate) name: String,
    /// The first line: what a job of this kind is about.
    pub(crate) heading: String,
    pub(crate) how: String,
    pub(crate) fixed: String,
}

/// Why a file is no skill.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadSkill {
    #[error("expected it to begin with front matter between lines of ---")]
    FrontMatter,
    #[error("expected the key {0} in its front matter")]
    Key(&'static str),
    #[error("expected a heading {0:?}")]
    Heading(&'static str),
    #[error("its name is {0:?}, not that of its folder")]
    Name(String),
    #[error("it has {0} bytes; at most {LONGEST_OWN} are read")]
    TooLong(usize),
}

const HOW: &str = "## How to go about it";
const FIXED: &str = "## What counts as fixed";

impl Skill {
    pub(crate) fn parse(text: &str) -> Result<Self, BadSkill> {
        let rest = text.strip_prefix("---\n").ok_or(BadSkill::FrontMatter)?;
        let (front, body) = rest.split_once("\n---\n").ok_or(BadSkill::FrontMatter)?;
        let value = |key: &'static str| {
            let found = front.lines().find_map(|line| line.split_once(": ").filter(|(name, _)| *name == key));
            found.map(|(_, value)| value.trim().to_owned()).ok_or(BadSkill::Key(key))
        };
        value("description")?;
        let (head, how) = body.split_once(HOW).ok_or(BadSkill::Heading(HOW))?;
        let (how, fixed) = how.split_once(FIXED).ok_or(BadSkill::Heading(FIXED))?;
        let heading = head.trim().strip_prefix("# ").ok_or(BadSkill::Heading("# …"))?;
        Ok(Self {
            name: value("name")?,
            heading: heading.to_owned(),
            how: how.trim().to_owned(),
            fixed: fixed.trim().to_owned(),
        })
    }
}

/// The server's own; the first is for what fits nowhere else.
const FILES: [(&str, &str); 12] = [
    ("ticket", include_str!("../../../config/skills/ticket/SKILL.md")),
    ("error", include_str!("../../../config/skills/error/SKILL.md")),
    ("native-crash", include_str!("../../../config/skills/native-crash/SKILL.md")),
    ("rage-click", include_str!("../../../config/skills/rage-click/SKILL.md")),
    ("dead-click", include_str!("../../../config/skills/dead-click/SKILL.md")),
    ("session-problem", include_str!("../../../config/skills/session-problem/SKILL.md")),
    ("funnel-drop", include_str!("../../../config/skills/funnel-drop/SKILL.md")),
    ("metric-anomaly", include_str!("../../../config/skills/metric-anomaly/SKILL.md")),
    ("experiment", include_str!("../../../config/skills/experiment/SKILL.md")),
    ("alert", include_str!("../../../config/skills/alert/SKILL.md")),
    ("dependency", include_str!("../../../config/skills/dependency/SKILL.md")),
    ("ci-failure", include_str!("../../../config/skills/ci-failure/SKILL.md")),
];

/// The server's own skill of that name.
pub(crate) fn skill(name: &str) -> &'static Skill {
    static SKILLS: OnceLock<Vec<Skill>> = OnceLock::new();
    let parse = |(_, text): (&str, &str)| {
        #[expect(clippy::expect_used, reason = "files of this build, each read by a test")]
        Skill::parse(text).expect("a skill of this build is one")
    };
    let skills = SKILLS.get_or_init(|| FILES.into_iter().map(parse).collect());
    skills.iter().find(|skill| skill.name == name).unwrap_or(&skills[0])
}

/// A skill, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) skill: Skill,
    pub(crate) from: Provenance,
    /// Why the repository's own is not taken, where it has one.
    pub(crate) refused: Option<BadSkill>,
}

/// Letters of a repository's own skill.
const LONGEST_OWN: usize = 16 << 10;

/// The repository's own, where it has one that can be read; else the house's.
pub(crate) fn chosen(name: &str, code: Option<&CodeFacts>) -> Chosen {
    let house = |refused| Chosen { skill: skill(name).clone(), from: Provenance::Person, refused };
    match code.and_then(|facts| facts.skill.as_deref()) {
        None => house(None),
        Some(text) if text.len() > LONGEST_OWN => house(Some(BadSkill::TooLong(text.len()))),
        Some(text) => match Skill::parse(&text.replace("\r\n", "\n")) {
            Ok(skill) if skill.name == name => Chosen { skill, from: Provenance::Repository, refused: None },
            Ok(other) => house(Some(BadSkill::Name(other.name))),
            Err(why) => house(Some(why)),
        },
    }
}

/// Which job a signal asks for, by its source, its kind and the language of its stack.
pub(crate) fn name_for(family: SourceFamily, kind: &str, language: Language) -> &'static str {
    let has = |word: &str| kind.contains(word);
    let is_native = matches!(language, Language::Native | Language::Kernel | Language::Swift);
    match family {
        _ if has("rage") && has("click") => "rage-click",
        _ if has("dead") && has("click") => "dead-click",
        SourceFamily::ErrorTracking | SourceFamily::Logs if is_native || has("crash") => "native-crash",
        SourceFamily::ErrorTracking | SourceFamily::Logs => "error",
        SourceFamily::SessionReplay => "session-problem",
        SourceFamily::ProductAnalytics | SourceFamily::WebAnalytics if has("funnel") => "funnel-drop",
        SourceFamily::ProductAnalytics | SourceFamily::WebAnalytics => "metric-anomaly",
        SourceFamily::Experiments => "experiment",
        SourceFamily::Alerts => "alert",
        SourceFamily::Ci => "ci-failure",
        SourceFamily::Dependency => "dependency",
        SourceFamily::Support | SourceFamily::Custom => "ticket",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_skill_of_its_name() {
        for (name, text) in FILES {
            let read = Skill::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(read.name, name);
            assert!(!read.how.is_empty() && !read.fixed.is_empty(), "{name}");
            assert_eq!(skill(name), &read);
        }
        assert_eq!(skill("none such").name, "ticket");
    }

    #[test]
    fn a_file_that_is_no_skill_says_what_is_missing() {
        let good = FILES[0].1;
        for (text, why) in [
            (good.replacen("---", "--", 1), BadSkill::FrontMatter),
            (good.replace("name:", "nom:"), BadSkill::Key("name")),
            (good.replace("description:", "text:"), BadSkill::Key("description")),
            (good.replace("## How", "## Why"), BadSkill::Heading(HOW)),
            (good.replace("## What counts", "## What"), BadSkill::Heading(FIXED)),
        ] {
            assert_eq!(Skill::parse(&text), Err(why));
        }
    }

    #[test]
    fn a_job_is_told_by_source_kind_and_language() {
        use SourceFamily as F;
        for (family, kind, language, name) in [
            (F::ErrorTracking, "exception", Language::Python, "error"),
            (F::ErrorTracking, "exception", Language::Native, "native-crash"),
            (F::ProductAnalytics, "rageclick", Language::Unknown, "rage-click"),
            (F::SessionReplay, "dead_click", Language::Unknown, "dead-click"),
            (F::SessionReplay, "session_problem", Language::Unknown, "session-problem"),
            (F::ProductAnalytics, "funnel_drop", Language::Unknown, "funnel-drop"),
            (F::WebAnalytics, "traffic", Language::Unknown, "metric-anomaly"),
            (F::Experiments, "significant", Language::Unknown, "experiment"),
            (F::Alerts, "alert", Language::Unknown, "alert"),
            (F::Ci, "workflow_run", Language::Java, "ci-failure"),
            (F::Dependency, "dependabot_alert", Language::Unknown, "dependency"),
            (F::Support, "feedback", Language::Unknown, "ticket"),
        ] {
            assert_eq!(name_for(family, kind, language), name, "{family} {kind}");
        }
    }
}

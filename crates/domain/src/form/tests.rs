//! Every kept noun has a sample a version; each sample still reads, and writes itself again letter for letter.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::{
    access, automation, case, case_move, change, code, context, delivery, job, outcome, plan, policy,
    project, record, release, ruling, run, signal, suppression, task, verification, workspace,
};

type Rewrite = fn(&str) -> Result<String, FormError>;

fn rewrite<T: Form>(text: &str) -> Result<String, FormError> {
    to_form(&from_form::<T>(text)?)
}

fn entry<T: Form>() -> (&'static str, u16, Rewrite) {
    (T::NAME, T::VERSION, rewrite::<T>)
}

fn forms() -> Vec<(&'static str, u16, Rewrite)> {
    vec![
        entry::<access::Scope>(),
        entry::<access::Token>(),
        entry::<automation::Automation>(),
        entry::<automation::Firing>(),
        entry::<case::Case>(),
        entry::<case::Score>(),
        entry::<case_move::CaseMove>(),
        entry::<change::Change>(),
        entry::<code::CodeFacts>(),
        entry::<context::Context>(),
        entry::<crate::decision::Decision>(),
        entry::<delivery::Delivery>(),
        entry::<job::Job>(),
        entry::<job::LeasedRun>(),
        entry::<job::RunReport>(),
        entry::<outcome::Outcome>(),
        entry::<plan::PlanSummary>(),
        entry::<policy::Policy>(),
        entry::<project::Person>(),
        entry::<project::Project>(),
        entry::<project::Repository>(),
        entry::<record::RecordOrigin>(),
        entry::<release::Deploy>(),
        entry::<release::Release>(),
        entry::<ruling::Ruling>(),
        entry::<run::Run>(),
        entry::<run::RunNote>(),
        entry::<run::Runner>(),
        entry::<signal::Sample>(),
        entry::<Vec<signal::Sample>>(),
        entry::<signal::Signal>(),
        entry::<suppression::SuppressionRule>(),
        entry::<Vec<change::TouchedLines>>(),
        entry::<task::Intent>(),
        entry::<Vec<task::Mode>>(),
        entry::<task::Origin>(),
        entry::<task::Task>(),
        entry::<verification::Verification>(),
        entry::<workspace::Environment>(),
        entry::<workspace::Skill>(),
        entry::<workspace::Tool>(),
    ]
}

fn samples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

#[test]
fn every_version_of_every_form_has_a_sample_that_reads() {
    for (name, newest, rewrite) in forms() {
        for version in 1..=newest {
            let path = samples().join(format!("{name}.v{version}.json"));
            let text =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let written = rewrite(&text).unwrap_or_else(|error| panic!("{name} v{version}: {error:?}"));
            if version == newest {
                assert_eq!(written, text.trim_end(), "{name} v{version}");
            }
        }
    }
}

#[test]
fn every_sample_belongs_to_a_form() {
    let known: BTreeSet<String> = forms()
        .into_iter()
        .flat_map(|(name, newest, _)| (1..=newest).map(move |version| format!("{name}.v{version}.json")))
        .collect();
    let found: BTreeSet<String> = fs::read_dir(samples())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, known);
}

#[test]
fn a_newer_version_is_refused_by_name() {
    let text = r#"{"form":"policy","version":9,"body":{}}"#;
    let error = from_form::<policy::Policy>(text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this policy was written in version 9, which this program does not know (newest: 1)"
    );
}

#[test]
fn another_noun_is_refused_by_name() {
    let text = fs::read_to_string(samples().join("project.v1.json")).unwrap();
    let error = from_form::<policy::Policy>(&text).unwrap_err();
    assert_eq!(error.to_string(), "expected a kept policy, found a \"project\"");
}

#[test]
fn what_is_no_json_is_an_error_and_no_more() {
    assert!(matches!(from_form::<policy::Policy>("{\"form\""), Err(FormError::Json { .. })));
}

//! deny.toml of this house against metadata with one thing wrong at a time.

use cargo_metadata::MetadataCommand;

use super::*;

fn real() -> (Metadata, Page) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut command = MetadataCommand::new();
    let metadata =
        command.cargo_path(env!("CARGO")).manifest_path(format!("{root}/Cargo.toml")).exec().unwrap();
    (metadata, page::read(&std::fs::read_to_string(format!("{root}/deny.toml")).unwrap()).unwrap())
}

/// Spoils the package `serde` (any outside one would do) and expects exactly this finding about it.
#[track_caller]
fn finds(spoil: impl FnOnce(&mut Package), expect: &str) {
    let (mut metadata, page) = real();
    let package = metadata.packages.iter_mut().find(|package| package.name == "serde").unwrap();
    spoil(package);
    let version = package.version.to_string();
    let findings = check(&metadata, &page).unwrap();
    assert_eq!(findings, [format!("serde {version}: {expect}")]);
}

#[test]
fn this_workspace_is_within_its_own_page() {
    let (metadata, page) = real();
    assert_eq!(check(&metadata, &page).unwrap(), Vec::<String>::new());
    assert!(metadata.packages.len() > 20);
}

#[test]
fn a_licence_must_be_allowed_in_at_least_one_way() {
    finds(
        |package| package.license = Some("GPL-3.0-only".to_owned()),
        "its licence “GPL-3.0-only” is not allowed",
    );
    finds(
        |package| package.license = Some("MIT AND GPL-3.0-only".to_owned()),
        "its licence “MIT AND GPL-3.0-only” is not allowed",
    );
    finds(|package| package.license = None, "names no licence");
    let (mut metadata, page) = real();
    for licence in ["MIT OR GPL-3.0-only", "MIT/Apache-2.0", "Apache-2.0 WITH LLVM-exception"] {
        metadata.packages[0].license = Some(licence.to_owned());
        assert_eq!(check(&metadata, &page).unwrap(), Vec::<String>::new(), "{licence}");
    }
}

#[test]
fn an_exception_is_for_one_package() {
    let (mut metadata, mut page) = real();
    for package in
        metadata.packages.iter_mut().filter(|package| ["serde", "anyhow"].contains(&package.name.as_str()))
    {
        package.license = Some("MPL-2.0".to_owned());
    }
    page.licenses.exceptions =
        vec![page::Exception { package: "serde".to_owned(), allow: vec!["MPL-2.0".to_owned()] }];
    let findings = check(&metadata, &page).unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].starts_with("anyhow "), "{findings:?}");
}

#[test]
fn a_source_must_be_known() {
    let from = |source: &'static str| {
        move |package: &mut Package| {
            package.source = Some(
                serde::Deserialize::deserialize(
                    serde::de::value::StrDeserializer::<serde::de::value::Error>::new(source),
                )
                .unwrap(),
            );
        }
    };
    finds(
        from("registry+https://elsewhere.example/index"),
        "unknown source registry https://elsewhere.example/index",
    );
    finds(from("git+https://forge.example/serde?rev=1#2"), "unknown source git https://forge.example/serde");
    finds(from("sparse+https://elsewhere.example/"), "unknown source sparse+https://elsewhere.example/");
}

#[test]
fn a_ban_gives_its_reason() {
    let (metadata, mut page) = real();
    page.bans.deny.push(page::Ban { package: "serde".to_owned(), reason: "for this test".to_owned() });
    let findings = check(&metadata, &page).unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].starts_with("serde ") && findings[0].ends_with(": banned: for this test"),
        "{findings:?}"
    );
}

#[test]
fn a_member_chooses_its_versions() {
    let (mut metadata, page) = real();
    let member = metadata.packages.iter_mut().find(|package| package.name == "signalbox-domain").unwrap();
    member.dependencies[0].req = cargo_metadata::semver::VersionReq::STAR;
    let findings = check(&metadata, &page).unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].contains("depends on any version of"), "{findings:?}");
}

#[test]
fn a_key_that_is_not_understood_is_refused() {
    let good = include_str!("../../../deny.toml");
    let refusal = page::read(&good.replace("[bans]", "[bans]\nskip = []")).unwrap_err();
    assert!(format!("{refusal:#}").contains("unknown field `skip`"), "{refusal:#}");
    let refusal = page::read(&good.replace("unknown-git = \"deny\"", "unknown-git = \"allow\"")).unwrap_err();
    assert!(refusal.to_string().contains("unknown-git"), "{refusal}");
}

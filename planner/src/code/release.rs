//! Which commit a release is: by the digits that it ends with, or by a tag that is called as it is.

use signalbox_domain::code::CommitOf;
use signalbox_domain::project::Repository;
use signalbox_store::planner::PlanSignal;
use signalbox_workspace::{CommitId, Repository as Bare, WorkspaceError};

/// Releases of a case that are looked for.
const MOST_RELEASES: usize = 3;

/// The commit of a release that the records name, or else the newest of the default branch.
pub(super) async fn commit_of(
    bare: &Bare,
    repository: &Repository,
    read: &[&PlanSignal],
) -> Result<(CommitId, CommitOf), WorkspaceError> {
    let releases =
        read.iter().flat_map(|signal| &signal.samples).filter_map(|sample| sample.release.as_ref());
    let mut looked: Vec<&str> = Vec::new();
    for release in releases {
        let release = release.value.as_str();
        if looked.contains(&release) || looked.len() >= MOST_RELEASES {
            continue;
        }
        looked.push(release);
        let digits = release.rsplit(['@', '+', '-', ':']).next().unwrap_or_default();
        if let Some(commit) = bare.commit_named(digits).await? {
            return Ok((commit, CommitOf::Release));
        }
        if let Some(commit) = bare.release_named(&tags(release, repository.name.as_str())).await? {
            return Ok((commit, CommitOf::ReleaseTag));
        }
    }
    Ok((bare.head_of(repository.default_branch.as_str()).await?, CommitOf::DefaultBranch))
}

/// What the tag of a release may be called, the likeliest first: `shop@1.2.3` is `v1.2.3` as often as it is `1.2.3`.
fn tags(release: &str, repository: &str) -> Vec<String> {
    let name = repository.rsplit('/').next().unwrap_or(repository);
    let version = release.rsplit('@').next().unwrap_or(release);
    let plain = version.split('+').next().unwrap_or(version);
    let bare = plain.strip_prefix('v').unwrap_or(plain);
    let mut tags = vec![release.to_owned()];
    for version in [version, plain, bare] {
        let more = [
            version.to_owned(),
            format!("v{version}"),
            format!("release-{version}"),
            format!("release/{version}"),
            format!("{name}-{version}"),
            format!("{name}-v{version}"),
            format!("{name}@{version}"),
        ];
        tags.extend(more);
    }
    let mut seen = std::collections::BTreeSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_looked_for_under_the_names_that_tags_have() {
        for (release, tag) in [
            ("1.2.3", "v1.2.3"),
            ("shop@1.2.3", "shop-1.2.3"),
            ("shop@1.2.3+45", "1.2.3"),
            ("v1.2.3", "1.2.3"),
            ("com.acme.shop@1.2.3", "release/1.2.3"),
        ] {
            let tags = tags(release, "acme/shop");
            assert!(tags.iter().any(|one| one == tag), "{release}: {tags:?}");
            assert_eq!(tags[0], release, "as it is first");
        }
    }
}

//! `signalbox project add|list|keys`, `signalbox repository add|list`.

use std::path::Path;

use serde_json::json;
use signalbox_control::views::{KeyLine, Listing, NewProject, NewRepository};
use signalbox_domain::names::ProjectName;
use signalbox_domain::project::{Project, Repository};
use signalbox_domain::project_key::PublicKey;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::Face;
use crate::cli::{ProjectCommand, Projects, Repositories, RepositoryCommand};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Table, list, plain};

pub(crate) async fn projects(projects: &Projects, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&projects.ask, settings).await?;
    let done = match &projects.command {
        ProjectCommand::Add { name } => {
            let told = face.client.post("/projects", &NewProject { name: name.clone() }).await;
            told.and_then(|told| {
                face.show(&told, |project: &Project, _| format!("{} {}", project.id, project.name))
            })
        }
        ProjectCommand::List => {
            let told = face.client.get("/projects").await;
            told.and_then(|told| face.show(&told, project_lines))
        }
        ProjectCommand::Keys { name, new, remove } => keys(&face, name, *new, remove.as_ref()).await,
    };
    face.close(done).await
}

/// Shows the keys of a project as they are afterwards.
async fn keys(face: &Face, name: &ProjectName, new: bool, remove: Option<&PublicKey>) -> Result<(), Failure> {
    let path = format!("/projects/{name}/keys");
    if let Some(key) = remove {
        face.client.post(&format!("{path}/{key}/remove"), &json!({})).await?;
    }
    let mut told = face.client.get(&path).await?;
    let is_first = remove.is_none() && told.read::<Listing<KeyLine>>()?.items.is_empty();
    if new || is_first {
        face.client.post(&path, &json!({})).await?;
        told = face.client.get(&path).await?;
    }
    face.show(&told, key_lines)
}

fn key_lines(listing: &Listing<KeyLine>, _now: Timestamp) -> String {
    if listing.items.is_empty() {
        return "no keys: SDKs cannot send to this project".to_owned();
    }
    let lines = |key: &KeyLine| {
        format!(
            "Sentry   {}\nPostHog  host {}  key {}",
            plain(&key.sentry_dsn),
            plain(&key.posthog_host),
            key.key
        )
    };
    listing.items.iter().map(lines).collect::<Vec<_>>().join("\n\n")
}

fn project_lines(listing: &Listing<Project>, _now: Timestamp) -> String {
    let mut table = Table::new(["PROJECT", "ID"]);
    for project in &listing.items {
        table.row(&[project.name.to_string(), project.id.to_string()]);
    }
    list(&table, "no projects yet: signalbox project add NAME", listing.next.as_deref())
}

pub(crate) async fn repositories(wanted: &Repositories, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&wanted.ask, settings).await?;
    let done = match &wanted.command {
        RepositoryCommand::Add { name, location, project, branch } => {
            let new = NewRepository {
                name: name.clone(),
                location: whole(location),
                default_branch: branch.clone(),
            };
            let told = face.client.post(&format!("/projects/{project}/repositories"), &new).await;
            told.and_then(|told| {
                face.show(&told, |found: &Repository, _| {
                    format!("{} {} at {}", found.id, found.name, plain(&found.location))
                })
            })
        }
        RepositoryCommand::List { project } => {
            let told = face.client.get(&format!("/projects/{project}/repositories")).await;
            told.and_then(|told| face.show(&told, repository_lines))
        }
    };
    face.close(done).await
}

fn repository_lines(listing: &Listing<Repository>, _now: Timestamp) -> String {
    let mut table = Table::new(["REPOSITORY", "BRANCH", "LOCATION"]);
    for repository in &listing.items {
        let location = repository.location.clone();
        table.row(&[repository.name.to_string(), repository.default_branch.clone(), location]);
    }
    list(
        &table,
        "no repositories yet: signalbox repository add NAME LOCATION --project NAME",
        listing.next.as_deref(),
    )
}

/// A folder of this computer by its whole name: a relative one would mean something else to a server.
fn whole(location: &str) -> String {
    let found = Path::new(location).is_dir().then(|| std::fs::canonicalize(location).ok()).flatten();
    found.and_then(|path| path.to_str().map(str::to_owned)).unwrap_or_else(|| location.to_owned())
}

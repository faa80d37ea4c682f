//! The workspace that a chore works on: its root, its cargo, its metadata. Made once by `main`, read by every chore.
//!
//! It must not assume where it stands: everything comes from `cargo metadata` of the current directory.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use cargo_metadata::{Metadata, MetadataCommand, Package};

#[derive(Debug)]
pub struct House {
    pub root: PathBuf,
    pub metadata: Metadata,
}

impl House {
    /// The workspace around the current directory.
    pub fn find() -> anyhow::Result<Self> {
        let metadata =
            MetadataCommand::new().cargo_path(cargo_path()).exec().context("reading `cargo metadata`")?;
        let root = metadata.workspace_root.clone().into_std_path_buf();
        Ok(Self { root, metadata })
    }

    /// A cargo command at the root.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(cargo_path());
        command.current_dir(&self.root);
        command
    }

    /// A git command at the root.
    pub fn git(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.root);
        command
    }

    /// A member by its name; a chore that needs it fails by that name.
    pub fn member(&self, name: &str) -> anyhow::Result<&Package> {
        self.metadata
            .workspace_packages()
            .into_iter()
            .find(|package| package.name == name)
            .with_context(|| format!("{name} is not a member of this workspace"))
    }

    pub fn file(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }
}

/// The cargo that runs this chore, so that steps use the same toolchain.
pub fn cargo_path() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

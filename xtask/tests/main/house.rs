//! A small workspace in a temporary folder, and the command run inside it. Called by the tests beside it.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

pub(crate) struct House {
    folder: TempDir,
}

/// How a command ended.
pub(crate) struct End {
    pub(crate) succeeded: bool,
    pub(crate) said: String,
    pub(crate) complained: String,
}

impl House {
    /// A workspace with these crates, each with the dependency sections given.
    pub(crate) fn new(crates: &[(&str, &str)]) -> Self {
        let house = Self { folder: tempfile::tempdir().unwrap() };
        house.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\nexclude = [\"outside\"]\n",
        );
        house.write(".gitignore", "/target\n");
        for (name, dependencies) in crates {
            house.depend(name, dependencies);
            house.write(&format!("crates/{name}/src/lib.rs"), "//! A room.\n");
        }
        house
    }

    /// Writes the manifest of `signalbox-<name>`.
    pub(crate) fn depend(&self, name: &str, dependencies: &str) {
        let package =
            format!("[package]\nname = \"signalbox-{name}\"\nedition = \"2024\"\n\n{dependencies}\n");
        self.write(&format!("crates/{name}/Cargo.toml"), &package);
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let file = self.folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn xtask(&self, words: &[&str]) -> End {
        self.xtask_with(words, &[])
    }

    /// With these variables on top of the test's own environment.
    pub(crate) fn xtask_with(&self, words: &[&str], variables: &[(&str, &str)]) -> End {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(words).current_dir(self.path()).env("CARGO_TARGET_DIR", self.path().join("target"));
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        End { succeeded: output.status.success(), said: text(output.stdout), complained: text(output.stderr) }
    }
}

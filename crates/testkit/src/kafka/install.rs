//! Where Kafka's jars and a Java to run them are.
//!
//! `KAFKA_HOME` names a distribution (`libs/*.jar`) or a folder that ./test filled (`lib/*.jar`). Otherwise
//! the cache is looked at, which counts only when it holds the very list of jars (`deploy/dev/kafka/pom.xml`)
//! that this build knows.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const POM: &str = include_str!("../../../../deploy/dev/kafka/pom.xml");
const OLDEST_JAVA: u32 = 17;

/// Kafka was not found.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    #[error("KAFKA_HOME is {}, which has no kafka-clients jar in libs or lib", .0.display())]
    Named(PathBuf),
    #[error("no Kafka {version} in {}", cache.display())]
    NotCached { version: String, cache: PathBuf },
    #[error("no cache folder: neither XDG_CACHE_HOME nor HOME is set")]
    NoCache,
    #[error("no java: {program} does not run")]
    NoJava { program: String },
    #[error("{program} is Java {found}; Kafka needs {OLDEST_JAVA} or newer")]
    OldJava { program: String, found: String },
}

/// A Java and the jars.
#[derive(Debug, Clone)]
pub struct Install {
    java: PathBuf,
    jars: PathBuf,
}

impl Install {
    /// Finds Kafka.
    ///
    /// # Errors
    /// When the jars or a fitting Java are not on this machine.
    pub fn find() -> Result<Self, Missing> {
        let jars = match std::env::var_os("KAFKA_HOME") {
            Some(home) => named_jars(&PathBuf::from(home))?,
            None => cached_jars(&cache_folder()?)?,
        };
        Ok(Self { java: find_java()?, jars })
    }

    /// A command line of one of Kafka's programs, up to its class.
    pub(super) fn program(&self, options: &[&str], class: &str) -> Command {
        let mut command = Command::new(&self.java);
        // Without the first, a killed JVM leaves a file in a folder that all runs share.
        command.args(["-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]).args(options);
        let mut classpath = OsString::from(&self.jars);
        classpath.push("/*");
        command.arg("-cp").arg(classpath).arg(class);
        command
    }
}

fn named_jars(home: &Path) -> Result<PathBuf, Missing> {
    ["libs", "lib"]
        .into_iter()
        .map(|name| home.join(name))
        .find(|folder| has_kafka(folder))
        .ok_or_else(|| Missing::Named(home.to_owned()))
}

fn has_kafka(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.any(|entry| {
            entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("kafka-clients-"))
        })
    })
}

fn cache_folder() -> Result<PathBuf, Missing> {
    let not_empty = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = not_empty("XDG_CACHE_HOME").or_else(|| not_empty("HOME").map(|home| home.join(".cache")));
    Ok(caches.ok_or(Missing::NoCache)?.join("signalbox").join(format!("kafka-{}", version(POM))))
}

/// The folder appears whole, by a rename, with the list that it was made from.
fn cached_jars(cache: &Path) -> Result<PathBuf, Missing> {
    let made_from = std::fs::read_to_string(cache.join("pom.xml"));
    if made_from.is_ok_and(|pom| pom == POM) {
        return Ok(cache.join("lib"));
    }
    Err(Missing::NotCached { version: version(POM).to_owned(), cache: cache.to_owned() })
}

fn version(pom: &str) -> &str {
    let after = pom.split_once("<kafka.version>").map_or("", |(_, after)| after);
    after.split_once('<').map_or("unknown", |(version, _)| version)
}

fn find_java() -> Result<PathBuf, Missing> {
    let home = std::env::var_os("JAVA_HOME").filter(|home| !home.is_empty());
    let java = home.map_or_else(|| PathBuf::from("java"), |home| PathBuf::from(home).join("bin/java"));
    let program = java.display().to_string();
    let Ok(output) = Command::new(&java).args(["-XX:-UsePerfData", "-version"]).output() else {
        return Err(Missing::NoJava { program });
    };
    let said = String::from_utf8_lossy(&output.stderr);
    match java_version(&said) {
        Some(found) if found >= OLDEST_JAVA => Ok(java),
        Some(found) => Err(Missing::OldJava { program, found: found.to_string() }),
        None => Err(Missing::NoJava { program }),
    }
}

/// `openjdk version "17.0.15" …`, `openjdk version "21" …`; before 9 it was `java version "1.8.0_292"`.
fn java_version(said: &str) -> Option<u32> {
    let (_, quoted) = said.split_once("version \"")?;
    let (version, _) = quoted.split_once('"')?;
    let mut numbers = version.split(['.', '-', '_', '+']).map(str::parse::<u32>);
    match numbers.next()?.ok()? {
        1 => numbers.next()?.ok(),
        newer => Some(newer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pom_names_the_version() {
        assert_eq!(version(POM), "4.3.0");
        assert_eq!(version("<project/>"), "unknown");
    }

    #[test]
    fn java_numbers_its_versions_in_two_ways() {
        assert_eq!(java_version("openjdk version \"17.0.15\" 2025-04-15\n…"), Some(17));
        assert_eq!(java_version("Picked up X: y\nopenjdk version \"21\" 2023"), Some(21));
        assert_eq!(java_version("java version \"1.8.0_292\""), Some(8));
        assert_eq!(java_version("openjdk version \"25-ea\" 2025"), Some(25));
        assert_eq!(java_version("command not found"), None);
    }

    #[test]
    fn a_cache_made_from_another_list_does_not_count() {
        let nest = crate::process::Nest::new().unwrap();
        std::fs::create_dir(nest.folder().join("lib")).unwrap();
        assert!(cached_jars(nest.folder()).is_err());
        nest.write("pom.xml", "<project/>").unwrap();
        assert!(cached_jars(nest.folder()).is_err());
        nest.write("pom.xml", POM).unwrap();
        assert_eq!(cached_jars(nest.folder()).unwrap(), nest.folder().join("lib"));
    }
}

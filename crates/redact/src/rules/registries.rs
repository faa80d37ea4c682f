//! Tokens of package registries.

use crate::bytes::Class;
use crate::rules::token::Length::{AtLeast, Exactly};
use crate::rules::token::{anywhere, word};
use crate::rules::{Family, Rule};

const NPM: &str = "npm-token";
const PYPI: &str = "pypi-token";
const RUBYGEMS: &str = "rubygems-key";
const CRATES: &str = "crates-io-token";
const NUGET: &str = "nuget-key";
const DOCKER: &str = "docker-token";

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact(NPM, "npm tokens: npm_"),
        Rule::exact(PYPI, "PyPI tokens: pypi-AgE"),
        Rule::exact(RUBYGEMS, "RubyGems keys: rubygems_"),
        Rule::exact(CRATES, "crates.io tokens: cio"),
        Rule::exact(NUGET, "NuGet keys: oy2"),
        Rule::exact(DOCKER, "Docker tokens: dckr_pat_, dckr_oat_"),
    ],
    anchors: &[
        anywhere("npm_", NPM, Class::BASE62, AtLeast(36)),
        anywhere("pypi-AgE", PYPI, Class::SLUG, AtLeast(40)),
        anywhere("rubygems_", RUBYGEMS, Class::HEX, AtLeast(48)),
        word("cio", CRATES, Class::BASE62, Exactly(32)),
        word("oy2", NUGET, Class::BASE62, Exactly(43)),
        anywhere("dckr_pat_", DOCKER, Class::SLUG, AtLeast(20)),
        anywhere("dckr_oat_", DOCKER, Class::SLUG, AtLeast(20)),
    ],
};

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn tokens_go() {
        goes(
            "npm-token",
            &[(
                "//registry.example/:_authToken=np¦m_Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789a",
                "//registry.example/:_authToken=[redacted:npm-token]",
            )],
        );
        goes(
            "pypi-token",
            &[("py¦pi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAw", "[redacted:pypi-token]")],
        );
        goes("crates-io-token", &[("c¦ioAb3dEf6hIj9kLmOpRsTuVwXyZ0123456", "[redacted:crates-io-token]")]);
        goes("docker-token", &[("dck¦r_pat_Ab3dEf6hIj9kLm-OpRsTuVwXyZ0", "[redacted:docker-token]")]);
    }

    #[test]
    fn names_stay() {
        stays(&["npm_lifecycle_event=build", "npm_package_version", "ciochrome", "pypi-AgEnt", "precious"]);
    }
}

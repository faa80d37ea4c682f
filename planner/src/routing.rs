//! Where services, routes and packages live, as the settings say it: told by people, so it comes before what is guessed from
//! names. Pure.

use serde::{Deserialize, Serialize};
use signalbox_domain::names::RepositoryName;
use signalbox_domain::signal::Sample;
use signalbox_store::planner::PlanSignal;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoutingConfig {
    pub services: Vec<ServiceAt>,
    pub routes: Vec<RouteAt>,
    pub packages: Vec<PackageAt>,
}

/// A service by the name that its records bear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceAt {
    pub service: String,
    pub repository: RepositoryName,
}

/// A route with all below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteAt {
    pub prefix: String,
    pub repository: RepositoryName,
}

/// A package or module with all below it, as frames write it: `com.acme.cart`, `acme_cart`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageAt {
    pub prefix: String,
    pub repository: RepositoryName,
}

/// What records call the service that they come from.
const SERVICE_NAMES: [&str; 4] = ["service", "service.name", "service_name", "$service"];

/// The one repository that the settings say, and by which word; none where they say none, or several.
pub(crate) fn mapped<'a>(
    read: &[&PlanSignal],
    config: &'a RoutingConfig,
) -> Option<(&'a RepositoryName, String)> {
    let samples = || read.iter().flat_map(|signal| &signal.samples);
    let mut found: Vec<(&RepositoryName, String)> = Vec::new();
    for at in &config.services {
        if samples().any(|sample| is_of(sample, &at.service)) {
            found.push((&at.repository, format!("the service {}", at.service)));
        }
    }
    for at in &config.packages {
        if samples().any(|sample| calls(sample, &at.prefix)) {
            found.push((&at.repository, format!("the package {}", at.prefix)));
        }
    }
    // The longest prefix says more than one that it begins with.
    let routes = || samples().filter_map(|sample| sample.route.as_ref());
    let of_route = |at: &&RouteAt| routes().any(|route| is_below(&route.value, &at.prefix, '/'));
    if let Some(at) = config.routes.iter().filter(of_route).max_by_key(|at| at.prefix.len()) {
        found.push((&at.repository, format!("the route {}", at.prefix)));
    }
    let (first, words) = found.first()?.clone();
    found.iter().all(|(other, _)| *other == first).then_some((first, words))
}

fn is_of(sample: &Sample, service: &str) -> bool {
    let named = |name: &&str| sample.attributes.get(*name).and_then(|value| value.as_str()) == Some(service);
    SERVICE_NAMES.iter().any(named)
}

/// Whether the product's own calls lead through a package.
fn calls(sample: &Sample, prefix: &str) -> bool {
    let own = sample.frames.iter().filter(|frame| frame.in_app != Some(false));
    let mut modules = own.filter_map(|frame| frame.module.as_deref());
    modules.any(|module| is_below(module, prefix, '.') || is_below(module, prefix, '/'))
}

fn is_below(whole: &str, prefix: &str, parted_by: char) -> bool {
    let prefix = prefix.trim_end_matches(parted_by);
    whole.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(parted_by))
}

#[cfg(test)]
mod tests {
    use signalbox_domain::provenance::Sourced;

    use super::*;
    use crate::fixture::crash;

    fn config() -> RoutingConfig {
        let name = |name: &str| name.parse::<RepositoryName>().unwrap();
        RoutingConfig {
            services: vec![ServiceAt { service: "pay".to_owned(), repository: name("acme/pay") }],
            routes: vec![
                RouteAt { prefix: "/".to_owned(), repository: name("acme/web") },
                RouteAt { prefix: "/pay/".to_owned(), repository: name("acme/pay") },
            ],
            packages: vec![PackageAt { prefix: "cart.core".to_owned(), repository: name("acme/cart") }],
        }
    }

    fn check(change: impl FnOnce(&mut Sample), expect: Option<(&str, &str)>) {
        let mut signal = crash(1, "mail", &["send"]);
        change(&mut signal.samples[0]);
        let config = config();
        let found = mapped(&[&signal], &config);
        let found = found.as_ref().map(|(name, words)| (name.as_str(), words.as_str()));
        assert_eq!(found, expect);
    }

    #[test]
    fn services_routes_and_packages_are_where_the_settings_say() {
        check(|_| {}, None);
        let service =
            |sample: &mut Sample| drop(sample.attributes.insert("service".to_owned(), "pay".into()));
        check(service, Some(("acme/pay", "the service pay")));
        let at = |route: &str| Some(Sourced::stranger(route.to_owned()));
        check(|sample| sample.route = at("/pay/card"), Some(("acme/pay", "the route /pay/")));
        check(|sample| sample.route = at("/payments"), Some(("acme/web", "the route /")));
        let own = |sample: &mut Sample| sample.frames[0].module = Some("cart.core.total".to_owned());
        check(own, Some(("acme/cart", "the package cart.core")));
        let other = |sample: &mut Sample| sample.frames[0].module = Some("cart.corex".to_owned());
        check(other, None);
        let both = |sample: &mut Sample| {
            own(sample);
            service(sample);
        };
        check(both, None);
    }
}

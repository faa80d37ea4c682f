//! HTTP clients, with the one TLS provider of the house: ring, which the store's connections use as well.
//!
//! The provider is given to the process here, before the first client that could need it. Nobody makes a client in
//! another way (clippy holds that), so none is made before.

use reqwest::ClientBuilder;
use rustls::crypto::{CryptoProvider, ring};

/// Begins a client; certificates are checked as the system does.
pub fn http_client() -> ClientBuilder {
    if CryptoProvider::get_default().is_none() && ring::default_provider().install_default().is_err() {
        tracing::debug!("another thread gave the process its TLS provider in this moment");
    }
    make()
}

#[expect(clippy::disallowed_methods, reason = "this is what everything else has to ask for a client")]
fn make() -> ClientBuilder {
    reqwest::Client::builder()
}

//! One way to make an HTTP client: the harness speaks to loopback only, and to no proxy.

use reqwest::Client;

use crate::{Context, Result};

/// A client.
pub fn client() -> Result<Client> {
    // A second installation only says that there was a first.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().context("an HTTP client")
}

//! `[oidc]`: staff may also sign in with the city's own accounts (OpenID Connect).

use std::path::PathBuf;

use serde::Deserialize;

use super::is_safe_url;

/// Where the city's accounts are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// The provider's issuer, exactly as it writes it: https, or http to loopback. Its description is read from
    /// `/.well-known/openid-configuration` below it.
    pub issuer: String,
    /// What the provider calls us.
    pub client_id: String,
    /// File whose first line is the client secret; readable for the owner only.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// File with our own key, where the provider wants that instead of a secret (`private_key_jwt`): PEM, PKCS#8;
    /// readable for the owner only.
    #[serde(default)]
    pub client_key_file: Option<PathBuf>,
    /// By which name (`kid`) the provider knows that key, where it has several of ours.
    #[serde(default)]
    pub client_key_id: Option<String>,
    /// Where the provider's description is, where that is not below its issuer.
    #[serde(default)]
    pub description_url: Option<String>,
    /// Requests are pushed to the provider first (RFC 9126). They are as well where its description wants that of all.
    #[serde(default)]
    pub pushed_requests: bool,
    /// The provider's name on the button of the sign-in page, 1 to 20 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// Where staff open the console, where that is not `public_url`. The provider must know this address with
    /// `/sign-in/oidc/back` behind it.
    #[serde(default)]
    pub console_url: Option<String>,
}

/// Longest name on the button, characters: it must fit the button in one line.
const LONGEST_NAME: usize = 20;

impl Oidc {
    /// Which key is wrong, and what is wrong with it.
    pub(super) fn check(&self, public_url: Option<&str>) -> Result<(), (String, String)> {
        let bad = |key: &str, what: &str| Err((format!("oidc.{key}"), what.to_owned()));
        let is_bare = |url: &str| is_safe_url(url) && !url.contains(['?', '#']);
        if !is_bare(&self.issuer) {
            return bad("issuer", "must begin with https:// (http:// only to loopback) and have no ? or #");
        }
        if self.description_url.as_deref().is_some_and(|url| !is_safe_url(url)) {
            return bad("description_url", "must begin with https:// (http:// only to loopback)");
        }
        if self.client_secret_file.is_some() == self.client_key_file.is_some() {
            return bad(
                "client_secret_file",
                "must name the file of the client's secret, or client_key_file that of its key",
            );
        }
        if self.client_id.trim().is_empty() {
            return bad("client_id", "must be given: the provider's administrator knows it");
        }
        if self.name.as_ref().is_some_and(|name| {
            let length = name.trim().chars().count();
            length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control)
        }) {
            return bad("name", "must have 1 to 20 characters: it stands on a button");
        }
        match self.console_url.as_deref() {
            Some(url) if !is_bare(url) || url.ends_with('/') => {
                bad("console_url", "must begin with https:// (http:// only to loopback) and end before the slash")
            }
            None if public_url.is_none() => {
                bad("console_url", "must say where staff open the console (or public_url, where both are the same)")
            }
            Some(_) | None => Ok(()),
        }
    }
}

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
    pub client_secret_file: PathBuf,
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

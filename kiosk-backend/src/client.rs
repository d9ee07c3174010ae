//! How others are asked over HTTP.

/// The client that jobs send with and the provider of accounts is asked with: it follows nobody elsewhere.
pub fn client() -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("kiosk-backend")
        .build()
        .map_err(|cause| cause.to_string())
}

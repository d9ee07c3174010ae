//! How others are asked over HTTP, and why it failed.

use std::error::Error;
use std::io;

/// The client that jobs send with and the provider of accounts is asked with: it follows nobody elsewhere.
pub fn client() -> Result<reqwest::Client, String> {
    following(reqwest::redirect::Policy::none())
}

/// A client that follows as it is told.
pub fn following(policy: reqwest::redirect::Policy) -> Result<reqwest::Client, String> {
    reqwest::Client::builder().redirect(policy).user_agent("kiosk-backend").build().map_err(|cause| cause.to_string())
}

/// What rustls says of a certificate, and what to do about it.
const ADVICE: [(&str, &str); 5] = [
    (
        "CaUsedAsEndEntity",
        "its certificate is made as an authority's own, as `openssl req -x509` does; have it made anew with `-addext \
         basicConstraints=critical,CA:FALSE`",
    ),
    (
        "UnknownIssuer",
        "nobody here knows who issued its certificate; put the issuer's into /usr/local/share/ca-certificates and run \
         `update-ca-certificates`",
    ),
    ("expired", "compare the clocks, or have its certificate renewed"),
    ("not valid yet", "compare the clocks"),
    ("not valid for name", "have its certificate made for the name by which it is asked here"),
];

/// Why a line failed: the innermost cause, since what is around it says no more than that it failed, and what to do where
/// that is known. No address is in it.
pub fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = held(cause).or_else(|| cause.source()) {
        cause = next;
    }
    let said = cause.to_string();
    let advice = ADVICE.iter().find(|(word, _)| said.contains(word));
    advice.map_or_else(|| said.clone(), |(_, advice)| format!("{said}: {advice}"))
}

/// What an error of input and output holds: what it gives as its source is only the source of that.
fn held<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    error.downcast_ref::<io::Error>().and_then(io::Error::get_ref).map(|held| held as _)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_cause_is_found_behind_errors_of_input_and_output() {
        let rustls = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let wrapped = io::Error::other(io::Error::other(rustls));
        let said = innermost(&wrapped);
        assert!(said.starts_with("invalid peer certificate: UnknownIssuer: nobody here knows"), "{said}");
        assert_eq!(innermost(&io::Error::other("cut")), "cut");
    }
}

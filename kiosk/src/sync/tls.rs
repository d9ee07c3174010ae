//! TLS to the backend: whose certificate is believed, and what time it is when one is judged.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};

use super::http::SetupError;
use crate::clock::Clock;

/// Settings that trust the certificates in `ca_file`, or those of the system.
pub(super) fn config(ca_file: Option<&Path>, clock: Arc<Clock>) -> Result<ClientConfig, SetupError> {
    let roots = match ca_file {
        Some(path) => of_file(path)?,
        None => of_system(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(Judged(clock)))
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Tls(error.to_string()))?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn of_file(path: &Path) -> Result<RootCertStore, SetupError> {
    let fail = |what: String| SetupError::Certificates { path: path.to_owned(), what };
    let pem = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| fail(format!("not PEM certificates: {error}")))?;
        roots.add(certificate).map_err(|error| fail(format!("a certificate in it cannot be used: {error}")))?;
    }
    if roots.is_empty() {
        return Err(fail("there is no PEM certificate in it".into()));
    }
    Ok(roots)
}

/// What the system trusts. It may be nothing: then no server is believed, and the error of the call says so.
fn of_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    roots
}

/// A terminal whose battery is empty starts in the past, where every certificate is not valid yet.
#[derive(Debug)]
struct Judged(Arc<Clock>);

impl TimeProvider for Judged {
    fn current_time(&self) -> Option<UnixTime> {
        let ms = u64::try_from(self.0.no_earlier_ms()).unwrap_or(0);
        Some(UnixTime::since_unix_epoch(Duration::from_millis(ms)))
    }
}

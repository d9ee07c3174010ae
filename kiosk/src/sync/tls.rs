//! TLS to the backend: whose certificate is believed, and what time it is when one is judged.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::http::SetupError;
use crate::clock::Clock;

/// Settings that trust the certificates in `ca_file`, or those of the system.
pub(super) fn config(ca_file: Option<&Path>, clock: Arc<Clock>) -> Result<ClientConfig, SetupError> {
    let roots = match ca_file {
        Some(path) => of_file(path)?,
        None => of_system(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let fail = |error: &dyn std::fmt::Display| SetupError::Tls(error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| fail(&error))?;
    let mut config = if roots.is_empty() {
        builder.with_root_certificates(roots).with_no_client_auth()
    } else {
        let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let chain = chain.build().map_err(|error| fail(&error))?;
        let verifier = Arc::new(AtAnyPossibleTime { chain, clock });
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
    };
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

/// Judges a chain by every time that it may be now. A terminal whose battery is empty starts in the past, where no
/// certificate is valid yet, or in any other year; which one it is it learns only from a backend that it believes.
#[derive(Debug)]
struct AtAnyPossibleTime {
    chain: Arc<WebPkiServerVerifier>,
    clock: Arc<Clock>,
}

impl ServerCertVerifier for AtAnyPossibleTime {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let judge = |ms: i64| {
            let now = UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
            self.chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let [best, others @ ..] = self.clock.possible_ms();
        judge(best).or_else(|why| others.into_iter().find_map(|ms| judge(ms).ok()).ok_or(why))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

//! Lines that fail say why: a receiver behind TLS whose certificate was made in a common but wrong way.

use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use kiosk_backend::{client, jobs};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

use test_hall::Hall;

/// Where a server listens with such a certificate.
async fn listen(is_ca: IsCa) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = is_ca;
    let key = KeyPair::generate().unwrap();
    let (certificate, key) = (params.self_signed(&key).unwrap().pem(), key.serialize_pem());
    let config = RustlsConfig::from_pem(certificate.into_bytes(), key.into_bytes()).await.unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = axum_server::from_tcp_rustls(listener, config).unwrap();
    tokio::spawn(server.serve(Router::new().into_make_service()));
    format!("https://localhost:{port}/")
}

#[tokio::test]
async fn a_line_that_fails_for_a_certificate_says_which_fault_it_has_and_how_to_make_a_good_one() {
    for (is_ca, says) in [
        (
            IsCa::Ca(BasicConstraints::Unconstrained),
            "CaUsedAsEndEntity)): its certificate is made as an authority's own",
        ),
        (IsCa::ExplicitNoCa, "UnknownIssuer: nobody here knows who issued its certificate"),
    ] {
        let url = listen(is_ca).await;
        let hook = format!("[[webhook]]\nname = \"city\"\nurl = {url:?}\nsecret = \"0123456789abcdef\"\n");
        let hall = Hall::with(&hook).await;
        hall.leaves(test_hall::Left::Jobs);
        let mut terminal = hall.terminal("东侧", 1).await;
        terminal.deposit(7);
        hall.sync(&terminal).await;
        jobs::once(&hall.app, &client::client().unwrap()).await.unwrap();
        let error = hall.value::<String>("SELECT last_error FROM jobs");
        assert!(error.starts_with("the line failed: ") && error.contains(says), "{error}");
        assert!(!error.contains("localhost"), "{error}");
    }
}

#!/usr/bin/env bash
# Why a call over TLS failed, asked of reqwest with rustls: was it the certificate's time, or the line?
#
# Versions  reqwest 0.13.5, hyper-rustls 0.27.10, rustls 0.23.46 (ring), rcgen 0.14.10 (crates.io, pinned below; Cargo resolves the
#           rest), and the standard library of the Rust that runs this.
# Source    https://docs.rs/rustls/latest/rustls/enum.Error.html (InvalidCertificate: "handle it by its variant");
#           https://doc.rust-lang.org/std/error/trait.Error.html#method.source ("the lower-level source of this error").
# Expected  An expired certificate is told by walking `Error::source()` from the reqwest error down and downcasting each
#           step to `rustls::Error`: the last step prints as rustls' own sentence.
# Seen      No step of the chain is a `rustls::Error`. It travels inside two `std::io::Error`s, one in the other, and an
#           io::Error gives as its source the source of what it holds, so what it holds is left out. The last step prints
#           rustls' sentence and is an io::Error of kind Other. `io::Error::get_ref`, twice, finds it.
# Matters   Who tells "renew the certificate, or set the clock" from "check the cable" by the chain alone tells always
#           the cable.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "seen"
version = "0.0.0"
edition = "2024"
[dependencies]
rcgen = { version = "0.14", default-features = false, features = ["pem", "ring"] }
reqwest = { version = "0.13", default-features = false, features = ["rustls-no-provider"] }
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
tokio = { version = "1", features = ["rt"] }
TOML
cat > "$work/src/main.rs" <<'RUST'
use std::error::Error;
use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;

fn main() {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut valid = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    (valid.not_before, valid.not_after) = (rcgen::date_time_ymd(2001, 1, 1), rcgen::date_time_ymd(2001, 12, 31));
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = valid.self_signed(&key).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let server = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions().unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap()).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions().unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        let server = Arc::new(server);
        for mut line in listener.incoming().flatten() {
            let mut session = rustls::ServerConnection::new(server.clone()).unwrap();
            let _ = rustls::Stream::new(&mut session, &mut line).read(&mut [0; 16]);
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = reqwest::Client::builder().tls_backend_preconfigured(client).no_proxy().build().unwrap();
    let error = runtime.block_on(async { client.get(&url).send().await }).unwrap_err();

    let (mut by_source, mut by_what_is_held, mut last) = (0, 0, String::new());
    let mut step: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(error) = step {
        last = error.to_string();
        by_source += usize::from(error.is::<rustls::Error>());
        let mut held: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(inner) = held {
            by_what_is_held += usize::from(inner.is::<rustls::Error>());
            held = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref).map(|inner| inner as _);
        }
        step = error.source();
    }
    println!("the last step says: {last}");
    println!("rustls::Error found by source(): {by_source}; by io::Error::get_ref(): {by_what_is_held}");
    let as_seen = by_source == 0 && by_what_is_held > 0 && last.contains("certificate expired");
    std::process::exit(i32::from(!as_seen));
}
RUST
cd "$work"
cargo generate-lockfile --quiet
for pin in reqwest@0.13.5 hyper-rustls@0.27.10 rustls@0.23.46 rcgen@0.14.10; do cargo update --quiet --precise "${pin#*@}" "${pin%@*}"; done
cargo run --quiet --locked

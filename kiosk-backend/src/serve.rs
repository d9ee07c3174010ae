//! Serving: listen, watch for changes made by commands, run jobs, stop cleanly.

use std::net::SocketAddr;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use thiserror::Error;
use tokio::sync::watch;

use crate::api;
use crate::app::App;
use crate::config::Tls;
use crate::jobs;
use crate::store::{self, StoreError, meta};

/// How often changes made by commands in other processes are looked for.
const LOOK: Duration = Duration::from_millis(500);
/// How often the audit's head is told.
const AUDIT_HEAD_EVERY: Duration = Duration::from_secs(24 * 3600);
/// How long open requests may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(3);

/// Why the server does not serve.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}. Is another server running?")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        cause: std::io::Error,
    },
    /// The TLS files cannot be used.
    #[error("[tls] cert {cert} or key {key} cannot be used: {cause}")]
    Tls {
        /// Certificate file.
        cert: String,
        /// Key file.
        key: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The server failed.
    #[error("the server failed: {0}")]
    Failed(std::io::Error),
}

/// Serves until the process is told to stop.
pub async fn run(app: App) -> Result<(), ServeError> {
    // Fails only when a provider was installed before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let address = app.config().listen;
    let listener = std::net::TcpListener::bind(address).map_err(|cause| ServeError::Listen { address, cause })?;
    let address = listener.local_addr().map_err(|cause| ServeError::Listen { address, cause })?;
    let handle = Handle::new();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(watch_revision(app.clone(), stopped.clone()));
    tokio::spawn(export_audit_head(app.clone()));
    tokio::spawn(jobs::clocks::run(app.clone(), stopped.clone()));
    tokio::spawn(jobs::verify::run(app.clone(), stopped.clone()));
    tokio::spawn(jobs::run(app.clone(), stopped));
    tokio::spawn(stop_on_signal(handle.clone(), stop));
    let service = api::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let scheme = if app.tls() { "https" } else { "http" };
    tracing::info!(url = format!("{scheme}://{address}"), version = env!("CARGO_PKG_VERSION"), "listening");
    let served = match &app.config().tls {
        Some(tls) => {
            let config = tls_config(tls).await?;
            let server = axum_server::from_tcp_rustls(listener, config).map_err(ServeError::Failed)?;
            server.handle(handle).serve(service).await
        }
        None => {
            let server = axum_server::from_tcp(listener).map_err(ServeError::Failed)?;
            server.handle(handle).serve(service).await
        }
    };
    tracing::info!("stopped");
    served.map_err(ServeError::Failed)
}

async fn tls_config(tls: &Tls) -> Result<RustlsConfig, ServeError> {
    RustlsConfig::from_pem_file(&tls.cert, &tls.key).await.map_err(|cause| ServeError::Tls {
        cert: tls.cert.display().to_string(),
        key: tls.key.display().to_string(),
        cause,
    })
}

async fn stop_on_signal(handle: Handle<SocketAddr>, stop: watch::Sender<bool>) {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(cause) => return tracing::error!(cause = %cause, "signals cannot be heard"),
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    let _ = stop.send(true);
    handle.graceful_shutdown(Some(GRACE));
}

/// Tells the log, at the start and once a day, how far the audit goes and what its newest hash is. Whoever keeps the log
/// elsewhere can prove later that no earlier entry was changed.
async fn export_audit_head(app: App) {
    loop {
        match app.store().read(store::audit::head).await {
            Ok((seq, head)) => tracing::info!(seq, head = hex::encode(head), "audit head"),
            Err(cause) => tracing::error!(cause = %cause, "the audit's head could not be read"),
        }
        tokio::time::sleep(AUDIT_HEAD_EVERY).await;
    }
}

/// Notices what commands in other processes changed, and wakes whoever waits.
async fn watch_revision(app: App, stopped: watch::Receiver<bool>) {
    let mut last = None;
    while !*stopped.borrow() {
        match app.store().read(|connection| meta::counter(connection, meta::REVISION)).await {
            Ok(now) if last != Some(now) => {
                if let Err(cause) = app.reload() {
                    tracing::error!(cause = %cause, "changes could not be read");
                }
                if last.replace(now).is_some() {
                    app.store().announcements().revised.send_modify(|n| *n = n.wrapping_add(1));
                }
            }
            Ok(_) => {}
            Err(cause) => log(&cause),
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn log(cause: &StoreError) {
    tracing::error!(cause = %cause, "the revision could not be read");
}

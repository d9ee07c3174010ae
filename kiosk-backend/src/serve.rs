//! Serving: listen, watch for changes made by commands, run jobs, stop cleanly.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use hall_store::{self as store, StoreError, meta};
use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::app::App;
use crate::certificates::{Certificates, Renewal};
use crate::config::Tls;
use crate::connections::{Acceptor, Connections};
use crate::{api, jobs};

/// How often the certificate's files are looked at.
const LOOK_AT_CERTIFICATE: Duration = Duration::from_secs(60);
/// How often its coming end is told in the log.
const TELL_CERTIFICATE: Duration = Duration::from_secs(24 * 3600);
/// How often changes made by commands in other processes are looked for.
const LOOK: Duration = Duration::from_millis(500);
/// How often the audit's head is told.
const AUDIT_HEAD_EVERY: Duration = Duration::from_secs(24 * 3600);
/// How long open requests may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(3);

/// How often the other end of an HTTP/2 connection is asked whether it is there, and how long it may think.
const PING: Duration = Duration::from_secs(30);

/// Why the server does not serve.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}. Is another server running?")]
    Listen { address: SocketAddr, cause: std::io::Error },
    /// The TLS files cannot be used.
    #[error("[tls] cert {cert} or key {key} cannot be used: {cause}")]
    Tls {
        /// Certificate file.
        cert: String,
        /// Key file.
        key: String,
        cause: String,
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
    tokio::spawn(jobs::index::run(app.clone(), stopped.clone()));
    tokio::spawn(jobs::reseal::run(app.clone(), stopped.clone()));
    tokio::spawn(jobs::verify::run(app.clone(), stopped.clone()));
    tokio::spawn(jobs::run(app.clone(), stopped));
    let (again, asked) = watch::channel(0);
    let signals = Signals::new().map_err(ServeError::Failed)?;
    tokio::spawn(hear(signals, app.clone(), handle.clone(), stop, again));
    let connections = Connections::new(&app.config().trusted_proxies);
    tokio::spawn(connections.clone().watch());
    let router = api::router(app.clone());
    let service = connections.admit(router.into_make_service_with_connect_info::<SocketAddr>());
    let scheme = if app.config().tls.is_some() { "https" } else { "http" };
    tracing::info!(url = format!("{scheme}://{address}"), version = env!("CARGO_PKG_VERSION"), "listening");
    let mut server = axum_server::from_tcp(listener).map_err(ServeError::Failed)?.handle(handle);
    // A browser that is gone without a word is missed within a minute.
    server.http_builder().http2().keep_alive_interval(PING).keep_alive_timeout(PING);
    let served = match &app.config().tls {
        Some(tls) => {
            let certificates = certificates(&app, tls).await?;
            let acceptor = RustlsAcceptor::new(certificates.config()).acceptor(Acceptor);
            tokio::spawn(watch_certificates(app.clone(), certificates, asked));
            server.acceptor(acceptor).serve(service).await
        }
        None => server.acceptor(Acceptor).serve(service).await,
    };
    tracing::info!("stopped");
    served.map_err(ServeError::Failed)
}

async fn certificates(app: &App, tls: &Tls) -> Result<Certificates, ServeError> {
    let opened = Certificates::open(tls).await.map_err(|cause| ServeError::Tls {
        cert: tls.cert.display().to_string(),
        key: tls.key.display().to_string(),
        cause,
    })?;
    tell(app, &opened);
    Ok(opened)
}

/// Looks at the certificate's files again and again, and when a `SIGHUP` asks for it.
async fn watch_certificates(app: App, mut all: Certificates, mut asked: watch::Receiver<u64>) {
    let mut told = Instant::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_AT_CERTIFICATE) => {}
            asked = asked.changed() => if asked.is_err() { return },
        }
        let look = all.look(app.now_ms()).await;
        if look == Renewal::Renewed {
            tracing::info!(ends_ms = all.state().ends_ms, "the certificate was renewed");
        }
        if look != Renewal::Same || told.elapsed() >= TELL_CERTIFICATE {
            told = Instant::now();
            tell(&app, &all);
        }
    }
}

/// Tells the log and the console's bar.
fn tell(app: &App, all: &Certificates) {
    let state = all.state().clone();
    if let Some(cause) = &state.flaw {
        tracing::error!(cause, "the files of [tls] do not fit, and the certificate from before is kept");
    }
    if let Some(days) = state.days_left(app.now_ms()) {
        tracing::warn!(days, ends_ms = state.ends_ms, "the certificate ends soon: renew the files of [tls]");
    }
    app.set_certificate(state);
}

/// What the process is told from outside. Heard from before it says that it listens: until then a signal ends it.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

/// Stops when told to; a `SIGHUP` reads again what may have changed, and ends nothing.
async fn hear(
    mut signals: Signals,
    app: App,
    handle: Handle<SocketAddr>,
    stop: watch::Sender<bool>,
    again: watch::Sender<u64>,
) {
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => break,
            _ = signals.interrupt.recv() => break,
            _ = signals.hangup.recv() => {}
        }
        tracing::info!("asked to read again what may have changed");
        again.send_modify(|n| *n = n.wrapping_add(1));
        if let Err(cause) = app.reload() {
            tracing::error!(cause = %cause, "changes could not be read");
        }
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

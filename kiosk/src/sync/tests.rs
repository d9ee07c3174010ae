//! The thread that tells the backend, against a small backend that follows a script.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use kiosk_wire::kiosk_api::{
    DirectivesAnswer, EnrolAnswer, EntryResult, HeartbeatAnswer, JournalAnswer, JournalPush, Taken,
};
use kiosk_wire::signed::{Purpose, TokenClaims};
use kiosk_wire::{Envelope, Fact, KioskId, Problem, Stamp};
use serde::Serialize;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::journal::Journal;

/// What the little backend does and has.
#[derive(Default)]
struct Script {
    stored: BTreeMap<u64, Envelope>,
    /// Every push that came, also those whose reply was dropped.
    pushes: Vec<JournalPush>,
    /// Replies to pushes that are dropped after storing.
    drop_replies: u32,
    /// Answered to everything.
    refuse: Option<Code>,
    /// Its clock, when it is particular about tokens.
    clock_ms: Option<i64>,
    /// Bodies that are no JSON.
    garbage: u32,
    roster_etag: String,
    rosters_sent: u32,
    /// Added to `next` in every answer: it claims to have more.
    ahead: u64,
}

struct Backend {
    script: Arc<Mutex<Script>>,
    url: String,
    key: SigningKey,
}

impl Backend {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let script = Arc::new(Mutex::new(Script { roster_etag: "\"r1\"".into(), ..Script::default() }));
        let key = SigningKey::from_bytes(&[3; 32]);
        let (shared, verifying) = (Arc::clone(&script), key.verifying_key());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || while serve(&stream, &shared, &verifying).is_some() {});
            }
        });
        Self { script, url, key }
    }

    fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.script.lock().expect("script"))
    }

    fn identity(&self) -> Identity {
        let told = EnrolAnswer {
            kiosk: KioskId(Uuid::from_u128(1)),
            name: "1".into(),
            receipt_prefix: "101".into(),
            hall_key: hex::encode(self.key.verifying_key().to_bytes()),
            audience: "hall".into(),
            hall_name: "hall".into(),
            server_ms: 0,
        };
        Identity::new(told, self.key.clone()).expect("an identity")
    }
}

/// One request on a connection; `None` when it is over.
fn serve(mut stream: &TcpStream, script: &Mutex<Script>, key: &ed25519_dalek::VerifyingKey) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.split('?').next()?.to_owned();
    let (mut length, mut token, mut etag) = (0, String::new(), String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => token = value.trim_start_matches("Bearer ").to_owned(),
            "if-none-match" => etag = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, tag, answer) = answer(&path, &token, &etag, &body, &mut script.lock().expect("script"), key)?;
    let text = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\netag: {tag}\r\n\r\n{answer}", answer.len());
    stream.write_all(text.as_bytes()).ok()
}

fn refusal(code: Code, server_ms: Option<i64>) -> (u16, String, String) {
    let problem = Problem { server_ms, ..Problem::new(code, "no") };
    (code.status(), String::new(), serde_json::to_string(&problem).expect("json"))
}

fn answer(
    path: &str,
    token: &str,
    etag: &str,
    body: &[u8],
    script: &mut Script,
    key: &ed25519_dalek::VerifyingKey,
) -> Option<(u16, String, String)> {
    fn json(value: &impl Serialize) -> (u16, String, String) {
        (200, String::new(), serde_json::to_string(value).expect("json"))
    }
    let claims: TokenClaims =
        Signed::from_token(token).and_then(|signed| signed.open(Purpose::Token, key)).expect("a good token");
    assert_eq!(claims.audience, "hall");
    if let Some(now) = script.clock_ms
        && (claims.issued_ms - now).abs() > TokenClaims::LEEWAY_MS
    {
        return Some(refusal(Code::TokenClock, Some(now)));
    }
    if let Some(code) = script.refuse {
        return Some(refusal(code, None));
    }
    if script.garbage > 0 {
        script.garbage -= 1;
        return Some((200, String::new(), "<html>".into()));
    }
    let next = |script: &Script| script.stored.keys().max().map_or(1, |seq| seq + 1) + script.ahead;
    Some(match path {
        "/kiosk/v1/heartbeat" => {
            json(&HeartbeatAnswer { generation: 4, server_ms: 5_000, next: next(script), public_url: None })
        }
        "/kiosk/v1/directives" => {
            // A real one holds the poll open; so that this one is not asked all the time, it is slow.
            std::thread::sleep(Duration::from_millis(20));
            let (roster_etag, catalogue_etag) = (script.roster_etag.clone(), String::new());
            json(&DirectivesAnswer {
                generation: 4,
                server_ms: 5_000,
                revision: 1,
                directives: vec![],
                roster_etag,
                catalogue_etag,
                calendar_etag: String::new(),
                settings_etag: "\"s1\"".into(),
            })
        }
        "/kiosk/v1/settings" => (200, "\"s1\"".into(), "settings".into()),
        "/kiosk/v1/roster" if etag == script.roster_etag => (304, etag.to_owned(), String::new()),
        "/kiosk/v1/roster" => {
            script.rosters_sent += 1;
            (200, script.roster_etag.clone(), "a roster".into())
        }
        "/kiosk/v1/journal" => {
            let push: JournalPush = serde_json::from_slice(body).expect("a push");
            script.pushes.push(push.clone());
            let mut results = Vec::new();
            for entry in push.entries {
                if script.stored.get(&entry.seq).is_some_and(|stored| stored.hash != entry.hash) {
                    return Some(refusal(Code::JournalForked, None));
                }
                results.push(EntryResult { seq: entry.seq, taken: Taken::Stored });
                script.stored.insert(entry.seq, entry);
            }
            if script.drop_replies > 0 {
                script.drop_replies -= 1;
                return None;
            }
            json(&JournalAnswer { next: next(script), results, generation: 4, server_ms: 5_000 })
        }
        other => panic!("asked for {other}"),
    })
}

/// A journal with `entries` entries, and sync at work on it.
struct Terminal {
    folder: TempDir,
    journal: Journal,
    sync: Courier,
    news: Receiver<News>,
}

fn heartbeat() -> Heartbeat {
    Heartbeat {
        software: String::new(),
        uptime_s: 0,
        journal: None,
        journal_head: 0,
        unsent_deposits: 0,
        oldest_unsent_s: None,
        free_compartments: 0,
        disk_free_bytes: 0,
        wall_ms_utc: 0,
        clock: None,
        devices: vec![],
        compartments: vec![],
    }
}

impl Terminal {
    fn start(backend: &Backend, entries: u64) -> Self {
        let folder = TempDir::new().expect("folder");
        let mut journal = Journal::open(folder.path(), "test", Stamp::default()).expect("journal");
        for _ in 1..entries {
            journal.record(Stamp::default(), vec![Fact::Started { software: "x".into() }.into()]).expect("records");
        }
        let (sender, news) = channel();
        let setup = Setup {
            backend: crate::config::Backend { url: backend.url.clone(), ca_file: None },
            identity: backend.identity(),
            clock: Arc::new(Clock::start()),
            folder: folder.path().to_owned(),
            position: position(&journal),
            heartbeat: heartbeat(),
            roster_etag: String::new(),
            catalogue_etag: String::new(),
            settings_etag: String::new(),
        };
        let sync = Courier::spawn(setup, move |news| drop(sender.send(news))).expect("starts");
        Self { folder, journal, sync, news }
    }

    /// Waits for news of a kind.
    fn wait<T>(&self, mut pick: impl FnMut(News) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let news = self.news.recv_timeout(left).expect("the news did not come");
            if let Some(found) = pick(news) {
                return found;
            }
        }
    }

    fn wait_acknowledged(&self, upto: u64) {
        self.wait(|news| matches!(news, News::Acknowledged { next, .. } if next == upto + 1).then_some(()));
    }
}

fn position(journal: &Journal) -> Position {
    Position { journal: journal.id(), head: journal.head(), acknowledged: journal.acknowledged() }
}

#[test]
fn everything_is_delivered_in_order_and_told() {
    let backend = Backend::start();
    let mut terminal = Terminal::start(&backend, 1_200);
    terminal.wait_acknowledged(1_200);
    terminal.journal.record(Stamp::default(), vec![Fact::Started { software: "y".into() }.into()]).expect("records");
    terminal.sync.journal_is_at(position(&terminal.journal));
    terminal.wait_acknowledged(1_201);
    let outbox = terminal.journal.outbox().expect("reads");
    let own = outbox.entries(1, usize::MAX, usize::MAX).expect("entries");
    backend.script(|script| {
        assert_eq!(script.stored.values().cloned().collect::<Vec<_>>(), own);
        assert!(script.pushes.len() <= 5, "in batches: {}", script.pushes.len());
    });
}

#[test]
fn a_lost_reply_is_answered_by_the_same_bytes() {
    let backend = Backend::start();
    backend.script(|script| script.drop_replies = 2);
    let terminal = Terminal::start(&backend, 5);
    terminal.wait_acknowledged(5);
    backend.script(|script| {
        assert!(script.pushes.len() >= 3);
        // The entries; the clocks beside them are those of each sending.
        let entries = |push: &JournalPush| serde_json::to_string(&push.entries).expect("json");
        assert_eq!(entries(&script.pushes[0]), entries(&script.pushes[1]));
        assert_eq!(script.stored.len(), 5);
    });
}

#[test]
fn a_backend_restored_from_a_backup_gets_everything_again() {
    let backend = Backend::start();
    let terminal = Terminal::start(&backend, 20);
    terminal.wait_acknowledged(20);
    backend.script(|script| script.stored.retain(|seq, _| *seq <= 7));
    terminal.sync.report(Heartbeat { free_compartments: 1, ..heartbeat() });
    terminal.wait_acknowledged(20);
    backend.script(|script| assert_eq!(script.stored.len(), 20));
}

#[test]
fn a_backend_that_knows_more_means_that_we_were_rolled_back() {
    let backend = Backend::start();
    backend.script(|script| script.ahead = 50);
    let terminal = Terminal::start(&backend, 3);
    let next = terminal.wait(|news| if let News::RolledBack { next } = news { Some(next) } else { None });
    assert_eq!(next, 51);
    backend.script(|script| assert!(script.pushes.is_empty(), "nothing is sent from a rolled-back journal"));
}

#[test]
fn another_history_is_told_and_nothing_more_is_sent() {
    let backend = Backend::start();
    let other = TempDir::new().expect("folder");
    let other = Journal::open(other.path(), "other", Stamp::default()).expect("journal");
    let entry = other.outbox().expect("reads").entries(1, 1, usize::MAX).expect("entries").remove(0);
    backend.script(|script| drop(script.stored.insert(1, entry)));
    let mut terminal = Terminal::start(&backend, 3);
    terminal.wait(|news| matches!(news, News::Forked { .. }).then_some(()));
    let pushes = backend.script(|script| script.pushes.len());
    terminal.journal.record(Stamp::default(), vec![Fact::Started { software: "y".into() }.into()]).expect("records");
    terminal.sync.journal_is_at(position(&terminal.journal));
    terminal.wait(|news| matches!(news, News::Unsent(unsent) if unsent.entries == 4).then_some(()));
    assert_eq!(backend.script(|script| script.pushes.len()), pushes);
}

#[test]
fn the_halls_settings_are_fetched_as_they_were_signed() {
    let backend = Backend::start();
    let terminal = Terminal::start(&backend, 1);
    let told = terminal.wait(|news| if let News::Settings(told) = news { Some(told) } else { None });
    assert_eq!((&*told.etag, &*told.body), ("\"s1\"", "settings"));
}

#[test]
fn the_time_is_learnt_from_a_refusal() {
    let backend = Backend::start();
    let long_ago = 1_000_000_000_000;
    backend.script(|script| script.clock_ms = Some(long_ago));
    let terminal = Terminal::start(&backend, 3);
    terminal.wait_acknowledged(3);
}

#[test]
fn a_revoked_terminal_hears_of_it_and_keeps_everything() {
    let backend = Backend::start();
    backend.script(|script| script.refuse = Some(Code::KioskRevoked));
    let terminal = Terminal::start(&backend, 3);
    terminal.wait(|news| matches!(news, News::Revoked(true)).then_some(()));
    backend.script(|script| script.refuse = None);
    let (mut back, mut delivered) = (false, false);
    terminal.wait(|news| {
        back |= matches!(news, News::Revoked(false));
        delivered |= matches!(news, News::Acknowledged { next: 4, .. });
        (back && delivered).then_some(())
    });
    assert!(terminal.folder.path().join("journal.db").exists());
}

#[test]
fn answers_that_are_none_lose_nothing() {
    let backend = Backend::start();
    backend.script(|script| script.garbage = 4);
    let terminal = Terminal::start(&backend, 3);
    let lost = |news| if let News::Backend { reachable: false, flaw } = news { Some(flaw.error) } else { None };
    let error = terminal.wait(lost);
    assert!(error.contains("cannot be read"), "{error}");
    terminal.wait_acknowledged(3);
}

#[test]
fn the_roster_is_fetched_when_its_name_changes() {
    let backend = Backend::start();
    let terminal = Terminal::start(&backend, 1);
    let roster = |news| if let News::Roster(told) = news { Some(told.etag) } else { None };
    assert_eq!(terminal.wait(roster), "\"r1\"");
    backend.script(|script| script.roster_etag = "\"r2\"".into());
    assert_eq!(terminal.wait(roster), "\"r2\"");
    assert_eq!(backend.script(|script| script.rosters_sent), 2);
}

#[test]
fn certificates_that_are_none_are_named() {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("ca.pem");
    let backend = crate::config::Backend { url: "https://hall.example".into(), ca_file: Some(path.clone()) };
    let error = http::plain(&backend, &Arc::new(Clock::start())).expect_err("missing").to_string();
    assert!(error.contains("backend.ca_file") && error.contains("ca.pem"), "{error}");
    std::fs::write(&path, "not a certificate").expect("written");
    let error = http::plain(&backend, &Arc::new(Clock::start())).expect_err("not PEM").to_string();
    assert!(error.contains("no PEM certificate") || error.contains("not PEM"), "{error}");
}

/// A TLS server with a certificate of its own that answers every request the same.
fn tls_server() -> (String, String) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    serve_tls(&certified.cert, &certified.signing_key)
}

fn serve_tls(certificate: &rcgen::Certificate, key: &rcgen::KeyPair) -> (String, String) {
    let pem = certificate.pem();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a server");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://localhost:{}", listener.local_addr().expect("address").port());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Ok(mut session) = rustls::ServerConnection::new(Arc::clone(&config)) else { continue };
            let mut tls = rustls::Stream::new(&mut session, &mut stream);
            let mut request = [0; 4096];
            if tls.read(&mut request).is_ok() {
                drop(tls.write_all(b"HTTP/1.1 200 x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"));
            }
        }
    });
    (url, pem)
}

#[test]
fn only_a_backend_with_a_known_certificate_is_spoken_to() {
    let (url, pem) = tls_server();
    let folder = TempDir::new().expect("folder");
    let ask = |ca_file: Option<PathBuf>| {
        let backend = crate::config::Backend { url: url.clone(), ca_file };
        let client = http::plain(&backend, &Arc::new(Clock::start())).expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime
            .block_on(async { client.get(&backend.url).send().await.map(|answer| answer.status()).map_err(http::line) })
    };
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).expect("written");
    assert_eq!(ask(Some(path.clone())).expect("known"), 200);
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate").cert.pem();
    std::fs::write(&path, other).expect("written");
    let error = ask(Some(path)).expect_err("unknown").to_string();
    assert!(error.contains("certificate"), "{error}");
    assert!(ask(None).is_err(), "not known to the system either");
}

const DAY: i64 = 86_400_000;

/// Asks a server whose certificate is valid from so many days from today on, to so many.
fn asked(clock: &Arc<Clock>, days: (i64, i64)) -> Result<u16, CallError> {
    let day = |days: i64| {
        let at = jiff::Timestamp::from_millisecond(crate::clock::wall_ms() + days * DAY).expect("a day");
        let date = jiff::tz::TimeZone::UTC.to_datetime(at).date();
        rcgen::date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("parameters");
    (parameters.not_before, parameters.not_after) = (day(days.0), day(days.1));
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = parameters.self_signed(&key).expect("a certificate");
    let (url, pem) = serve_tls(&certificate, &key);
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).expect("written");
    let backend = crate::config::Backend { url, ca_file: Some(path) };
    let client = http::plain(&backend, clock).expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let got = runtime.block_on(async { client.get(&backend.url).send().await.map(|answer| answer.status().as_u16()) });
    got.map_err(http::line)
}

/// A terminal that last heard its backend an hour ago, in another boot of its machine.
fn after_a_power_cut(folder: &TempDir) -> Arc<Clock> {
    let kept = serde_json::json!({
        "machine_boot": "another", "boottime_ms": 1, "server_ms": crate::clock::wall_ms() - 3_600_000, "rank": "witnessed",
    });
    std::fs::write(folder.path().join("server-time.json"), kept.to_string()).expect("written");
    Arc::new(Clock::recalling(folder.path()))
}

#[test]
fn no_wrong_clock_of_the_terminal_cuts_it_off() {
    let folder = TempDir::new().expect("folder");
    // 1970, nine days behind, twenty days ahead, 2042.
    for by in [-56 * 365 * DAY, -9 * DAY, 20 * DAY, 15 * 365 * DAY] {
        let clock = after_a_power_cut(&folder);
        clock.turn(by);
        assert_eq!(asked(&clock, (-3, 10)).expect("valid, whatever the wall clock says"), 200, "{by}");
    }
}

#[test]
fn one_minute_of_a_wrong_backend_cuts_nobody_off() {
    let folder = TempDir::new().expect("folder");
    for restarted in [false, true] {
        for wrong in [20 * DAY, 15 * 365 * DAY, -9 * DAY, -56 * 365 * DAY] {
            let clock = after_a_power_cut(&folder);
            if !restarted {
                clock.hear(crate::clock::wall_ms());
            }
            for _ in 0..63 {
                clock.pass(Duration::from_secs(1));
                clock.hear(clock.best_ms() + wrong);
            }
            clock.keep(folder.path()).expect("kept, if it is worth it");
            let again = Clock::recalling(folder.path());
            for clock in [clock, Arc::new(again)] {
                assert_eq!(asked(&clock, (-3, 10)).expect("valid"), 200, "{wrong}");
                clock.hear(crate::clock::wall_ms());
                let away = clock.best_ms() - crate::clock::wall_ms();
                assert!(away.abs() < 120_000, "{wrong}: {away}");
            }
        }
    }
}

#[test]
fn a_backend_that_was_wrong_together_with_the_wall_clock_cuts_nobody_off_for_ever() {
    let folder = TempDir::new().expect("folder");
    let clock = after_a_power_cut(&folder);
    clock.turn(365 * DAY);
    clock.hear(crate::clock::wall_ms() + 365 * DAY);
    clock.turn(-365 * DAY);
    clock.pass(Duration::from_secs(301));
    assert_eq!(asked(&clock, (-3, 10)).expect("valid now"), 200);
    clock.hear(crate::clock::wall_ms() + 301_000);
    clock.pass(Duration::from_secs(301));
    clock.hear(crate::clock::wall_ms() + 602_000);
    assert!((clock.best_ms() - crate::clock::wall_ms() - 602_000).abs() < 120_000);
}

#[test]
fn a_certificate_that_has_run_out_is_refused_and_the_time_is_named() {
    let folder = TempDir::new().expect("folder");
    let clock = after_a_power_cut(&folder);
    clock.hear(crate::clock::wall_ms());
    for days in [(-30, -2), (2, 30)] {
        let error = asked(&clock, days).expect_err("not valid today");
        assert!(matches!(error, CallError::Certificate(_)), "{error:?}");
        assert!(error.advice().contains("timedatectl") && error.to_string().contains("clock"));
    }
    // Nothing heard yet, and nothing kept: the wall clock is possible, and what it refuses is refused.
    assert!(asked(&Arc::new(Clock::start()), (-30, -2)).is_err());
}

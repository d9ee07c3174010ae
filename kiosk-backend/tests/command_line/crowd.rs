//! Requests that never end: they cost whoever sends them, and nobody else.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use kiosk_wire::kiosk_api::JournalAnswer;
use outside::{Terminal, terminal};

use crate::{Server, folder, json, run};

/// Longer than any of our limits, for machines that do other things as well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal that is enrolled at a running server.
struct Enrolled {
    url: String,
    terminal: Terminal,
    client: reqwest::Client,
}

impl Enrolled {
    async fn at(dir: &Path, server: &Server) -> Self {
        let code = json(&run(dir, &["--json", "kiosk", "add", "东侧"], ""))["code"].as_str().unwrap().to_owned();
        let key = terminal::key(5);
        let body = serde_json::to_string(&terminal::enrolment(code, &key)).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(PATIENCE).pool_max_idle_per_host(0).build().unwrap();
        let answer = client.post(format!("{}/kiosk/v1/enrol", server.url)).body(body).send().await.unwrap();
        let terminal = Terminal::new(answer.json().await.unwrap(), key);
        Self { url: server.url.clone(), terminal, client }
    }

    /// As of its enrolment, good for a minute.
    fn token(&self) -> String {
        self.terminal.token(self.terminal.identity.server_ms)
    }

    async fn push(&mut self) -> JournalAnswer {
        self.terminal.begin_anew();
        let push = self.terminal.push_of(&self.terminal.entries);
        let request = self.client.post(format!("{}/kiosk/v1/journal", self.url)).bearer_auth(self.token());
        let answer = request.body(serde_json::to_string(&push).unwrap()).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.json().await.unwrap()
    }
}

/// Connects and begins something that it never ends.
fn never_ending(url: &str, n: usize) -> TcpStream {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    let begun: &[u8] = match n % 4 {
        0 => b"",
        1 => b"POST /progress HTTP/1.1\r\nHost: x\r\nX-Never: ",
        2 => b"POST /progress HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60\r\n\r\nr",
        _ => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    };
    // It may have been closed by then, which is what it is about.
    let _ = stream.write_all(begun);
    stream
}

#[test]
fn requests_that_never_end_do_not_stop_a_terminals_push() {
    let dir = folder("public_url = \"http://127.0.0.1:1\"\n");
    let server = Server::start_with_files(dir.path(), 200);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut terminal = runtime.block_on(Enrolled::at(dir.path(), &server));
    let crowd: Vec<TcpStream> = (0..260).map(|n| never_ending(&server.url, n)).collect();
    for _ in 0..3 {
        assert_eq!(runtime.block_on(terminal.push()).next, 2);
    }
    drop(crowd);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_never_ends_is_ended_whichever_part_does_not_come() {
    let dir = folder("");
    let server = Server::start(dir.path());
    let mut crowd: Vec<TcpStream> = (0..4).map(|n| never_ending(&server.url, n)).collect();
    for (n, stream) in crowd.iter_mut().enumerate() {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut answer = Vec::new();
        // The end comes as a close or as a reset; what counts is that it comes.
        match stream.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(cause) => assert_eq!(cause.kind(), std::io::ErrorKind::ConnectionReset, "{n}: {cause}"),
        }
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_terminal_that_waits_for_news_is_not_cut_off_by_a_crowd() {
    let dir = folder("");
    let server = Server::start_with_files(dir.path(), 200);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut terminal = Enrolled::at(dir.path(), &server).await;
        // As terminals do, it waits on the connection on which it asked before.
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let ask = |after: u64, wait_s: u64| {
            let url = format!("{}/kiosk/v1/directives?after={after}&wait_s={wait_s}", terminal.url);
            client.get(url).bearer_auth(terminal.token()).send()
        };
        let now: serde_json::Value = ask(0, 0).await.unwrap().json().await.unwrap();
        let waits = tokio::spawn(ask(now["revision"].as_u64().unwrap(), 25));
        let url = server.url.clone();
        let crowd = tokio::task::spawn_blocking(move || (0..260).map(|n| never_ending(&url, n)).collect::<Vec<_>>());
        let crowd = crowd.await.unwrap();
        assert_eq!(terminal.push().await.next, 2);
        let dir = dir.path().to_owned();
        let revoke = move || {
            json(&run(&dir, &["--json", "kiosk", "add", "西侧"], ""));
            json(&run(&dir, &["--json", "kiosk", "revoke", "西侧"], ""));
        };
        tokio::task::spawn_blocking(revoke).await.unwrap();
        let told: serde_json::Value = waits.await.unwrap().unwrap().json().await.unwrap();
        assert!(told["revision"].as_u64() > now["revision"].as_u64(), "{told}");
        drop(crowd);
    });
    assert_eq!(server.stop(), Some(0));
}

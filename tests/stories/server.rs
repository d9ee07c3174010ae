//! The server's side of the wire: TLS, and telling others by webhook (P3, P11).
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use e2e::Hall;
use e2e::hand::Phone;
use e2e::wait::PATIENCE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Everything over TLS: enrolment, the visit, the clerk's page and the directive back to the terminal.
#[test]
fn a_visit_over_tls() {
    let mut hall = Hall::builder().tls().start().unwrap();
    let plain = TcpStream::connect(hall.backend.address()).and_then(|mut line| {
        line.write_all(b"GET /sign-in HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).map(|_| answer)
    });
    assert!(plain.is_ok_and(|answer| !answer.starts_with(b"HTTP/1.1 200")), "it also answers without TLS");

    let clerk = hall.desk(0).unwrap();
    clerk.inbox().unwrap();
    assert!(clerk.browser.address().unwrap().starts_with("https://"));
    let door = hall.visit("wang-xiuying", Phone::New("13812345678")).unwrap();
    let case = hall.backend.wait_case(door, &["deposited"]).unwrap();
    clerk.wait_row(&case.receipt).unwrap();
    clerk.open_case(&case.receipt).unwrap();
    clerk.collect().unwrap();
    clerk.wait_ready().unwrap();
}

/// Somebody else's certificate on the way: the terminal sends nothing, keeps its deposits, and sends them when the
/// right server is back.
#[test]
fn a_server_with_another_certificate_gets_nothing() {
    let mut hall = Hall::builder().tls().start().unwrap();
    hall.wait_synced().unwrap();
    let mut other = e2e::Backend::create(&hall.folder().join("other"), &hall.folder().join("logs/other.log"), "")
        .unwrap()
        .secured()
        .unwrap();
    other.start().unwrap();
    hall.cable.cut(true);
    hall.cable.retarget(other.address());
    hall.cable.cut(false);
    let door = hall.visit("li-jianguo", Phone::Skip).unwrap();
    hall.leave().unwrap();
    hall.kiosk.wait_device("backend", "lost").unwrap();
    assert_eq!(hall.backend.cases().unwrap(), []);
    hall.cable.cut(true);
    hall.cable.retarget(hall.backend.address());
    hall.cable.cut(false);
    hall.backend.wait_case(door, &["deposited"]).unwrap();
}

/// What a receiver is sent for one event.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

/// A receiver of webhooks that answers with these statuses, one after the other, and then always with 204.
fn receiver(answers: &'static [&'static str]) -> (String, Receiver<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, heard) = mpsc::channel();
    thread::spawn(move || {
        for (n, line) in listener.incoming().enumerate() {
            let mut line = BufReader::new(line.unwrap());
            let mut head = Vec::new();
            loop {
                let mut text = String::new();
                line.read_line(&mut text).unwrap();
                if text.trim().is_empty() {
                    break;
                }
                head.push(text.trim().to_owned());
            }
            let header = |name: &str| {
                let found = head.iter().find(|text| text.to_lowercase().starts_with(name));
                found.and_then(|text| text.split_once(": ")).map(|(_, value)| value.to_owned()).unwrap_or_default()
            };
            let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
            line.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            let (id, timestamp) = (header("x-hall-event-id"), header("x-hall-timestamp"));
            let status = answers.get(n).copied().unwrap_or("204 x");
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            line.get_mut().write_all(answer.as_bytes()).unwrap();
            if told.send(Told { id, timestamp, signature: header("x-hall-signature"), body }).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}/hook"), heard)
}

/// The city's own system is told of a deposit, again when it failed at first, and can check who told it.
#[test]
fn a_webhook_is_told_until_it_listens() {
    const SECRET: &str = "0123456789abcdef-hall";
    let (url, heard) = receiver(&["500 x", "503 x"]);
    let hook = format!("\n[[webhook]]\nname = \"city\"\nurl = \"{url}\"\nsecret = \"{SECRET}\"\n");
    let mut hall = Hall::builder().backend_config(&hook).start().unwrap();
    let door = hall.visit("zhao-min", Phone::New("13912345678")).unwrap();
    hall.backend.wait_case(door, &["deposited"]).unwrap();

    let told: Vec<Told> = (0..3).map(|_| heard.recv_timeout(PATIENCE).unwrap()).collect();
    assert!(told.iter().all(|each| each.id == told[0].id), "a repetition is the same event: {told:?}");
    for each in &told {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{}.{}", each.timestamp, each.body).as_bytes());
        assert_eq!(each.signature, format!("v1={}", hex::encode(mac.finalize().into_bytes())));
        assert!(each.body.contains("\"event\":\"case.deposited\""), "{}", each.body);
        for personal in ["赵敏", "13912345678"] {
            assert!(!each.body.contains(personal), "a webhook carries ids only: {}", each.body);
        }
    }
}

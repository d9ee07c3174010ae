//! The backend's front door for terminals, knocked at by a terminal that we write ourselves (P3, P7, P11).
#![expect(clippy::unwrap_used, reason = "tests")]

use e2e::backend::Backend;
use e2e::binaries::sources;
use e2e::peer::Peer;
use kiosk_wire::Fact;
use serde_json::Value;
use tempfile::TempDir;

struct Desk {
    backend: Backend,
    _folder: TempDir,
}

fn backend() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let mut backend = Backend::create(folder.path(), &folder.path().join("log"), "").unwrap();
    backend.import_catalogue(&sources().join("assets/catalogue")).unwrap();
    backend.add_window("综合窗口1", "0571-8812 0001").unwrap();
    backend.start().unwrap();
    Desk { backend, _folder: folder }
}

/// Eight equal requests at one instant: one case, and eight answers that say the same.
#[tokio::test(flavor = "multi_thread")]
async fn eight_equal_requests_at_one_instant() {
    let desk = backend();
    let mut peer = Peer::enrol(&desk.backend, "k").await.unwrap();
    let item = peer.item().await.unwrap();
    let deposit = peer.deposit(&item, 1);
    let sent = (0..8).map(|_| peer.push(deposit.clone()));
    let answers = futures_util::future::join_all(sent).await;
    let mut answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    for answer in &mut answers {
        answer.server_ms = 0;
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    let cases = desk.backend.cases().unwrap();
    assert_eq!(cases.len(), 1, "{cases:?}");
    assert_eq!(cases[0].state, "deposited");
}

/// The same position with other content is a forked journal, said with its code; and it stays so.
#[tokio::test(flavor = "multi_thread")]
async fn another_content_at_the_same_position_is_a_fork() {
    let desk = backend();
    let mut peer = Peer::enrol(&desk.backend, "k").await.unwrap();
    let before = peer.terminal().clone();
    let one = peer.write(Fact::Started { software: "one".into() });
    peer.push(vec![one]).await.unwrap();
    *peer.terminal() = before;
    let other = peer.write(Fact::Started { software: "other".into() });
    let answer = peer.send(&[other]).await.unwrap();
    assert_eq!(answer.status(), 409);
    assert_eq!(code(answer).await, "journal-forked");
}

/// Bodies that are no requests get a coded problem, and the backend goes on.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_are_refused_with_a_code() {
    let desk = backend();
    let mut peer = Peer::enrol(&desk.backend, "k").await.unwrap();
    let journal = "/kiosk/v1/journal";
    for body in ["", "null", "[]", "{", "{\"journal\": 7}", "\u{0}\u{1}"] {
        let answer = peer.post(journal, body).await.unwrap();
        assert_eq!(answer.status(), 400, "{body:?}");
        assert_eq!(code(answer).await, "malformed-body", "{body:?}");
    }
    let large = peer.post(journal, vec![b' '; 2 << 20]).await.unwrap();
    assert_eq!(large.status(), 413);
    let sound = peer.terminal().clone();
    let mut corrupt = peer.write(Fact::Started { software: "x".into() });
    corrupt.header = corrupt.header.replace('x', "y");
    assert_eq!(code(peer.send(&[corrupt]).await.unwrap()).await, "entry-corrupt");
    peer.terminal().begin_anew();
    let second = peer.write(Fact::Started { software: "2".into() });
    assert_eq!(code(peer.send(&[second]).await.unwrap()).await, "journal-gap");
    let stranger = peer.send_with("bm8.bm8", &[]).await.unwrap();
    assert_eq!(stranger.status(), 401);
    // It still serves.
    *peer.terminal() = sound;
    let fine = peer.write(Fact::Started { software: "x".into() });
    peer.push(vec![fine]).await.unwrap();
}

async fn code(answer: reqwest::Response) -> String {
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    assert!(kind.starts_with("application/problem+json"), "{kind}");
    let problem: Value = answer.json().await.unwrap();
    problem["code"].as_str().unwrap_or_default().to_owned()
}

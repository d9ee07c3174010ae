//! A hall for tests: an application in a folder of its own, a terminal that journals, people who work.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use ed25519_dalek::SigningKey;
use hall_domain::Actor;
use hall_domain::ground::clock::Clock;
use hall_domain::people::staff;
use hall_domain::terminals::{enrolment, import};
use hall_rules::Role;
use kiosk_backend::app::App;
use kiosk_backend::config::Config;
use kiosk_wire::entry::UnconfirmedReason;
use kiosk_wire::kiosk_api::{EnrolAnswer, JournalAnswer, JournalPush};
use kiosk_wire::signed::{Purpose, TokenClaims};
use kiosk_wire::submission::{ActingFor, Applicant, Assurance, DocumentFamily, MaterialLine};
use kiosk_wire::{
    CompartmentNo, Envelope, Fact, Header, JournalId, Personal, Problem, ReceiptNumber, Signed, Stamp, Submission,
    SubmissionId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;
use uuid::Uuid;

/// Monday 23 November 2026, 10:00 in the hall.
pub(crate) const MONDAY: i64 = 1_795_399_200_000;
pub(crate) const PASSWORD: &str = "a long enough password";
pub(crate) const NAME: &str = "欧阳测试";
pub(crate) const NUMBER: &str = "11010519491231002X";
pub(crate) const PHONE: &str = "13812345678";

pub(crate) struct Hall {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) dir: Arc<tempfile::TempDir>,
    pub(crate) extra: String,
}

impl Hall {
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// With more lines in the configuration.
    pub(crate) async fn with(extra: &str) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let clock = Clock::standing_at(MONDAY);
        let app = open(dir.path(), extra, &clock).await;
        let hall = Self { app, clock, dir, extra: extra.to_owned() };
        hall.blocking(|app| {
            let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
            import::catalogue_folder(app, &assets.join("catalogue")).unwrap();
            import::calendar_file(app, &assets.join("calendar/2026.toml")).unwrap();
            staff::add_window(app, "文旅窗口", None, vec!["culture".into()]).unwrap();
            staff::add_window(app, "城管窗口", None, vec!["urban".into()]).unwrap();
        })
        .await;
        hall
    }

    /// Stops the server and starts it again on the same folder.
    pub(crate) async fn restart(self) -> Self {
        let clock = self.clock.clone();
        self.restart_with(clock).await
    }

    /// As [`Self::restart`], under another clock.
    pub(crate) async fn restart_with(self, clock: Clock) -> Self {
        let Self { app, dir, extra, .. } = self;
        drop(app);
        let app = open(dir.path(), &extra, &clock).await;
        Self { app, clock, dir, extra }
    }

    pub(crate) async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&App) -> T + Send + 'static) -> T {
        let app = self.app.clone();
        tokio::task::spawn_blocking(move || work(&app)).await.unwrap()
    }

    pub(crate) async fn staff(&self, name: &'static str, window: &'static str, role: Role) -> Actor {
        let id = self
            .blocking(move |app| {
                let new = staff::NewStaff {
                    name: name.into(),
                    windows: vec![window.into()],
                    role,
                    password: PASSWORD.into(),
                    card: None,
                };
                staff::add(app, new).unwrap()
            })
            .await;
        let staff = staff::get(&self.app, id).await.unwrap().unwrap();
        Actor { staff, from: "192.0.2.7".into() }
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = kiosk_backend::api::router(self.app.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn post(&self, path: &str, token: Option<&str>, body: impl Into<Body>) -> Answer {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.ask(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str, etag: Option<&str>) -> Answer {
        let mut request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Adds and enrols a terminal.
    pub(crate) async fn terminal(&self, name: &'static str, seed: u8) -> Terminal {
        let added = self.blocking(move |app| enrolment::add(app, name).unwrap()).await;
        let key = SigningKey::from_bytes(&[seed; 32]);
        let body = serde_json::json!({
            "code": added.code, "public_key": hex::encode(key.verifying_key().as_bytes()), "software": "test",
        });
        let answer = self.post("/kiosk/v1/enrol", None, body.to_string()).await;
        let identity: EnrolAnswer = answer.json();
        Terminal::new(identity, key)
    }

    pub(crate) async fn push(&self, terminal: &Terminal, entries: &[Envelope]) -> Answer {
        let push = JournalPush { journal: terminal.journal, entries: entries.to_vec(), clock: None };
        let token = terminal.token(self.clock.now_ms());
        self.post("/kiosk/v1/journal", Some(&token), serde_json::to_string(&push).unwrap()).await
    }

    /// Pushes everything a terminal has; all of it must be stored.
    pub(crate) async fn sync(&self, terminal: &Terminal) {
        let answer: JournalAnswer = self.push(terminal, &terminal.entries).await.json();
        assert_eq!(answer.next, terminal.entries.len() as u64 + 1);
        for result in answer.results {
            assert_eq!(result.taken, kiosk_wire::kiosk_api::Taken::Stored, "entry {}", result.seq);
        }
    }

    /// The database from beside the program.
    fn sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join("data").join(hall_store::DATABASE)).unwrap()
    }

    /// Changes it from beside the program.
    pub(crate) fn rewrite(&self, sql: &str) {
        self.sqlite().execute(sql, []).unwrap();
    }

    /// One text, as it is on disk.
    pub(crate) fn text(&self, sql: &str) -> String {
        self.sqlite().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// How many rows a condition has: reads what is on disk.
    pub(crate) fn count(&self, from: &str) -> i64 {
        self.sqlite().query_row(&format!("SELECT COUNT(*) FROM {from}"), [], |row| row.get(0)).unwrap()
    }
}

async fn open(dir: &Path, extra: &str, clock: &Clock) -> App {
    let text = format!("data_dir = {:?}\nhall = \"测试大厅\"\n{extra}", dir.join("data"));
    let config = Config::parse("backend.toml", &text).unwrap();
    let clock = clock.clone();
    tokio::task::spawn_blocking(move || App::open(config, clock).unwrap()).await.unwrap()
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{} {}", self.status, String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(self.headers[header::CONTENT_TYPE], Problem::MEDIA_TYPE, "{}", self.status);
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        assert!(!problem.title.is_empty() && !problem.detail.is_empty(), "{problem:?}");
        problem
    }
}

/// A terminal that journals as the real one does.
#[derive(Clone)]
pub(crate) struct Terminal {
    pub(crate) identity: EnrolAnswer,
    pub(crate) key: SigningKey,
    pub(crate) journal: JournalId,
    pub(crate) entries: Vec<Envelope>,
    pub(crate) now_ms: i64,
    /// What it stamps entries with, in place of a clock that is right.
    pub(crate) stamp: Option<Stamp>,
    receipts: u32,
}

impl Terminal {
    fn new(identity: EnrolAnswer, key: SigningKey) -> Self {
        let journal = JournalId(Uuid::now_v7());
        let mut terminal =
            Self { identity, key, journal, entries: Vec::new(), now_ms: MONDAY, stamp: None, receipts: 0 };
        terminal.write(Fact::JournalCreated { software: "test".into() });
        terminal
    }

    pub(crate) fn token(&self, now_ms: i64) -> String {
        self.token_of(&TokenClaims {
            kiosk: self.identity.kiosk,
            audience: self.identity.audience.clone(),
            issued_ms: now_ms,
            expires_ms: now_ms + 60_000,
        })
    }

    pub(crate) fn token_of(&self, claims: &TokenClaims) -> String {
        Signed::seal(claims, Purpose::Token, &self.key).unwrap().to_token().unwrap()
    }

    pub(crate) fn write(&mut self, fact: Fact) {
        self.write_text(&self.header(fact), None);
    }

    fn header(&self, fact: Fact) -> String {
        // It started a day before, and knows the backend's time.
        let mono_ms = u64::try_from(self.now_ms - MONDAY + 86_400_000).unwrap();
        let right = Stamp { wall_ms_utc: self.now_ms, mono_ms, server_offset_ms: Some(0), ..Stamp::default() };
        let at = self.stamp.unwrap_or(right);
        serde_json::to_string(&Header { v: kiosk_wire::VERSION, at, fact }).unwrap()
    }

    pub(crate) fn write_text(&mut self, header: &str, payload: Option<String>) {
        let mut prev = [0; 32];
        if let Some(last) = self.entries.last() {
            hex::decode_to_slice(&last.hash, &mut prev).unwrap();
        }
        let seq = self.entries.len() as u64 + 1;
        self.entries.push(Envelope::seal(self.journal, seq, prev, header.to_owned(), payload));
    }

    pub(crate) fn prepare(&mut self) -> SubmissionId {
        self.prepare_with(serde_json::to_string(&submission()).unwrap())
    }

    pub(crate) fn prepare_with(&mut self, payload: String) -> SubmissionId {
        let id = SubmissionId(Uuid::now_v7());
        self.receipts += 1;
        let prefix = &self.identity.receipt_prefix;
        let receipt = hall_rules::ReceiptNumber::make(prefix, 1, self.receipts).unwrap();
        let fact = Fact::SubmissionPrepared {
            submission: id,
            receipt: ReceiptNumber(receipt.as_str().into()),
            item: "commercial-performance".into(),
            item_version: 2,
            department: "culture".into(),
        };
        self.write_text(&self.header(fact), Some(payload));
        id
    }

    pub(crate) fn deposit(&mut self, no: u16) -> SubmissionId {
        let id = self.prepare();
        let compartment = CompartmentNo(no);
        self.write(Fact::DepositIntended { submission: id, compartment });
        self.write(Fact::Deposited { submission: id, compartment });
        id
    }

    pub(crate) fn deposit_unconfirmed(&mut self, no: u16) -> SubmissionId {
        let id = self.prepare();
        let compartment = CompartmentNo(no);
        self.write(Fact::DepositIntended { submission: id, compartment });
        self.write(Fact::DepositUnconfirmed { submission: id, compartment, why: UnconfirmedReason::Interrupted });
        id
    }
}

pub(crate) fn submission() -> Submission {
    Submission {
        salt: hex::encode(Uuid::now_v7().as_bytes()),
        applicant: Applicant {
            name: Personal::from(NAME),
            document: DocumentFamily::ResidentNumber,
            number: Personal::from(NUMBER),
            sex: None,
            birth_date: None,
            address: Some(Personal::from("北京市朝阳区测试路")),
            valid_until: None,
            assurance: Assurance::SamVerified,
            signature: None,
        },
        acting_for: ActingFor::Organisation,
        phone: Some(Personal::from(PHONE)),
        situations: [("what".to_owned(), "first".to_owned())].into(),
        answers: [("venue".to_owned(), Personal::from("人民剧院"))].into(),
        materials: vec![MaterialLine {
            code: "m1".into(),
            name: "演出申请登记表".into(),
            originals: 1,
            copies: 0,
            deferrable: false,
            brought: true,
        }],
    }
}

pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

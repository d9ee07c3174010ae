//! A hall to test with, and a browser that keeps cookies and tokens.

use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use hall_domain::ground::clock::Clock;
use hall_domain::ground::moment::Moment;
use hall_domain::people::staff::{self, NewStaff};
use hall_domain::terminals::{enrolment, import, intake};
use hall_rules::{ReceiptNumber, Role};
use kiosk_wire::kiosk_api::{EnrolRequest, JournalPush};
use kiosk_wire::submission::{ActingFor, Applicant, Assurance, DocumentFamily, MaterialLine};
use kiosk_wire::{
    CompartmentNo, Envelope, Fact, Header, JournalId, KioskId, Personal, Stamp, Submission, SubmissionId,
};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::app::App;
use crate::config::Config;

/// 2026-11-23 10:00 in Shanghai, a Monday.
const NOW: i64 = 1_795_399_200_000;
pub(super) const PASSWORD: &str = "三个窗口今天都开着";
pub(super) const NAME: &str = "张三丰";
pub(super) const NUMBER: &str = "362201199001010218";
pub(super) const PHONE: &str = "13812345678";

/// A hall with two windows, three people and one terminal.
pub(super) struct Hall {
    pub(super) app: App,
    pub(super) router: Router,
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) kiosk: KioskId,
    pub(super) prefix: String,
    pub(super) journal: JournalId,
    pub(super) head: (u64, [u8; 32]),
    pub(super) checked: Checked,
    pub(super) _dir: tempfile::TempDir,
}

/// Whatever a test did to its hall: the database agrees with itself, and nothing right is called broken. Nothing in it
/// when a test writes behind the program's back.
pub(super) struct Checked(pub(super) Option<App>);

impl Drop for Checked {
    fn drop(&mut self) {
        let Some(app) = self.0.take().filter(|_| !std::thread::panicking()) else { return };
        let moment = Moment::of(&app);
        let found = app.store().read_blocking(|connection| hall_domain::figures::verify::all(connection, &moment));
        assert_eq!(found.expect("looks").flaws, Vec::<String>::new());
    }
}

impl Hall {
    pub(super) fn open() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let text = format!("data_dir = {:?}\nhall = \"宜春市政务服务大厅\"\n", dir.path());
        let config = Config::parse("backend.toml", &text).expect("a config");
        let app = App::open(config, Clock::standing_at(NOW)).expect("opens");
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
        import::catalogue_folder(&app, &assets.join("catalogue")).expect("a catalogue");
        import::calendar_file(&app, &assets.join("calendar/2026.toml")).expect("a calendar");
        for (window, department) in [("3号窗口", "culture"), ("5号窗口", "education")] {
            staff::add_window(&app, window, None, vec![department.into()]).expect("a window");
        }
        for (name, window, role) in
            [("王敏", "3号窗口", Role::Clerk), ("李强", "3号窗口", Role::Chief), ("赵燕", "5号窗口", Role::Clerk)]
        {
            hire(&app, name, window, role);
        }
        let added = enrolment::add(&app, "大厅1号机").expect("a terminal");
        app.reload().expect("reloads");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let request = EnrolRequest {
            code: added.code,
            public_key: hex::encode(ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key().as_bytes()),
            software: "0.1.0".into(),
        };
        let enrolled = runtime
            .block_on(enrolment::enrol(&app, hall_domain::ground::origin::Origin::default(), request))
            .expect("enrols");
        app.reload().expect("reloads");
        app.heard(enrolled.kiosk);
        Self {
            router: crate::console::router(app.clone()),
            checked: Checked(Some(app.clone())),
            app,
            runtime,
            kiosk: enrolled.kiosk,
            prefix: enrolled.receipt_prefix,
            journal: JournalId(Uuid::now_v7()),
            head: (0, [0; 32]),
            _dir: dir,
        }
    }

    /// The same hall after a start with other settings.
    pub(super) fn with(self, settings: &str) -> Self {
        let Self { app, router, runtime, kiosk, prefix, journal, head, checked, _dir } = self;
        let now = app.now_ms();
        drop((checked, router, app));
        let text = format!("data_dir = {:?}\nhall = \"宜春市政务服务大厅\"\n{settings}", _dir.path());
        let config = Config::parse("backend.toml", &text).expect("a config");
        let app = App::open(config, Clock::standing_at(now)).expect("opens");
        app.heard(kiosk);
        let (router, checked) = (crate::console::router(app.clone()), Checked(Some(app.clone())));
        Self { router, app, runtime, kiosk, prefix, journal, head, checked, _dir }
    }

    /// Somebody at another window.
    pub(super) fn hire_at(&self, name: &str, window: &str, role: Role) {
        hire(&self.app, name, window, role);
    }

    /// One more person of the third window.
    pub(super) fn hire(&self, name: &str, role: Role) {
        hire(&self.app, name, "3号窗口", role);
    }

    /// The terminal writes facts and sends them.
    pub(super) fn journal(&mut self, facts: Vec<(Fact, Option<String>)>) {
        let entries = facts
            .into_iter()
            .map(|(fact, payload)| {
                let stamp = Stamp { wall_ms_utc: self.app.now_ms(), server_offset_ms: Some(0), ..Stamp::default() };
                let header = serde_json::to_string(&Header { v: 1, at: stamp, fact }).expect("json");
                let envelope = Envelope::seal(self.journal, self.head.0 + 1, self.head.1, header, payload);
                self.head = (envelope.seq, envelope.check(self.journal).expect("sealed"));
                envelope
            })
            .collect();
        let push = JournalPush { journal: self.journal, entries, clock: None };
        self.runtime.block_on(intake::take(&self.app, self.kiosk, push)).expect("taken");
    }

    /// An applicant puts paper into a box; `name` may be hostile.
    pub(super) fn deposit(&mut self, no: u16, name: &str, sure: bool) -> SubmissionId {
        let form = material("申请表\"><img src=x onerror=alert(1)>", false);
        self.deposit_of(no, name, sure, ("commercial-performance", "culture"), vec![form])
    }

    /// The same, for another item of another department, with other materials.
    pub(super) fn deposit_of(
        &mut self,
        no: u16,
        name: &str,
        sure: bool,
        (item, department): (&str, &str),
        materials: Vec<MaterialLine>,
    ) -> SubmissionId {
        let id = SubmissionId(Uuid::now_v7());
        let compartment = CompartmentNo(no);
        let receipt = ReceiptNumber::make(&self.prefix, 1, u32::from(no)).expect("a number");
        let submission = Submission {
            salt: "00".repeat(16),
            applicant: Applicant {
                name: Personal::from(name),
                document: DocumentFamily::ResidentNumber,
                number: Personal::from(NUMBER),
                sex: None,
                birth_date: None,
                address: None,
                valid_until: None,
                assurance: Assurance::SamVerified,
                signature: None,
            },
            acting_for: ActingFor::Organisation,
            phone: Some(Personal::from(PHONE)),
            situations: [("<b>q</b>".to_owned(), "<i>o</i>".to_owned())].into(),
            answers: [("note".to_owned(), Personal::from("<script>alert(1)</script>"))].into(),
            materials,
        };
        let closing = if sure {
            Fact::Deposited { submission: id, compartment }
        } else {
            let why = kiosk_wire::entry::UnconfirmedReason::OpeningNotSeen;
            Fact::DepositUnconfirmed { submission: id, compartment, why }
        };
        self.journal(vec![
            (
                Fact::SubmissionPrepared {
                    submission: id,
                    receipt: kiosk_wire::ReceiptNumber(receipt.as_str().into()),
                    item: item.into(),
                    item_version: self.item_version(item),
                    department: department.into(),
                },
                Some(serde_json::to_string(&submission).expect("json")),
            ),
            (Fact::DepositIntended { submission: id, compartment }, None),
            (closing, None),
        ]);
        id
    }

    /// A clerk opens the box at the terminal and shuts it.
    pub(super) fn open_and_shut(&mut self, id: SubmissionId, no: u16, name: &str) {
        let everyone = self.app.store().read_blocking(staff::all).expect("staff");
        let clerk = everyone.into_iter().find(|staff| staff.name == name).expect("someone");
        let authority = kiosk_wire::entry::Authority::Roster {
            generation: 1,
            version: 1,
            window: clerk.windows.first().expect("a window").0,
        };
        let (submission, compartment, staff) = (Some(id), CompartmentNo(no), clerk.id);
        self.journal(vec![
            (Fact::CollectionIntended { submission, compartment, staff, authority }, None),
            (Fact::CollectionClosed { submission, compartment, staff, opening_seen: true }, None),
        ]);
    }

    /// The terminal carries out that staff said: it is empty.
    pub(super) fn emptied(&mut self, id: SubmissionId, no: u16, name: &str) {
        let everyone = self.app.store().read_blocking(staff::all).expect("staff");
        let staff = everyone.into_iter().find(|staff| staff.name == name).expect("someone").id;
        let fact = Fact::EmptinessAffirmed { submission: Some(id), compartment: CompartmentNo(no), staff };
        self.journal(vec![(fact, None)]);
    }

    /// The version of an item in the present catalogue.
    fn item_version(&self, code: &str) -> u32 {
        let (_, body) = self.app.catalogue().expect("a catalogue");
        let catalogue: hall_rules::Catalogue = serde_json::from_str(&body).expect("a catalogue");
        catalogue.items.iter().find(|item| item.code == code).expect("such an item").version
    }

    pub(super) fn browser(&self) -> Browser<'_> {
        Browser { hall: self, cookies: Vec::new(), csrf: String::new(), htmx: false }
    }

    pub(super) fn signed_in(&self, name: &str) -> Browser<'_> {
        let mut browser = self.browser();
        browser.get("/sign-in");
        let answer = browser.post("/sign-in", &[("name", name), ("password", PASSWORD)]);
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"), "{}", answer.body);
        let first = browser.get("/");
        assert_eq!(browser.get(first.location()).status, StatusCode::OK, "{name} begins somewhere");
        browser
    }

    pub(super) fn audit(&self) -> Vec<String> {
        let sqlite = self.sqlite();
        let mut statement = sqlite.prepare("SELECT action FROM audit ORDER BY seq").expect("SQL");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("reads")
    }

    /// The database from beside the program.
    pub(super) fn sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self._dir.path().join(hall_store::DATABASE)).expect("opens")
    }

    /// Changes it from beside the program; false when the database refuses.
    pub(super) fn rewrite(&self, sql: &str) -> bool {
        self.sqlite().execute(sql, []).is_ok()
    }

    /// One value of it.
    pub(super) fn value<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.sqlite().query_row(sql, [], |row| row.get(0)).expect("reads")
    }
}

fn hire(app: &App, name: &str, window: &str, role: Role) {
    let (password, windows) = (Personal::from(PASSWORD), vec![window.into()]);
    staff::add(app, NewStaff { name: name.into(), windows, role, password, card: None }).expect("staff");
}

/// One original that was brought.
pub(super) fn material(name: &str, deferrable: bool) -> MaterialLine {
    MaterialLine { code: "form".into(), name: name.into(), originals: 1, copies: 0, deferrable, brought: true }
}

/// Keeps cookies, and the token of the last page's forms.
pub(super) struct Browser<'h> {
    pub(super) hall: &'h Hall,
    pub(super) cookies: Vec<(String, String)>,
    pub(super) csrf: String,
    pub(super) htmx: bool,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Browser<'_> {
    pub(super) fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[])
    }

    /// Posts a form with the token of the last page.
    pub(super) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        let form = reqwest::Url::parse_with_params("http://x/", &all).expect("a form");
        self.send(Method::POST, path, form.query().map(str::to_owned), &[])
    }

    pub(super) fn send(
        &mut self,
        method: Method,
        path: &str,
        form: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "hall.example");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(header::COOKIE, cookies.join("; "));
        if self.htmx {
            request = request.header("hx-request", "true");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.map_or(Body::empty(), Body::from))
            .expect("a request");
        let answer = self.hall.runtime.block_on(async {
            let response = self.hall.router.clone().oneshot(request).await.expect("answers");
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, 4 << 20).await.expect("a body");
            Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
        });
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ascii");
            assert!(line.contains("; HttpOnly; SameSite=Lax"), "{line}");
            let (name, rest) = line.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default().to_owned();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value));
            }
        }
        if let Some((_, rest)) = answer.body.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap_or_default().to_owned();
        }
        answer
    }
}

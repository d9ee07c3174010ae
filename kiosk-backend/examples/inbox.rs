//! How long the server takes for the inbox's page with many cases in the store, beside the same page with few:
//! `cargo run --release -p kiosk-backend --example inbox`. One case in twenty is open, all of one window.

use std::path::Path;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use hall_rules::{ReceiptNumber, Role};
use kiosk_backend::app::App;
use kiosk_backend::clock::Clock;
use kiosk_backend::config::Config;
use kiosk_backend::domain::{enrolment, import, intake, sign_in, staff};
use kiosk_backend::store::StoreError;
use kiosk_wire::kiosk_api::{EnrolRequest, JournalPush};
use kiosk_wire::submission::{ActingFor, Applicant, Assurance, DocumentFamily, MaterialLine};
use kiosk_wire::{
    CompartmentNo, Envelope, Fact, Header, JournalId, KioskId, Personal, Stamp, Submission, SubmissionId,
};
use tower::ServiceExt as _;
use uuid::Uuid;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Monday 23 November 2026, 10:00 in the hall.
const NOW: i64 = 1_795_399_200_000;
const PASSWORD: &str = "a long enough password";
const FEW: u32 = 1_000;
const MANY: u32 = 100_000;
/// One in so many is open.
const OPEN: u32 = 20;
const ASKED: usize = 300;
/// Cases of one push: three entries each.
const AT_ONCE: u32 = 300;

#[expect(clippy::print_stdout, reason = "it is what the figures are for")]
fn main() -> Result<()> {
    let few = figures(FEW)?;
    let many = figures(MANY)?;
    println!("inbox page, server time          {FEW:>12} cases {MANY:>12} cases");
    for (name, place) in [("median", ASKED / 2), ("p99", ASKED * 99 / 100)] {
        println!("  {name:<30} {:>15.1} ms {:>15.1} ms", ms(few[place]), ms(many[place]));
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The times of each request, shortest first.
fn figures(cases: u32) -> Result<Vec<Duration>> {
    let dir = tempfile::tempdir()?;
    let text = format!("data_dir = {:?}\nhall = \"bench\"\n", dir.path());
    let app = App::open(Config::parse("backend.toml", &text)?, Clock::standing_at(NOW))?;
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
    import::catalogue_folder(&app, &assets.join("catalogue"))?;
    import::calendar_file(&app, &assets.join("calendar/2026.toml"))?;
    staff::add_window(&app, "3号窗口", None, vec!["culture".into()])?;
    let (password, windows) = (Personal::from(PASSWORD), vec!["3号窗口".into()]);
    staff::add(&app, staff::NewStaff { name: "王敏".into(), windows, role: Role::Clerk, password, card: None })?;
    let runtime = tokio::runtime::Runtime::new()?;
    let added = enrolment::add(&app, "大厅1号机")?;
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
    let request = EnrolRequest { code: added.code, public_key: hex::encode(key.as_bytes()), software: "bench".into() };
    let enrolled = runtime.block_on(enrolment::enrol(&app, "bench", request))?;
    app.reload()?;
    app.heard(enrolled.kiosk);
    runtime.block_on(fill(&app, enrolled.kiosk, &enrolled.receipt_prefix, cases))?;
    let opened = runtime.block_on(sign_in::sign_in(&app, "bench", "王敏", Personal::from(PASSWORD), None))?;
    let router = kiosk_backend::console::router(app);
    let mut times = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let request = Request::get("/inbox?show=new").header(header::COOKIE, format!("session={}", opened.token));
        let (request, router, began) = (request.body(Body::empty())?, router.clone(), Instant::now());
        let page = runtime.block_on(async {
            let answer = router.oneshot(request).await.map_err(|never| match never {})?;
            Ok::<_, Box<dyn std::error::Error>>(to_bytes(answer.into_body(), usize::MAX).await?)
        })?;
        times.push(began.elapsed());
        let rows = String::from_utf8_lossy(&page).matches("data-case=").count();
        if rows != 50 {
            return Err(format!("the page shows {rows} cases").into());
        }
    }
    times.sort();
    Ok(times)
}

/// Deposits through intake as terminals send them; then all but one in [`OPEN`] are archived.
async fn fill(app: &App, kiosk: KioskId, prefix: &str, cases: u32) -> Result<()> {
    let mut journal = Journal { id: JournalId(Uuid::now_v7()), next: 1, head: [0; 32] };
    for first in (1..=cases).step_by(AT_ONCE as usize) {
        let mut entries = Vec::new();
        for n in first..(first + AT_ONCE).min(cases + 1) {
            journal.deposit(prefix, n, &mut entries)?;
        }
        intake::take(app, kiosk, JournalPush { journal: journal.id, entries }).await?;
    }
    let rest = format!(
        "UPDATE cases SET state = 'archived', due_clock = NULL, due_date = NULL, soon_date = NULL
         WHERE rowid % {OPEN} <> 0"
    );
    app.store()
        .write(move |tx| {
            tx.execute(&rest, [])?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}

struct Journal {
    id: JournalId,
    next: u64,
    head: [u8; 32],
}

impl Journal {
    fn append(&mut self, fact: Fact, payload: Option<String>, entries: &mut Vec<Envelope>) -> Result<()> {
        let header = Header { v: kiosk_wire::VERSION, at: Stamp { wall_ms_utc: NOW, ..Stamp::default() }, fact };
        let envelope = Envelope::seal(self.id, self.next, self.head, serde_json::to_string(&header)?, payload);
        self.head = envelope.check(self.id)?;
        self.next += 1;
        entries.push(envelope);
        Ok(())
    }

    fn deposit(&mut self, prefix: &str, n: u32, entries: &mut Vec<Envelope>) -> Result<()> {
        let submission = SubmissionId(Uuid::now_v7());
        let compartment = CompartmentNo(u16::try_from(n % 200 + 1)?);
        let receipt = ReceiptNumber::make(prefix, 1, n)?;
        let prepared = Fact::SubmissionPrepared {
            submission,
            receipt: kiosk_wire::ReceiptNumber(receipt.as_str().into()),
            item: "commercial-performance".into(),
            item_version: 1,
            department: "culture".into(),
        };
        self.append(prepared, Some(serde_json::to_string(&paper(n))?), entries)?;
        self.append(Fact::DepositIntended { submission, compartment }, None, entries)?;
        self.append(Fact::Deposited { submission, compartment }, None, entries)
    }
}

fn paper(n: u32) -> Submission {
    let material = |m: u8| MaterialLine {
        code: format!("m{m}"),
        name: format!("材料{m}"),
        originals: 1,
        copies: 1,
        deferrable: false,
        brought: true,
    };
    Submission {
        salt: format!("{n:032}"),
        applicant: Applicant {
            name: Personal::new(format!("张三{n}")),
            document: DocumentFamily::ResidentNumber,
            number: Personal::new(format!("3622011990{n:07}X")),
            sex: None,
            birth_date: None,
            address: None,
            valid_until: None,
            assurance: Assurance::SamVerified,
            signature: None,
        },
        acting_for: ActingFor::Oneself,
        phone: Some(Personal::new(format!("138{n:08}"))),
        situations: [("what".to_owned(), "first".to_owned())].into(),
        answers: [("venue".to_owned(), Personal::from("人民剧院"))].into(),
        materials: (1..=8).map(material).collect(),
    }
}

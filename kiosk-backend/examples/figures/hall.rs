//! A backend with as many cases as a figure wants, made through intake as terminals send them.

use std::path::{Path, PathBuf};

use hall_domain::ground::clock::Clock;
use hall_domain::ground::origin::Origin;
use hall_domain::people::staff;
use hall_domain::terminals::{enrolment, import, intake};
use hall_rules::{ReceiptNumber, Role};
use kiosk_backend::app::App;
use kiosk_backend::config::Config;
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest, JournalPush};
use kiosk_wire::submission::{ActingFor, Applicant, Assurance, DocumentFamily, MaterialLine};
use kiosk_wire::{CompartmentNo, Envelope, Fact, Header, JournalId, Personal, Stamp, Submission, SubmissionId};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::Result;

/// Monday 23 November 2026, 10:00 in the hall.
pub(crate) const NOW: i64 = 1_795_399_200_000;
/// A clerk of the hall's only window.
pub(crate) const STAFF: &str = "王敏";
pub(crate) const PASSWORD: &str = "a long enough password";
/// The calendar that it begins with, of [`assets`].
pub(crate) const CALENDAR: &str = "calendar/2026.toml";
const ITEM: &str = "commercial-performance";
/// Cases of one push: three entries each.
const AT_ONCE: u32 = 300;

pub(crate) struct Hall {
    pub(crate) app: App,
    pub(crate) runtime: Runtime,
    kiosk: EnrolAnswer,
    item_version: u32,
    _folder: TempDir,
}

pub(crate) fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets")
}

impl Hall {
    /// With a window, a clerk, a terminal, and so many cases, all in the locker.
    pub(crate) fn with(cases: u32) -> Result<Self> {
        let hall = Self::open()?;
        hall.fill(cases)?;
        Ok(hall)
    }

    fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let text = format!("data_dir = {:?}\nhall = \"bench\"\n", folder.path());
        let app = App::open(Config::parse("backend.toml", &text)?, Clock::standing_at(NOW))?;
        import::catalogue_folder(&app, &assets().join("catalogue"))?;
        import::calendar_file(&app, &assets().join(CALENDAR))?;
        staff::add_window(&app, "3号窗口", None, vec!["culture".into()])?;
        let (password, windows) = (Personal::from(PASSWORD), vec!["3号窗口".into()]);
        staff::add(&app, staff::NewStaff { name: STAFF.into(), windows, role: Role::Clerk, password, card: None })?;
        let runtime = Runtime::new()?;
        let code = enrolment::add(&app, "大厅1号机")?.code;
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
        let request = EnrolRequest { code, public_key: hex::encode(key.as_bytes()), software: "bench".into() };
        let kiosk = runtime.block_on(enrolment::enrol(&app, Origin::default(), request))?;
        app.reload()?;
        app.heard(kiosk.kiosk);
        let item_version =
            sqlite(&app)?
                .query_row("SELECT MAX(version) FROM item_versions WHERE code = ?1", [ITEM], |row| row.get(0))?;
        Ok(Self { app, runtime, kiosk, item_version, _folder: folder })
    }

    fn fill(&self, cases: u32) -> Result<()> {
        let mut journal = Journal { id: JournalId(Uuid::now_v7()), next: 1, head: [0; 32] };
        for first in (1..=cases).step_by(AT_ONCE as usize) {
            let mut entries = Vec::new();
            for n in first..(first + AT_ONCE).min(cases + 1) {
                journal.deposit(&self.kiosk.receipt_prefix, self.item_version, n, &mut entries)?;
            }
            let push = JournalPush { journal: journal.id, entries, clock: None };
            self.runtime.block_on(intake::take(&self.app, self.kiosk.kiosk, push))?;
        }
        Ok(())
    }
}

/// The database from beside the program.
pub(crate) fn sqlite(app: &App) -> Result<rusqlite::Connection> {
    Ok(rusqlite::Connection::open(app.config().data_dir.join(hall_store::DATABASE))?)
}

struct Journal {
    id: JournalId,
    next: u64,
    head: [u8; 32],
}

impl Journal {
    fn append(&mut self, fact: Fact, payload: Option<String>, entries: &mut Vec<Envelope>) -> Result<()> {
        let header = Header {
            v: kiosk_wire::VERSION,
            at: Stamp { wall_ms_utc: NOW, server_offset_ms: Some(0), ..Stamp::default() },
            fact,
        };
        let envelope = Envelope::seal(self.id, self.next, self.head, serde_json::to_string(&header)?, payload);
        self.head = envelope.check(self.id)?;
        self.next += 1;
        entries.push(envelope);
        Ok(())
    }

    fn deposit(&mut self, prefix: &str, item_version: u32, n: u32, entries: &mut Vec<Envelope>) -> Result<()> {
        let submission = SubmissionId(Uuid::now_v7());
        let compartment = CompartmentNo(u16::try_from(n % 200 + 1)?);
        let receipt = ReceiptNumber::make(prefix, 1, n)?;
        let prepared = Fact::SubmissionPrepared {
            submission,
            receipt: kiosk_wire::ReceiptNumber(receipt.as_str().into()),
            item: ITEM.into(),
            item_version,
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

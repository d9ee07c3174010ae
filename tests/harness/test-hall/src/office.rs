//! A hall in which people work: two clerks, a chief, and a terminal in front of their windows.

use std::fs;
use std::ops::Deref;
use std::path::Path;

use axum::Router;
use hall_domain::ground::actor::Actor;
use hall_domain::ground::origin::Origin;
use hall_domain::people::staff;
use hall_domain::terminals::{enrolment, intake};
use hall_rules::Role;
use kiosk_wire::entry::{Authority, UnconfirmedReason};
use kiosk_wire::submission::MaterialLine;
use kiosk_wire::{CompartmentNo, Fact, KioskId, Personal, Stamp, Submission, SubmissionId};
use outside::people::{Item, NAME, material, paper};
use outside::{Terminal, terminal};
use tokio::runtime::Runtime;

use crate::visitor::Visitor;
use crate::{Hall, founding, log};

/// What the terminal got when it was enrolled, in the hall's folder.
const IDENTITY: &str = "terminal.json";
const PEOPLE: [(&str, &str, Role); 3] =
    [("王敏", "3号窗口", Role::Clerk), ("李强", "3号窗口", Role::Chief), ("赵燕", "5号窗口", Role::Clerk)];

/// The hall, its router, and a runtime for those who do not bring one.
pub struct Office {
    hall: Hall,
    pub router: Router,
    pub runtime: Runtime,
    pub kiosk: KioskId,
    pub terminal: Terminal,
}

impl Deref for Office {
    type Target = Hall;

    fn deref(&self) -> &Hall {
        &self.hall
    }
}

impl Office {
    /// A day begins: everybody is there, and no case.
    pub fn open() -> Self {
        let hall = Hall::copy_of("office", log::begin(), "", |app, folder| {
            founding::furnish(app);
            for (name, window, role) in PEOPLE {
                founding::hire(app, name, window, role);
            }
            let code = enrolment::add(app, "大厅1号机").expect("a terminal").code;
            let request = terminal::enrolment(code, &terminal::key(7));
            let enrolled = runtime().block_on(enrolment::enrol(app, Origin::default(), request)).expect("enrols");
            fs::write(folder.join(IDENTITY), serde_json::to_string(&enrolled).expect("JSON")).expect("writes");
        });
        let identity = fs::read_to_string(hall.folder().join(IDENTITY)).expect("an identity");
        let terminal = Terminal::new(serde_json::from_str(&identity).expect("an identity"), terminal::key(7));
        Self::of(hall, terminal)
    }

    fn of(hall: Hall, terminal: Terminal) -> Self {
        let kiosk = terminal.identity.kiosk;
        hall.app.heard(kiosk);
        Self { router: kiosk_backend::console::router(hall.app.clone()), hall, runtime: runtime(), kiosk, terminal }
    }

    /// The same after a start with other settings.
    pub fn with(self, settings: &str) -> Self {
        let Self { hall, router, terminal, .. } = self;
        drop(router);
        Self::of(hall.close().with(settings).open(), terminal)
    }

    /// The same after somebody did this to its data folder while no program ran.
    pub fn after(self, act: impl FnOnce(&Path)) -> Self {
        let Self { hall, router, terminal, .. } = self;
        drop(router);
        let closed = hall.close();
        act(&closed.data());
        Self::of(closed.open(), terminal)
    }

    /// Somebody at another window.
    pub fn hire_at(&self, name: &str, window: &str, role: Role) {
        founding::hire(&self.app, name, window, role);
    }

    /// One more person of the third window.
    pub fn hire(&self, name: &str, role: Role) {
        self.hire_at(name, "3号窗口", role);
    }

    /// Somebody who works here, as the domain knows them.
    pub fn actor(&self, name: &str) -> Actor {
        let everyone = self.app.store().read_blocking(staff::all).expect("staff");
        let staff = everyone.into_iter().find(|staff| staff.name == name).expect("someone of that name");
        Actor { staff, from: "test".into() }
    }

    /// The terminal writes facts and sends them.
    pub fn journal(&mut self, facts: Vec<Fact>) {
        self.stamp();
        facts.into_iter().for_each(|fact| self.terminal.write(fact));
        self.send();
    }

    /// From now on it writes as of now, whenever that is.
    fn stamp(&mut self) {
        let wall_ms_utc = self.app.now_ms();
        self.terminal.stamp = Some(Stamp { wall_ms_utc, server_offset_ms: Some(0), ..Stamp::default() });
    }

    /// The terminal sends what it wrote.
    pub fn send(&mut self) {
        let entries = self.terminal.take();
        let push = self.terminal.push_of(&entries);
        self.runtime.block_on(intake::take(&self.app, self.kiosk, push)).expect("is taken");
    }

    /// An applicant puts paper into a box; `name` may be hostile, as all else is.
    pub fn deposit(&mut self, no: u16, name: &str, sure: bool) -> SubmissionId {
        let form = material("申请表\"><img src=x onerror=alert(1)>", false);
        self.deposit_of(no, name, sure, ("commercial-performance", "culture"), vec![form])
    }

    /// The same, for another item of another department, with other materials.
    pub fn deposit_of(
        &mut self,
        no: u16,
        name: &str,
        sure: bool,
        (item, department): (&str, &str),
        materials: Vec<MaterialLine>,
    ) -> SubmissionId {
        let mut paper = Submission {
            situations: [("<b>q</b>".to_owned(), "<i>o</i>".to_owned())].into(),
            answers: [("note".to_owned(), Personal::from("<script>alert(1)</script>"))].into(),
            materials,
            ..paper()
        };
        paper.applicant.name = Personal::from(name);
        let item = Item { version: self.item_version(item), code: item.into(), department: department.into() };
        self.stamp();
        let id = if sure {
            self.terminal.deposit_of(no, item, &paper)
        } else {
            self.terminal.deposit_unconfirmed_of(no, item, &paper, UnconfirmedReason::OpeningNotSeen)
        };
        self.send();
        id
    }

    /// A clerk opens the box at the terminal and shuts it.
    pub fn open_and_shut(&mut self, id: SubmissionId, no: u16, name: &str) {
        let clerk = self.actor(name).staff;
        let window = clerk.windows.first().expect("a window").0;
        let authority = Authority::Roster { generation: 1, version: 1, window };
        let (submission, compartment, staff) = (Some(id), CompartmentNo(no), clerk.id);
        self.journal(vec![
            Fact::CollectionIntended { submission, compartment, staff, authority },
            Fact::CollectionClosed { submission, compartment, staff, opening_seen: true },
        ]);
    }

    /// The terminal carries out that staff said: it is empty.
    pub fn emptied(&mut self, id: SubmissionId, no: u16, name: &str) {
        let staff = self.actor(name).staff.id;
        self.journal(vec![Fact::EmptinessAffirmed { submission: Some(id), compartment: CompartmentNo(no), staff }]);
    }

    /// A case whose paper the third window has; its page.
    pub fn received(&mut self) -> String {
        let id = self.deposit(7, NAME, true);
        self.take_out(id, 7, "王敏")
    }

    /// A clerk takes the paper out of a box, and says so; the case's page.
    pub fn take_out(&mut self, id: SubmissionId, no: u16, name: &str) -> String {
        self.open_and_shut(id, no, name);
        let case = format!("/cases/{id}");
        let mut clerk = self.signed_in(name);
        clerk.get(&case);
        assert_eq!(clerk.post(&format!("{case}/affirm-empty"), &[]).location(), case);
        case
    }

    /// The version of an item in the present catalogue.
    fn item_version(&self, code: &str) -> u32 {
        let (_, body) = self.app.catalogue().expect("a catalogue");
        let catalogue: hall_rules::Catalogue = serde_json::from_str(&body).expect("a catalogue");
        catalogue.items.iter().find(|item| item.code == code).expect("such an item").version
    }

    /// Somebody whom nobody knows.
    pub fn browser(&self) -> Visitor<'_> {
        Visitor::new(self)
    }

    /// Somebody who has signed in and looks at their first page.
    pub fn signed_in(&self, name: &str) -> Visitor<'_> {
        let mut browser = self.browser();
        browser.sign_in(name);
        browser
    }
}

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

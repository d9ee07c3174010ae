//! Staff at the terminal: sign-in by card and PIN or by the console's one-time code, and the boxes they may open.

use std::time::Duration;

use hardware::lockers::DoorState;
use kiosk_journey::{Input, StaffDoor, StaffProof};
use kiosk_wire::entry::{Authority, StaffRefusal};
use kiosk_wire::{CompartmentNo, DirectiveId, DirectiveOutcome, Fact, Personal, StaffId};

use super::{Event, Runner};
use crate::directive::Present;
use crate::journal::NewEntry;
use crate::staff;

/// Wrong one-time codes, and for how long codes are refused after that many.
const CODE_TRIES: usize = 5;
const CODE_PAUSE: Duration = Duration::from_secs(600);

/// What is known of the staff visit under way.
#[derive(Debug, Default)]
pub(super) struct StaffVisit {
    signed_in: Option<SignedIn>,
    /// The directive by which a door is open for staff.
    collecting: Collecting,
    wrong_codes: Vec<Duration>,
    /// Grows with each visit: a check that comes back after its visit ended counts for nothing.
    visit: u64,
}

/// The door that is open for staff by a directive.
type Collecting = Option<(CompartmentNo, DirectiveId)>;

#[derive(Clone, Debug)]
enum SignedIn {
    ByCard(StaffId),
    ByCode(DirectiveId),
}

/// A PIN that was checked away from the loop.
#[derive(Debug)]
pub struct PinCheck {
    visit: u64,
    staff: StaffId,
    mark: String,
    right: bool,
}

impl StaffVisit {
    /// The visit is over.
    pub(super) fn end(&mut self) {
        self.signed_in = None;
        self.collecting = None;
        self.visit += 1;
    }

    /// Follows what is about to be written: the end of a collection answers the directive that armed it. Returns that
    /// answer, and what is to be [kept](StaffVisit::keep) once all of it is written.
    pub(super) fn follow(&self, entries: &[NewEntry]) -> (Option<Fact>, Collecting) {
        let (mut answer, mut collecting) = (None, self.collecting);
        for entry in entries {
            if let Fact::CollectionIntended { compartment, authority: Authority::Directive { directive }, .. } =
                &entry.fact
            {
                collecting = Some((*compartment, *directive));
            }
            if let Fact::LoadIntended { compartment, directive, .. } = &entry.fact {
                collecting = Some((*compartment, *directive));
            }
            if let Fact::ResultLoaded { compartment, .. } = &entry.fact
                && let Some((_, directive)) = collecting.take_if(|(no, _)| no == compartment)
            {
                answer = Some(Fact::DirectiveAnswered { directive, outcome: DirectiveOutcome::Done });
            }
            // Another box may be tried: the directive stays armed.
            if let Fact::LoadVoided { compartment, .. } = &entry.fact {
                collecting = collecting.filter(|(no, _)| no != compartment);
            }
            if let Fact::CollectionClosed { compartment, opening_seen, .. } = &entry.fact
                && let Some((_, directive)) = collecting.take_if(|(no, _)| no == compartment)
            {
                let outcome = if *opening_seen { DirectiveOutcome::Done } else { DirectiveOutcome::DoorStuck };
                answer = Some(Fact::DirectiveAnswered { directive, outcome });
            }
        }
        (answer, collecting)
    }

    /// What was followed is written.
    pub(super) fn keep(&mut self, collecting: Collecting) {
        self.collecting = collecting;
    }

    /// How many wrong codes are still borne.
    pub(super) fn code_tries_left(&mut self, now: Duration) -> u8 {
        self.wrong_codes.retain(|at| now < *at + CODE_PAUSE);
        u8::try_from(CODE_TRIES.saturating_sub(self.wrong_codes.len())).unwrap_or(0)
    }

    /// Counts a wrong code.
    pub(super) fn note_wrong_code(&mut self, now: Duration) {
        self.wrong_codes.push(now);
    }

    /// Whether a door is open by this directive.
    pub(super) fn is_collecting(&self, id: DirectiveId) -> bool {
        self.collecting.is_some_and(|(_, directive)| directive == id)
    }
}

impl Runner {
    /// What directives and staff are judged against; `None` without journal or identity.
    pub(super) fn present(&self) -> Option<Present<'_>> {
        Some(Present {
            kiosk: self.identity.as_ref()?.kiosk(),
            generation: self.generation,
            earliest_ms: self.clock.earliest_ms(),
            projection: self.journal.as_ref()?.projection(),
            fitted: &self.fitted,
        })
    }

    pub(super) fn verify_staff(&mut self, proof: StaffProof) {
        match proof {
            StaffProof::CardAndPin { staff, pin } => self.check_pin(staff, pin),
            StaffProof::OneTimeCode { code } => self.check_code(&code),
        }
    }

    fn refuse(&mut self, staff: Option<StaffId>, why: StaffRefusal, tries_left: Option<u8>) {
        self.tell(Input::StaffRefused { staff, why, tries_left });
    }

    fn check_pin(&mut self, id: StaffId, pin: Personal) {
        let Some(roster) = self.roster.as_ref().filter(|roster| !staff::is_expired(roster, self.clock.earliest_ms()))
        else {
            return self.refuse(Some(id), StaffRefusal::RosterExpired, None);
        };
        let Some(phc) = staff::by_id(roster, id).and_then(|staff| staff.pin_phc.clone()) else {
            return self.refuse(Some(id), StaffRefusal::UnknownCard, None);
        };
        let mark = staff::pin_mark(&phc);
        let tries = u32::from(self.hall.settings.staff_pin.tries);
        // A count that cannot be read counts as exhausted.
        let wrong = self.journal.as_ref().and_then(|journal| journal.wrong_pins(id, &mark).ok()).unwrap_or(tries);
        if wrong >= tries {
            return self.refuse(Some(id), StaffRefusal::Locked, None);
        }
        let (visit, sender) = (self.desk.visit, self.sender.clone());
        std::thread::spawn(move || {
            let right = staff::pin_is_right(&phc, pin.expose());
            drop(sender.send(Event::PinChecked(PinCheck { visit, staff: id, mark, right })));
        });
    }

    pub(super) fn take_pin_check(&mut self, check: PinCheck) {
        let PinCheck { visit, staff, mark, right } = check;
        let Some(journal) = self.journal.as_mut() else { return };
        let tries = u32::from(self.hall.settings.staff_pin.tries);
        let before = journal.wrong_pins(staff, &mark).unwrap_or(tries);
        let wrong = if right { 0 } else { before.saturating_add(1) };
        if wrong != before
            && let Err(error) = journal.set_wrong_pins(staff, &mark, wrong)
        {
            tracing::error!(%error, "wrong PINs cannot be counted");
            return self.refuse(Some(staff), StaffRefusal::Locked, None);
        }
        if visit != self.desk.visit {
            return;
        }
        if !right {
            let left = tries.saturating_sub(wrong);
            let why = if left == 0 { StaffRefusal::Locked } else { StaffRefusal::WrongPin };
            return self.refuse(Some(staff), why, Some(u8::try_from(left).unwrap_or(0)));
        }
        self.sign_in(SignedIn::ByCard(staff));
    }

    fn check_code(&mut self, code: &Personal) {
        let now = self.clock.now();
        if self.desk.code_tries_left(now) == 0 {
            return self.refuse(None, StaffRefusal::Locked, None);
        }
        let found =
            self.present().and_then(|present| staff::by_code(&self.armed, code.expose(), present)).map(|d| d.id);
        match found {
            Some(id) => self.sign_in(SignedIn::ByCode(id)),
            None => {
                self.desk.note_wrong_code(now);
                let left = self.desk.code_tries_left(now);
                self.refuse(None, StaffRefusal::WrongCode, Some(left));
            }
        }
    }

    fn sign_in(&mut self, how: SignedIn) {
        let who = match &how {
            SignedIn::ByCard(id) => self
                .roster
                .as_ref()
                .and_then(|roster| staff::by_id(roster, *id))
                .map(|staff| (staff.id, staff.name.clone())),
            SignedIn::ByCode(id) => {
                let armed = self.armed.iter().find(|directive| directive.id == *id);
                armed.map(|directive| (directive.staff, directive.staff_name.clone()))
            }
        };
        let Some((staff, name)) = who else { return self.refuse(None, StaffRefusal::UnknownCard, None) };
        self.desk.signed_in = Some(how);
        let doors = self.staff_doors();
        self.told.staff_doors.clone_from(&doors);
        self.tell(Input::StaffVerified { staff, name, doors });
    }

    /// The boxes that whoever is signed in may open now.
    fn staff_doors(&self) -> Vec<StaffDoor> {
        let (Some(how), Some(present)) = (&self.desk.signed_in, self.present()) else { return Vec::new() };
        let rooms = self.rooms();
        match how {
            SignedIn::ByCard(id) => self
                .roster
                .as_ref()
                .and_then(|roster| Some(staff::doors(staff::by_id(roster, *id)?, roster, &self.armed, present, &rooms)))
                .unwrap_or_default(),
            SignedIn::ByCode(id) => {
                let armed = self.armed.iter().find(|directive| directive.id == *id);
                armed
                    .and_then(|directive| staff::armed_door(directive, present, &mut rooms.iter()))
                    .into_iter()
                    .collect()
            }
        }
    }

    /// The compartments that a result can be put into, the best first: those of A4 sheets, then by number.
    fn rooms(&self) -> Vec<CompartmentNo> {
        let Some(journal) = &self.journal else { return Vec::new() };
        let free = |no: &&CompartmentNo| {
            journal.projection().compartment(**no).is_free() && self.doors.get(no) == Some(&DoorState::Closed)
        };
        let mut rooms: Vec<CompartmentNo> = self.fitted.iter().filter(free).copied().collect();
        rooms.sort_by_key(|no| (self.sizes.get(no).is_none_or(|size| !size.eq_ignore_ascii_case("A4")), *no));
        rooms
    }

    /// Tells when the list of whoever is signed in changed.
    pub(super) fn tell_staff_doors(&mut self) -> bool {
        if self.desk.signed_in.is_none() {
            return false;
        }
        let doors = self.staff_doors();
        if doors == self.told.staff_doors {
            return false;
        }
        self.told.staff_doors.clone_from(&doors);
        self.tell(Input::StaffDoors(doors));
        true
    }
}

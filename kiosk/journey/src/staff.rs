//! Staff at the terminal: who they are, which boxes they open, and that those are empty.

use std::time::Duration;

use kiosk_wire::entry::{SetAsideReason, StaffRefusal};
use kiosk_wire::{CompartmentNo, Fact, StaffCall, StaffId};

use crate::door::{DoorWatch, Finding};
use crate::input::{Load, StaffDoor};
use crate::journey::{Journey, RECORD_AGAIN};
use crate::layout::page_of;
use crate::output::{Entry, Output, Payload, Sound, StaffProof};
use crate::page::{Card, Page};
use crate::session::{CODE_DIGITS, Pending, Purpose, Session, StaffVisit};
use crate::terms::StaffDoorKind;
use crate::touch::{Act, Key, Touch};
use crate::view::{Screen, StaffBoxRow, StaffBoxesView, StaffPadView};

/// Boxes of staff on a page.
const STAFF_ROWS: usize = 4;

impl Journey {
    pub(crate) fn staff_card(&mut self, staff: StaffId, name: String, now: Duration) {
        self.card_present = true;
        self.card_left = None;
        let may_begin = match self.page.traits().card {
            Card::Begins | Card::Read | Card::Document | Card::Staff | Card::Next => true,
            // Nobody signed in, so nothing is lost.
            Card::Guide => self.session.visit().is_none_or(|visit| visit.holder.is_none()),
            Card::Visit | Card::Nothing => false,
        };
        if !may_begin || !self.serves_staff() {
            return self.play(Sound::Attention);
        }
        self.end(now);
        self.card_left = None;
        self.play(Sound::CardRead);
        let staff = StaffVisit { staff: Some(staff), name, ..StaffVisit::default() };
        self.session = Session::Staff(Box::new(staff));
        self.show(Page::StaffPin, now);
    }

    pub(crate) fn touch_staff(&mut self, touch: Touch, now: Duration) {
        match (self.page.clone(), touch) {
            (Page::StaffDoor, _) => {}
            (_, Touch::Quit) | (Page::StaffRefused(_), _) => self.end(now),
            (Page::StaffPin | Page::StaffCode | Page::StaffBoxes { .. }, Touch::Back) => self.end(now),
            (Page::StaffPin | Page::StaffCode, Touch::Key(key)) => self.staff_key(key, now),
            (Page::StaffPin | Page::StaffCode, Touch::Next) => self.verify(now),
            (Page::StaffBoxes { .. }, Touch::Turn(turn)) => self.turn(turn),
            (Page::StaffBoxes { .. }, Touch::Choose(id)) => self.staff_choose(&id, now),
            (Page::StaffAffirm { .. }, touch) if self.loading().is_some() => self.affirm_loading(&touch, now),
            (Page::StaffAffirm { .. }, Touch::Act(Act::AffirmEmpty) | Touch::Next) => self.affirm(now),
            (Page::StaffAffirm { .. }, Touch::Act(Act::NotEmpty) | Touch::Back) => self.not_empty(now),
            _ => {}
        }
    }

    fn staff_key(&mut self, key: Key, now: Duration) {
        let code = self.page == Page::StaffCode;
        let longest = if code { CODE_DIGITS } else { self.hall.staff_pin.most };
        let Some(staff) = self.session.staff_mut().filter(|staff| staff.checking.is_none()) else { return };
        staff.refused = None;
        match key {
            Key::Char(c) if c.is_ascii_digit() && staff.digits.expose().len() < usize::from(longest) => {
                staff.digits.push(c);
            }
            Key::Delete => staff.digits.pop(),
            Key::Clear => staff.digits.clear(),
            Key::Char(_) | Key::Space | Key::Candidate(_) => {}
        }
        if code && staff.digits.expose().len() == usize::from(CODE_DIGITS) {
            self.verify(now);
        }
    }

    fn verify(&mut self, now: Duration) {
        let code = self.page == Page::StaffCode;
        let least = if code { CODE_DIGITS } else { self.hall.staff_pin.least };
        let Some(staff) = self.session.staff_mut().filter(|staff| staff.checking.is_none()) else { return };
        if staff.digits.expose().len() < usize::from(least) {
            return;
        }
        staff.checking = Some(now);
        let digits = std::mem::take(&mut staff.digits);
        let proof = match staff.staff {
            Some(staff) if !code => StaffProof::CardAndPin { staff, pin: digits },
            Some(_) | None => StaffProof::OneTimeCode { code: digits },
        };
        self.emit(Output::VerifyStaff(proof));
    }

    pub(crate) fn staff_verified(&mut self, who: StaffId, name: String, doors: Vec<StaffDoor>, now: Duration) {
        let by_code = self.page == Page::StaffCode;
        let Some(staff) = self.session.staff_mut().filter(|staff| staff.checking.is_some()) else { return };
        if staff.staff.is_some_and(|claimed| claimed != who) {
            return; // the answer to somebody else's question
        }
        staff.checking = None;
        staff.staff = Some(who);
        staff.name = name;
        staff.doors = sorted(doors);
        self.show(Page::StaffBoxes { page: 0 }, now);
        // A one-time code names its box: nothing is left to choose.
        let only = self.session.staff().and_then(|staff| match staff.doors.as_slice() {
            [only] if by_code && matches!(only.kind, StaffDoorKind::Armed | StaffDoorKind::Load) => {
                Some(only.compartment.to_string())
            }
            _ => None,
        });
        if let Some(id) = only {
            self.staff_choose(&id, now);
        }
    }

    pub(crate) fn staff_refused(
        &mut self,
        staff: Option<StaffId>,
        why: StaffRefusal,
        tries_left: Option<u8>,
        now: Duration,
    ) {
        self.record(Purpose::Note, [Fact::StaffRefused { staff, why }]);
        let home = matches!(self.page, Page::Idle | Page::Closed | Page::Reading | Page::CardProblem(_));
        let checking = self.session.staff().is_some_and(|staff| staff.checking.is_some());
        if !home && !checking {
            return;
        }
        self.play(Sound::Attention);
        match why {
            StaffRefusal::WrongPin | StaffRefusal::WrongCode if checking => {
                if let Some(staff) = self.session.staff_mut() {
                    staff.checking = None;
                    staff.refused = Some(why);
                    staff.tries_left = tries_left;
                }
                self.active = now;
            }
            StaffRefusal::WrongPin
            | StaffRefusal::WrongCode
            | StaffRefusal::UnknownCard
            | StaffRefusal::Locked
            | StaffRefusal::RosterExpired => {
                if self.session.staff().is_some() {
                    self.session = Session::Nobody;
                }
                self.show(Page::StaffRefused(why), now);
            }
        }
    }

    pub(crate) fn staff_doors(&mut self, doors: Vec<StaffDoor>) {
        if let Some(staff) = self.session.staff_mut().filter(|staff| staff.checking.is_none() && staff.staff.is_some())
        {
            staff.doors = sorted(doors);
        }
    }

    fn staff_choose(&mut self, id: &str, now: Duration) {
        let Some(staff) = self.session.staff_mut() else { return };
        let Some(who) = staff.staff else { return };
        let Some(door) = staff.doors.iter().find(|door| door.compartment.to_string() == id).cloned() else { return };
        staff.stuck = None;
        staff.record_failed = false;
        let compartment = door.compartment;
        let intent = match (&door.kind, door.load.clone()) {
            (StaffDoorKind::LoadNoRoom, _) | (StaffDoorKind::Load, None) => return self.play(Sound::Attention),
            (StaffDoorKind::Load, Some(Load { submission, receipt, item, department, directive, .. })) => {
                Fact::LoadIntended { submission, receipt, item, department, compartment, staff: who, directive }
            }
            _ => {
                let (submission, authority) = (door.submission, door.authority.clone());
                Fact::CollectionIntended { submission, compartment, staff: who, authority }
            }
        };
        staff.current = Some(door);
        self.record(Purpose::StaffIntent, [intent]);
        self.show(Page::Saving, now);
    }

    pub(crate) fn staff_recorded(&mut self, purpose: Purpose, now: Duration) {
        let Some(staff) = self.session.staff_mut() else { return };
        match purpose {
            Purpose::StaffIntent => {
                let Some(compartment) = staff.current.as_ref().map(|door| door.compartment) else { return };
                staff.watch = Some(DoorWatch::new(compartment, now));
                self.emit(Output::OpenDoor { compartment });
                self.show(Page::StaffDoor, now);
            }
            Purpose::StaffClosed { stuck: true, .. } => {
                staff.stuck = staff.current.take().map(|door| door.compartment);
                self.show(Page::StaffBoxes { page: 0 }, now);
            }
            Purpose::StaffClosed { opening_seen, stuck: false } => {
                self.show(Page::StaffAffirm { opening_seen }, now);
            }
            Purpose::StaffAffirm => {
                if let Some(done) = staff.current.take() {
                    staff.doors.retain(|door| door.compartment != done.compartment);
                }
                self.show(Page::StaffBoxes { page: 0 }, now);
            }
            Purpose::Prepare
            | Purpose::Deposited
            | Purpose::Unconfirmed(_)
            | Purpose::Move { .. }
            | Purpose::Void
            | Purpose::Reopen
            | Purpose::PickupIntent
            | Purpose::PickedUp
            | Purpose::PickupAffirm
            | Purpose::Note => {}
        }
    }

    pub(crate) fn staff_record_failed(&mut self, pending: Pending, now: Duration) {
        // The closing is a fact, and so is what was put in: it is written once the journal can be, whoever stands here
        // then.
        let loaded = |entry: &Entry| matches!(entry.fact, Fact::ResultLoaded { .. } | Fact::LoadVoided { .. });
        if matches!(pending.purpose, Purpose::StaffClosed { .. }) || pending.entries.iter().any(loaded) {
            self.again.push((now + RECORD_AGAIN, Pending { purpose: Purpose::Note, entries: pending.entries }));
        }
        if let Some(staff) = self.session.staff_mut() {
            staff.record_failed = true;
            staff.current = None;
        }
        self.play(Sound::Attention);
        self.show(Page::StaffBoxes { page: 0 }, now);
    }

    pub(crate) fn staff_door_over(&mut self, finding: Finding, now: Duration) {
        let Some(staff) = self.session.staff_mut() else { return };
        staff.watch = None;
        let (Some(who), Some(door)) = (staff.staff, staff.current.clone()) else { return };
        let opening_seen = finding == Finding::Closed;
        let stuck = !opening_seen && finding != Finding::MaybeMissed;
        if stuck {
            self.emit(Output::CallStaff(StaffCall::DoorStuck { compartment: door.compartment }));
        }
        let Some((load, compartment, _)) = self.loading() else {
            let (submission, compartment) = (door.submission, door.compartment);
            let closed = Fact::CollectionClosed { submission, compartment, staff: who, opening_seen };
            self.record(Purpose::StaffClosed { opening_seen, stuck }, [closed]);
            return self.show(Page::Saving, now);
        };
        if !stuck {
            return self.show(Page::StaffAffirm { opening_seen }, now); // only they know what they put in
        }
        let voided =
            Fact::LoadVoided { submission: load.submission, compartment, staff: Some(who), maybe_opened: false };
        let why = SetAsideReason::DoorStuck;
        let aside = Fact::CompartmentSetAside { compartment, why, submission: None };
        self.record(Purpose::StaffClosed { opening_seen, stuck }, [voided, aside]);
        self.show(Page::Saving, now);
    }

    /// The result that is being put in, where, and by whom.
    pub(crate) fn loading(&self) -> Option<(&Load, CompartmentNo, StaffId)> {
        let staff = self.session.staff()?;
        let door = staff.current.as_ref().filter(|door| door.kind == StaffDoorKind::Load)?;
        Some((door.load.as_ref()?, door.compartment, staff.staff?))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "any other touch answers nothing")]
    fn affirm_loading(&mut self, touch: &Touch, now: Duration) {
        let Some((load, compartment, staff)) = self.loading() else { return };
        let (submission, holder) = (load.submission, load.holder.clone());
        let entry = match touch {
            Touch::Act(Act::AffirmLoaded) => Entry {
                fact: Fact::ResultLoaded { submission, compartment, staff },
                payload: Some(Payload::Holder(holder)),
            },
            Touch::Act(Act::NotLoaded) => {
                Fact::LoadVoided { submission, compartment, staff: Some(staff), maybe_opened: true }.into()
            }
            _ => return,
        };
        self.record(Purpose::StaffAffirm, [entry]);
        self.show(Page::Saving, now);
    }

    /// Staff left the question open whether the result is in: somebody must look.
    pub(crate) fn unfinished_loading(&self) -> Option<Fact> {
        let (load, compartment, staff) = self.loading()?;
        let asked = matches!(self.page, Page::StaffAffirm { .. });
        let submission = load.submission;
        asked.then_some(Fact::LoadVoided { submission, compartment, staff: Some(staff), maybe_opened: true })
    }

    fn affirm(&mut self, now: Duration) {
        let Some(staff) = self.session.staff() else { return };
        let (Some(who), Some(door)) = (staff.staff, staff.current.clone()) else { return };
        let empty = Fact::EmptinessAffirmed { submission: door.submission, compartment: door.compartment, staff: who };
        self.record(Purpose::StaffAffirm, [empty]);
        self.show(Page::Saving, now);
    }

    fn not_empty(&mut self, now: Duration) {
        if let Some(staff) = self.session.staff_mut()
            && let Some(current) = staff.current.take()
        {
            for door in staff.doors.iter_mut().filter(|door| door.compartment == current.compartment) {
                door.kind = StaffDoorKind::ToBeConfirmed;
            }
        }
        self.show(Page::StaffBoxes { page: 0 }, now);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "other pages are other rooms'")]
    pub(crate) fn staff_screen(&self) -> Option<Screen> {
        Some(match &self.page {
            Page::StaffPin => Screen::StaffPin(self.pad(self.hall.staff_pin.most)),
            Page::StaffCode => Screen::StaffCode(self.pad(CODE_DIGITS)),
            Page::StaffBoxes { page } => Screen::StaffBoxes(self.boxes(*page)),
            Page::StaffDoor => Screen::StaffDoor(self.door()),
            Page::StaffAffirm { opening_seen } => {
                let door = self.session.staff().and_then(|staff| staff.current.as_ref());
                Screen::StaffAffirm {
                    compartment: self.compartment(),
                    receipt: door.and_then(|door| door.receipt.as_ref()).map(ToString::to_string),
                    opening_seen: *opening_seen,
                    loading: self.loading().is_some(),
                }
            }
            Page::StaffRefused(why) => Screen::StaffRefused { why: *why },
            _ => return None,
        })
    }

    fn pad(&self, of: u8) -> StaffPadView {
        let staff = self.session.staff();
        StaffPadView {
            name: staff.map(|staff| staff.name.clone()).unwrap_or_default(),
            typed: staff.map_or(0, |staff| u8::try_from(staff.digits.expose().len()).unwrap_or(u8::MAX)),
            of,
            checking: staff.is_some_and(|staff| staff.checking.is_some()),
            refused: staff.and_then(|staff| staff.refused),
            tries_left: staff.and_then(|staff| staff.tries_left),
        }
    }

    fn boxes(&self, page: usize) -> StaffBoxesView {
        let staff = self.session.staff();
        let doors = staff.map(|staff| staff.doors.as_slice()).unwrap_or_default();
        let (doors, paging) = page_of(doors, page, STAFF_ROWS);
        let rows = doors.iter().map(|door| StaffBoxRow {
            id: door.compartment.to_string(),
            compartment: door.compartment.0,
            receipt: door.receipt.as_ref().map(ToString::to_string),
            kind: door.kind,
        });
        StaffBoxesView {
            name: staff.map(|staff| staff.name.clone()).unwrap_or_default(),
            rows: rows.collect(),
            paging,
            stuck: staff.and_then(|staff| staff.stuck).map(|no| no.0),
            record_failed: staff.is_some_and(|staff| staff.record_failed),
        }
    }
}

/// Armed ones first, then by number.
fn sorted(mut doors: Vec<StaffDoor>) -> Vec<StaffDoor> {
    doors.sort_by_key(|door| (door.kind, door.compartment));
    doors
}

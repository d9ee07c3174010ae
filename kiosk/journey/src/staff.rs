//! Staff at the terminal: who they are, which boxes they open, and that those are empty.

use std::time::Duration;

use uuid::Uuid;

use crate::door::{DoorWatch, Finding};
use crate::journey::{Journey, RECORD_AGAIN};
use crate::visit::{Page, Pending, Purpose, StaffVisit};
use crate::{
    Act, Authority, Draft, Key, Output, SetAsideReason, Sound, StaffCall, StaffDoor, StaffDoorKind, StaffProof,
    StaffRefusal, Touch,
};

/// The longest PIN.
pub(crate) const PIN_DIGITS: u8 = 8;
/// The shortest PIN that is sent to be checked.
const PIN_LEAST: u8 = 4;
/// Digits of the console's one-time code.
pub(crate) const CODE_DIGITS: u8 = 6;

impl Journey {
    pub(crate) fn staff_card(&mut self, staff: Uuid, name: String, now: Duration) {
        self.card_present = true;
        self.card_left = None;
        let may_begin = match &self.page {
            Page::Idle
            | Page::Closed
            | Page::ShutDoors(_)
            | Page::Reading
            | Page::CardProblem(_)
            | Page::Document(_)
            | Page::DocumentCheck
            | Page::FindNumber
            | Page::FindLastFour
            | Page::FindFailed(_)
            | Page::Progress
            | Page::Done
            | Page::NotDeposited
            | Page::PickupFailed
            | Page::Rate { .. }
            | Page::StaffCode
            | Page::StaffPin
            | Page::StaffRefused(_) => true,
            // Nobody signed in, so nothing is lost.
            Page::Choose { .. } | Page::Search { .. } | Page::Guide { .. } => {
                self.visit.as_ref().is_none_or(|visit| visit.holder.is_none())
            }
            Page::Starting
            | Page::Situation(_)
            | Page::NotHere { .. }
            | Page::Materials { .. }
            | Page::Missing { .. }
            | Page::NoBox(_)
            | Page::Phone
            | Page::Field(_)
            | Page::Check { .. }
            | Page::BoxSize
            | Page::Saving
            | Page::Door
            | Page::AskPaperIn
            | Page::RecordFailed { .. }
            | Page::Errands { .. }
            | Page::Errand { .. }
            | Page::PickupCode
            | Page::PickupDoor
            | Page::AskTaken { .. }
            | Page::StaffBoxes { .. }
            | Page::StaffDoor
            | Page::StaffAffirm { .. } => false,
        };
        if !may_begin || !self.serves_staff() {
            return self.play(Sound::Attention);
        }
        self.end(now);
        self.card_left = None;
        self.play(Sound::CardRead);
        self.staff = Some(StaffVisit { staff: Some(staff), name, ..StaffVisit::default() });
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
        let longest = if code { CODE_DIGITS } else { PIN_DIGITS };
        let Some(staff) = self.staff.as_mut().filter(|staff| staff.checking.is_none()) else { return };
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
        let least = if code { CODE_DIGITS } else { PIN_LEAST };
        let Some(staff) = self.staff.as_mut().filter(|staff| staff.checking.is_none()) else { return };
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

    pub(crate) fn staff_verified(&mut self, who: Uuid, name: String, doors: Vec<StaffDoor>, now: Duration) {
        let by_code = self.page == Page::StaffCode;
        let Some(staff) = self.staff.as_mut().filter(|staff| staff.checking.is_some()) else { return };
        if staff.staff.is_some_and(|claimed| claimed != who) {
            return; // the answer to somebody else's question
        }
        staff.checking = None;
        staff.staff = Some(who);
        staff.name = name;
        staff.doors = sorted(doors);
        self.show(Page::StaffBoxes { page: 0 }, now);
        // A one-time code names its box: nothing is left to choose.
        let only = self.staff.as_ref().and_then(|staff| match staff.doors.as_slice() {
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
        staff: Option<Uuid>,
        why: StaffRefusal,
        tries_left: Option<u8>,
        now: Duration,
    ) {
        self.record(Purpose::Note, vec![Draft::StaffRefused { staff, why }]);
        let home = matches!(self.page, Page::Idle | Page::Closed | Page::Reading | Page::CardProblem(_));
        let checking = self.staff.as_ref().is_some_and(|staff| staff.checking.is_some());
        if !home && !checking {
            return;
        }
        self.play(Sound::Attention);
        match why {
            StaffRefusal::WrongPin | StaffRefusal::WrongCode if checking => {
                if let Some(staff) = &mut self.staff {
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
                self.staff = None;
                self.show(Page::StaffRefused(why), now);
            }
        }
    }

    pub(crate) fn staff_doors(&mut self, doors: Vec<StaffDoor>) {
        if let Some(staff) = self.staff.as_mut().filter(|staff| staff.checking.is_none() && staff.staff.is_some()) {
            staff.doors = sorted(doors);
        }
    }

    fn staff_choose(&mut self, id: &str, now: Duration) {
        let Some(staff) = &mut self.staff else { return };
        let Some(who) = staff.staff else { return };
        let Some(door) = staff.doors.iter().find(|door| door.compartment.to_string() == id).cloned() else { return };
        staff.stuck = None;
        staff.record_failed = false;
        let intent = match (&door.kind, door.submission, &door.authority) {
            (StaffDoorKind::LoadNoRoom, ..) => return self.play(Sound::Attention),
            (StaffDoorKind::Load, Some(submission), Authority::Directive { directive }) => {
                Draft::LoadIntended { submission, compartment: door.compartment, staff: who, directive: *directive }
            }
            _ => Draft::CollectionIntended {
                submission: door.submission,
                compartment: door.compartment,
                staff: who,
                authority: door.authority.clone(),
            },
        };
        staff.current = Some(door);
        self.record(Purpose::StaffIntent, vec![intent]);
        self.show(Page::Saving, now);
    }

    pub(crate) fn staff_recorded(&mut self, purpose: Purpose, now: Duration) {
        let Some(staff) = &mut self.staff else { return };
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
        let loaded = |draft: &Draft| matches!(draft, Draft::ResultLoaded { .. } | Draft::LoadVoided { .. });
        if matches!(pending.purpose, Purpose::StaffClosed { .. }) || pending.drafts.iter().any(loaded) {
            self.again.push((now + RECORD_AGAIN, Pending { purpose: Purpose::Note, drafts: pending.drafts }));
        }
        if let Some(staff) = &mut self.staff {
            staff.record_failed = true;
            staff.current = None;
        }
        self.play(Sound::Attention);
        self.show(Page::StaffBoxes { page: 0 }, now);
    }

    pub(crate) fn staff_door_over(&mut self, finding: Finding, now: Duration) {
        let Some(staff) = &mut self.staff else { return };
        staff.watch = None;
        let (Some(who), Some(door)) = (staff.staff, staff.current.clone()) else { return };
        let opening_seen = finding == Finding::Closed;
        let stuck = !opening_seen && finding != Finding::MaybeMissed;
        if stuck {
            self.emit(Output::CallStaff(StaffCall::DoorStuck { compartment: door.compartment }));
        }
        if let Some((submission, compartment, ..)) = self.loading() {
            if !stuck {
                return self.show(Page::StaffAffirm { opening_seen }, now); // only they know what they put in
            }
            let voided = Draft::LoadVoided { submission, compartment, staff: who, maybe_opened: false };
            let why = SetAsideReason::DoorStuck;
            let aside = Draft::CompartmentSetAside { compartment, why, submission: None };
            self.record(Purpose::StaffClosed { opening_seen, stuck }, vec![voided, aside]);
            return self.show(Page::Saving, now);
        }
        let closed = Draft::CollectionClosed {
            submission: door.submission,
            compartment: door.compartment,
            staff: who,
            opening_seen,
        };
        self.record(Purpose::StaffClosed { opening_seen, stuck }, vec![closed]);
        self.show(Page::Saving, now);
    }

    /// The result that is being put in: submission, compartment, who, and the directive.
    pub(crate) fn loading(&self) -> Option<(Uuid, u16, Uuid, Uuid)> {
        let staff = self.staff.as_ref()?;
        let door = staff.current.as_ref().filter(|door| door.kind == StaffDoorKind::Load)?;
        let Authority::Directive { directive } = door.authority else { return None };
        Some((door.submission?, door.compartment, staff.staff?, directive))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "any other touch answers nothing")]
    fn affirm_loading(&mut self, touch: &Touch, now: Duration) {
        let Some((submission, compartment, staff, directive)) = self.loading() else { return };
        let draft = match touch {
            Touch::Act(Act::AffirmLoaded) => Draft::ResultLoaded { submission, compartment, staff, directive },
            Touch::Act(Act::NotLoaded) => Draft::LoadVoided { submission, compartment, staff, maybe_opened: true },
            _ => return,
        };
        self.record(Purpose::StaffAffirm, vec![draft]);
        self.show(Page::Saving, now);
    }

    /// Staff left the question open whether the result is in: somebody must look.
    pub(crate) fn unfinished_loading(&self) -> Option<Draft> {
        let (submission, compartment, staff, _) = self.loading()?;
        let asked = matches!(self.page, Page::StaffAffirm { .. });
        asked.then_some(Draft::LoadVoided { submission, compartment, staff, maybe_opened: true })
    }

    fn affirm(&mut self, now: Duration) {
        let Some(staff) = &self.staff else { return };
        let (Some(who), Some(door)) = (staff.staff, staff.current.clone()) else { return };
        let empty = Draft::EmptinessAffirmed { submission: door.submission, compartment: door.compartment, staff: who };
        self.record(Purpose::StaffAffirm, vec![empty]);
        self.show(Page::Saving, now);
    }

    fn not_empty(&mut self, now: Duration) {
        if let Some(staff) = &mut self.staff
            && let Some(current) = staff.current.take()
        {
            for door in staff.doors.iter_mut().filter(|door| door.compartment == current.compartment) {
                door.kind = StaffDoorKind::ToBeConfirmed;
            }
        }
        self.show(Page::StaffBoxes { page: 0 }, now);
    }
}

/// Armed ones first, then by number.
fn sorted(mut doors: Vec<StaffDoor>) -> Vec<StaffDoor> {
    doors.sort_by_key(|door| (door.kind, door.compartment));
    doors
}

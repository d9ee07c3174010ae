//! Cards and doors, as they are reported.

use std::time::Duration;

use hardware::cards::{self, CardEvent, Uid};
use hardware::lockers::{DoorState, LockerEvent, UnlockError};
use kiosk_journey::{CardProblem, Input, UnlockOutcome};
use kiosk_wire::entry::{SetAsideReason, StaffRefusal};
use kiosk_wire::submission::Applicant;
use kiosk_wire::{CompartmentNo, Fact, SubmissionId};
use uuid::Uuid;

use super::{Runner, translate};
use crate::journal::Holds;
use crate::staff;

/// How long after an unlock its door is read out to the journey: the board is polled every 100 ms by then.
const READ_AFTER: Duration = Duration::from_millis(400);
/// How long a door must stay open uninvited before it counts as forced: sensors bounce when a door falls shut.
const FORCED_AFTER: Duration = Duration::from_millis(1_500);

/// A second look at a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SecondLook {
    pub(super) at: Duration,
    /// At which.
    pub(super) compartment: CompartmentNo,
    pub(super) what: LookFor,
}

/// What a second look is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LookFor {
    /// The reading that follows an unlock.
    Reading,
    /// Whether it is still open uninvited.
    Forced,
}

impl Runner {
    pub(super) fn take_card(&mut self, reader: usize, event: CardEvent) {
        match event {
            CardEvent::ReaderState(status) => {
                let at = self.clock.stamp().wall_ms_utc;
                self.parts.reader_is(reader, &status, at);
            }
            CardEvent::CardPresent => self.tell(Input::CardPresent),
            CardEvent::CardRead(card) => self.take_identity(&card),
            CardEvent::UidOnly(uid) => self.take_staff_card(&uid),
            CardEvent::CardFailed(error) => {
                tracing::info!(code = error.code(), "card not read");
                self.tell(translate::card_failure(&error));
            }
            CardEvent::CardRemoved => self.tell(Input::CardRemoved),
        }
    }

    fn take_identity(&mut self, card: &cards::Identity) {
        // What is not certainly over is not over: a wrong clock turns nobody away.
        let today = jiff::Timestamp::from_millisecond(self.clock.earliest_ms()).ok().map(|at| self.hall.day(at));
        let expired = today.is_some_and(|today| {
            let [year, month, day] = [today.year().into(), i32::from(today.month()), i32::from(today.day())];
            cards::Date::new(to(year), to(month), to(day)).is_some_and(|today| card.expired_on(today))
        });
        if expired {
            tracing::info!(code = "card-expired", "card not taken");
            return self.tell(Input::CardFailed(CardProblem::Expired));
        }
        let applicant = Box::new(translate::applicant(card));
        let age = self.age(&applicant);
        self.tell(Input::CardRead { applicant, submission: SubmissionId(Uuid::now_v7()), age });
    }

    /// Full years of a card's holder, when they are the same at every time that it may be.
    pub(super) fn age(&self, applicant: &Applicant) -> Option<u8> {
        let born = applicant.birth_date.as_ref()?;
        let at = |ms| {
            let today = self.hall.day(jiff::Timestamp::from_millisecond(ms).ok()?);
            hall_rules::age::of_holder(applicant.document, born.expose(), today)
        };
        let [best, others @ ..] = self.clock.possible_ms().map(at);
        best.filter(|age| others.iter().all(|other| *other == Some(*age)))
    }

    fn take_staff_card(&mut self, uid: &Uid) {
        let Some(found) = self.roster.as_ref().and_then(|roster| staff::by_card(roster, uid.as_bytes())) else {
            return self.tell(Input::CardFailed(CardProblem::UnknownCard));
        };
        let (staff, name) = (found.id, found.name.clone());
        if self.roster.as_ref().is_none_or(|roster| staff::is_expired(roster, self.clock.earliest_ms())) {
            let why = StaffRefusal::RosterExpired;
            return self.tell(Input::StaffRefused { staff: Some(staff), why, tries_left: None });
        }
        self.tell(Input::StaffCard { staff, name });
    }

    pub(super) fn take_locker(&mut self, event: LockerEvent) {
        match event {
            LockerEvent::BusState(status) => {
                let at = self.clock.stamp().wall_ms_utc;
                self.parts.locker_is(&status, at);
            }
            LockerEvent::Door { compartment, state } => self.take_door(CompartmentNo(compartment), state, false),
            LockerEvent::Snapshot(doors) => self.take_snapshot(doors),
            LockerEvent::UnlockSent { compartment } => tracing::info!(compartment, "unlock sent"),
            LockerEvent::UnlockAcked { compartment } => {
                self.take_unlock(CompartmentNo(compartment), UnlockOutcome::Acknowledged)
            }
            LockerEvent::UnlockRefused { compartment } => {
                self.take_unlock(CompartmentNo(compartment), UnlockOutcome::Refused)
            }
            LockerEvent::UnlockFailed { compartment, error } => {
                tracing::warn!(compartment, code = error.code(), %error, "unlock failed");
                let outcome = match error {
                    UnlockError::NotSent(_) => UnlockOutcome::NotSent,
                    UnlockError::PortLost(_) | UnlockError::NoAnswer { .. } | UnlockError::Garbled { .. } => {
                        UnlockOutcome::NoAnswer
                    }
                };
                self.take_unlock(CompartmentNo(compartment), outcome);
            }
        }
    }

    fn take_snapshot(&mut self, doors: Vec<(u16, DoorState)>) {
        let first = !self.doors_seen;
        self.doors_seen = true;
        let doors: Vec<_> = doors.into_iter().map(|(no, state)| (CompartmentNo(no), state)).collect();
        let open: Vec<_> = doors.iter().filter(|(_, state)| *state == DoorState::Open).map(|(no, _)| *no).collect();
        for (no, state) in doors {
            self.take_door(no, state, first);
        }
        if first && !open.is_empty() {
            tracing::warn!(doors = ?open.iter().map(|no| no.0).collect::<Vec<_>>(), "doors open at the start");
            self.tell(Input::OpenDoorsAtBoot(open));
        }
    }

    /// On the first look after the start an empty box may well stand open: a technician may have left it so.
    fn take_door(&mut self, compartment: CompartmentNo, state: DoorState, first: bool) {
        if self.doors.insert(compartment, state) == Some(state) {
            return;
        }
        self.watch_remote_door(compartment, state);
        self.tell(Input::Door { compartment, state: translate::door(state) });
        let harmless = first && self.holds(compartment) == Holds::Nothing;
        if state == DoorState::Open && !harmless && !self.is_invited(compartment) {
            let at = self.clock.now() + FORCED_AFTER;
            self.looks.push(SecondLook { at, compartment, what: LookFor::Forced });
        }
    }

    fn take_unlock(&mut self, compartment: CompartmentNo, outcome: UnlockOutcome) {
        let at = self.clock.now() + READ_AFTER;
        self.looks.push(SecondLook { at, compartment, what: LookFor::Reading });
        if !self.watch_remote_unlock(compartment, outcome) {
            self.tell(Input::Unlock { compartment, outcome });
        }
    }

    /// Sends one unlock pulse. Called only after its cause is on the disk.
    pub(super) fn open_door(&mut self, compartment: CompartmentNo) {
        if let Err(error) = (self.hands.open_door)(compartment.0) {
            tracing::error!(compartment = compartment.0, %error, "unlock not sent");
            self.take_unlock(compartment, UnlockOutcome::NotSent);
        }
    }

    pub(super) fn take_looks(&mut self, now: Duration) {
        let (due, later) = std::mem::take(&mut self.looks).into_iter().partition(|look: &SecondLook| look.at <= now);
        self.looks = later;
        let due: Vec<SecondLook> = due;
        for SecondLook { compartment, what, .. } in due {
            let state = self.doors.get(&compartment).copied().unwrap_or(DoorState::Unknown);
            match what {
                LookFor::Reading => {
                    self.tell(Input::Door { compartment, state: translate::door(state) });
                }
                LookFor::Forced if state == DoorState::Open && !self.is_invited(compartment) => {
                    self.forced(compartment)
                }
                LookFor::Forced => {}
            }
        }
    }

    /// Whether the journal names somebody for whom this door is, or was just, opened.
    fn is_invited(&self, compartment: CompartmentNo) -> bool {
        let Some(journal) = &self.journal else { return true };
        let place = journal.projection().compartment(compartment);
        let expected = match place.holds {
            Holds::Deposit { .. } | Holds::Opened { .. } | Holds::Loading { .. } => true,
            Holds::Nothing
            | Holds::Paper { .. }
            | Holds::Result { .. }
            | Holds::Unconfirmed { .. }
            | Holds::ToBeConfirmed { .. } => false,
        };
        expected || place.set_aside.is_some() || self.journey.door_in_use() == Some(compartment)
    }

    fn holds(&self, compartment: CompartmentNo) -> Holds {
        self.journal.as_ref().map(|journal| journal.projection().compartment(compartment).holds).unwrap_or_default()
    }

    /// A box that stands open uninvited, full or empty: staff must look before it serves again.
    fn forced(&mut self, compartment: CompartmentNo) {
        let why = SetAsideReason::Forced;
        let submission = self.holds(compartment).submission();
        let facts = vec![
            Fact::DoorForced { compartment }.into(),
            Fact::CompartmentSetAside { compartment, why, submission }.into(),
        ];
        drop(self.record(facts));
    }
}

/// A part of today's date; always small and positive.
fn to<T: TryFrom<i32> + Default>(part: i32) -> T {
    T::try_from(part).unwrap_or_default()
}

//! Directives: taken in, judged, carried out, answered.

use std::time::Duration;

use hardware::lockers::DoorState;
use kiosk_journey::UnlockOutcome;
use kiosk_wire::entry::{Authority, SetAsideReason};
use kiosk_wire::signed::Purpose;
use kiosk_wire::{CompartmentNo, Directive, DirectiveId, DirectiveOutcome, Fact, Signed, StaffId, SubmissionId};

use super::{Runner, health::PartState};
use crate::directive::{Decision, decide, is_expired};
use crate::journal::NewEntry;

/// Unlock pulses for one directive, and the time for each.
const PULSES: u8 = 2;
const PULSE: Duration = Duration::from_secs(3);

/// A door that is being opened from the desk.
#[derive(Debug)]
pub(super) struct Remote {
    directive: DirectiveId,
    staff: StaffId,
    compartment: CompartmentNo,
    submission: Option<SubmissionId>,
    pulses: u8,
    /// When the next pulse, or giving up, is due. `None` once it was seen open.
    due: Option<Duration>,
}

impl Remote {
    pub(super) fn wake_at(&self) -> Option<Duration> {
        self.due
    }
}

impl Runner {
    pub(super) fn take_directives(&mut self, signed: Vec<Signed>) {
        let Some(identity) = self.identity.clone() else { return };
        for signed in signed {
            match signed.open::<Directive>(Purpose::Directive, identity.hall()) {
                Ok(directive) => self.take_directive(directive, Some(signed)),
                Err(error) => tracing::error!(%error, "a directive is not believed"),
            }
        }
    }

    fn take_directive(&mut self, directive: Directive, signed: Option<Signed>) {
        let Some(present) = self.present() else { return };
        let (id, staff) = (directive.id, directive.staff);
        let answer = |outcome| NewEntry::from(Fact::DirectiveAnswered { directive: id, outcome });
        let entries = match decide(&directive, present) {
            Decision::AnsweredBefore(_) => return,
            Decision::Answer(outcome) => vec![answer(outcome)],
            Decision::Arm => {
                let fact = Fact::DirectiveAnswered { directive: id, outcome: DirectiveOutcome::Armed };
                if self.record(vec![NewEntry { fact, payload: None, arms: signed }]).is_ok() {
                    self.armed.push(directive);
                }
                return;
            }
            Decision::Disarm(armed) if self.desk.is_collecting(armed) => vec![answer(DirectiveOutcome::NoLongerTrue)],
            Decision::Disarm(armed) => {
                let disarmed = Fact::DirectiveAnswered { directive: armed, outcome: DirectiveOutcome::Disarmed };
                vec![disarmed.into(), answer(DirectiveOutcome::Done)]
            }
            Decision::Affirm { compartment, submission } => {
                let affirmed = Fact::EmptinessAffirmed { submission, compartment, staff };
                vec![affirmed.into(), answer(DirectiveOutcome::Done)]
            }
            Decision::Return { compartment } => {
                vec![Fact::CompartmentReturned { compartment, staff }.into(), answer(DirectiveOutcome::Done)]
            }
            Decision::Open { .. } => {
                if self.waiting.iter().all(|waiting| waiting.id != id)
                    && self.remote.as_ref().is_none_or(|r| r.directive != id)
                {
                    self.waiting.push(directive);
                }
                return;
            }
        };
        if self.record(entries).is_ok() {
            self.forget_answered();
        }
    }

    /// Forgets armed directives that have another answer by now.
    pub(super) fn forget_answered(&mut self) {
        if let Some(journal) = &self.journal {
            let armed = |id| journal.projection().answer(id) == Some(DirectiveOutcome::Armed);
            self.armed.retain(|directive| armed(directive.id));
        }
    }

    /// Opens the next door that waits, once no other is open for anybody. It is judged again: it may be late by now.
    pub(super) fn serve_waiting(&mut self) {
        while self.remote.is_none() && self.journey.door_in_use().is_none() && !self.waiting.is_empty() {
            let directive = self.waiting.remove(0);
            let Some(decision) = self.present().map(|present| decide(&directive, present)) else { return };
            match decision {
                Decision::Open { .. } if !matches!(self.parts.locker(), PartState::Ok) => {
                    self.answer(directive.id, DirectiveOutcome::LineDown);
                }
                Decision::Open { compartment, submission } => self.open_for(&directive, compartment, submission),
                Decision::Answer(outcome) => self.answer(directive.id, outcome),
                Decision::AnsweredBefore(_)
                | Decision::Arm
                | Decision::Disarm(_)
                | Decision::Affirm { .. }
                | Decision::Return { .. } => {}
            }
        }
    }

    fn answer(&mut self, directive: DirectiveId, outcome: DirectiveOutcome) {
        drop(self.record(vec![Fact::DirectiveAnswered { directive, outcome }.into()]));
    }

    fn open_for(&mut self, directive: &Directive, compartment: CompartmentNo, submission: Option<SubmissionId>) {
        let (id, staff) = (directive.id, directive.staff);
        let authority = Authority::Directive { directive: id };
        let intended = Fact::CollectionIntended { submission, compartment, staff, authority };
        if self.record(vec![intended.into()]).is_err() {
            return;
        }
        let due = Some(self.clock.now() + PULSE);
        self.remote = Some(Remote { directive: id, staff, compartment, submission, pulses: 1, due });
        self.open_door(compartment);
    }

    pub(super) fn watch_remote_door(&mut self, compartment: CompartmentNo, state: DoorState) {
        let Some(remote) = self.remote.as_mut().filter(|remote| remote.compartment == compartment) else { return };
        match state {
            DoorState::Open => remote.due = None,
            DoorState::Closed if remote.due.is_none() => self.end_remote(DirectiveOutcome::Done),
            DoorState::Closed | DoorState::Unknown => {}
        }
    }

    /// Returns whether the unlock was for a directive.
    pub(super) fn watch_remote_unlock(&mut self, compartment: CompartmentNo, outcome: UnlockOutcome) -> bool {
        if self.remote.as_ref().is_none_or(|remote| remote.compartment != compartment) {
            return false;
        }
        match outcome {
            UnlockOutcome::NotSent => self.end_remote(DirectiveOutcome::LineDown),
            UnlockOutcome::Acknowledged | UnlockOutcome::Refused | UnlockOutcome::NoAnswer => {}
        }
        true
    }

    pub(super) fn watch_remote(&mut self, now: Duration) {
        let Some(remote) = self.remote.as_mut().filter(|remote| remote.due.is_some_and(|due| due <= now)) else {
            return;
        };
        if remote.pulses < PULSES {
            remote.pulses += 1;
            remote.due = Some(now + PULSE);
            let compartment = remote.compartment;
            self.open_door(compartment);
        } else {
            self.end_remote(DirectiveOutcome::DoorStuck);
        }
    }

    fn end_remote(&mut self, outcome: DirectiveOutcome) {
        let Some(Remote { directive, staff, compartment, submission, due, .. }) = self.remote.take() else { return };
        let opening_seen = due.is_none();
        let mut entries: Vec<NewEntry> =
            vec![Fact::CollectionClosed { submission, compartment, staff, opening_seen }.into()];
        if outcome == DirectiveOutcome::DoorStuck {
            let why = SetAsideReason::DoorStuck;
            entries.push(Fact::CompartmentSetAside { compartment, why, submission }.into());
        }
        entries.push(Fact::DirectiveAnswered { directive, outcome }.into());
        drop(self.record(entries));
    }

    /// Answers armed directives whose time is over, so that the console stops waiting for their clerk.
    pub(super) fn expire_armed(&mut self) {
        let earliest_ms = self.clock.earliest_ms();
        let late =
            |directive: &&Directive| is_expired(directive, earliest_ms) && !self.desk.is_collecting(directive.id);
        let late: Vec<DirectiveId> = self.armed.iter().filter(late).map(|directive| directive.id).collect();
        for directive in late {
            self.answer(directive, DirectiveOutcome::Expired);
        }
        self.forget_answered();
    }
}

//! Watching one door from the unlock pulse to its closing. Three facts are kept apart: the pulse was *sent*, the board
//! *acknowledged* it, the sensor *showed* the door open. Only the last one counts as opened.

use std::time::Duration;

use kiosk_wire::CompartmentNo;
use kiosk_wire::kiosk_api::DoorState;

use crate::input::UnlockOutcome;

/// How long after a pulse an opening is waited for. Two of these and a record make at most 8 s to another box.
pub(crate) const PULSE_WAIT: Duration = Duration::from_secs(3);
/// How long a board may stay silent after a pulse before nobody knows what happened.
const SILENCE: Duration = Duration::from_secs(10);
/// A pause before a refused or unsent pulse is repeated.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// First reminder at an open door.
const REMINDER: Duration = Duration::from_secs(20);
/// Staff are called to an open door.
const CALL_STAFF: Duration = Duration::from_secs(60);
/// How long an open door may be unseen before the deposit is left to staff.
const UNSEEN: Duration = Duration::from_secs(300);

/// What the watch found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Send the second pulse.
    PulseAgain,
    /// The door is open.
    Opened,
    /// Open for 20 s.
    Reminder,
    /// Open for 60 s.
    CallStaff,
    /// Open, and for the first time out of sight.
    OutOfSight,
    /// Seen open, now seen closed.
    Closed,
    /// Two pulses, and the sensor showed it closed all the time.
    Stuck,
    /// No pulse ever left: the line is down. The lock did certainly not move.
    NeverSent,
    /// No opening was seen, but it was out of sight for a while after a pulse: it may have been open.
    MaybeMissed,
    /// It was seen open and cannot be seen any more.
    LineLost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Opening { since: Duration, read: bool, failed_at: Option<Duration> },
    Open { since: Duration, reminded: bool, called: bool },
    Over,
}

/// The watch over one door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DoorWatch {
    pub(crate) compartment: CompartmentNo,
    pub(crate) attempt: u8,
    stage: Stage,
    /// Whether any pulse may have reached the lock.
    may_have_moved: bool,
    /// Whether the door was out of sight since the last pulse, or since it opened.
    gap: bool,
    unseen_since: Option<Duration>,
    last_seen: DoorState,
}

impl DoorWatch {
    /// A watch that begins with the first pulse, sent now.
    pub(crate) fn new(compartment: CompartmentNo, now: Duration) -> Self {
        Self {
            compartment,
            attempt: 1,
            stage: Stage::Opening { since: now, read: false, failed_at: None },
            may_have_moved: false,
            gap: false,
            unseen_since: None,
            last_seen: DoorState::Unknown,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open { .. })
    }

    pub(crate) fn is_unseen(&self) -> bool {
        self.unseen_since.is_some()
    }

    /// Whether the door is known to be open for 20 s, and for 60 s.
    pub(crate) fn urgency(&self) -> (bool, bool) {
        match self.stage {
            Stage::Open { reminded, called, .. } => (reminded, called),
            Stage::Opening { .. } | Stage::Over => (false, false),
        }
    }

    /// A pulse's outcome.
    pub(crate) fn unlock(&mut self, outcome: UnlockOutcome, now: Duration) {
        if let Stage::Opening { failed_at, .. } = &mut self.stage {
            match outcome {
                UnlockOutcome::Acknowledged | UnlockOutcome::NoAnswer => self.may_have_moved = true,
                UnlockOutcome::NotSent | UnlockOutcome::Refused => *failed_at = Some(now),
            }
            if outcome == UnlockOutcome::NoAnswer {
                self.gap = true;
            }
            // A refusal came from the board, so the line works and the lock is the one to blame.
            if outcome == UnlockOutcome::Refused {
                self.last_seen = DoorState::Closed;
            }
        }
    }

    /// A reading of the sensor.
    pub(crate) fn seen(&mut self, state: DoorState, now: Duration) -> Option<Finding> {
        self.last_seen = state;
        if state == DoorState::Unknown {
            self.unseen_since.get_or_insert(now);
            let known = std::mem::replace(&mut self.gap, true);
            return (self.is_open() && !known).then_some(Finding::OutOfSight);
        }
        self.unseen_since = None;
        match (&mut self.stage, state) {
            (Stage::Opening { .. }, DoorState::Open) => {
                self.stage = Stage::Open { since: now, reminded: false, called: false };
                self.gap = false;
                Some(Finding::Opened)
            }
            (Stage::Opening { read, .. }, DoorState::Closed) => {
                *read = true;
                None
            }
            (Stage::Open { .. }, DoorState::Closed) => {
                self.stage = Stage::Over;
                Some(Finding::Closed)
            }
            (Stage::Open { .. } | Stage::Over, _) | (Stage::Opening { .. }, DoorState::Unknown) => None,
        }
    }

    /// When it wants to be woken.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        let next = match self.stage {
            Stage::Opening { failed_at: Some(at), .. } => at + RETRY_PAUSE,
            Stage::Opening { since, read, .. } => since + if read { PULSE_WAIT } else { SILENCE },
            Stage::Open { since, reminded: false, .. } => since + REMINDER,
            Stage::Open { since, called: false, .. } => since + CALL_STAFF,
            Stage::Open { .. } => return self.unseen_since.map(|at| at + UNSEEN),
            Stage::Over => return None,
        };
        match self.unseen_since {
            Some(at) if self.is_open() => Some(next.min(at + UNSEEN)),
            Some(_) | None => Some(next),
        }
    }

    /// Time has passed.
    pub(crate) fn tick(&mut self, now: Duration) -> Option<Finding> {
        if self.timeout().is_none_or(|at| now < at) {
            return None;
        }
        match &mut self.stage {
            Stage::Opening { failed_at: Some(_), .. } if self.attempt == 1 => Some(self.second_pulse(now)),
            Stage::Opening { failed_at: Some(_), .. } if !self.may_have_moved => {
                // Without a word from the board the line is to blame, not the lock.
                let why = if self.last_seen == DoorState::Unknown { Finding::NeverSent } else { Finding::Stuck };
                Some(self.end(why))
            }
            Stage::Opening { read: false, .. } => Some(self.end(Finding::MaybeMissed)),
            Stage::Opening { .. } if self.attempt == 1 => Some(self.second_pulse(now)),
            Stage::Opening { .. } if self.gap => Some(self.end(Finding::MaybeMissed)),
            Stage::Opening { .. } => Some(self.end(Finding::Stuck)),
            Stage::Open { .. } if self.unseen_since.is_some_and(|at| now >= at + UNSEEN) => {
                Some(self.end(Finding::LineLost))
            }
            Stage::Open { reminded, .. } if !*reminded => {
                *reminded = true;
                Some(Finding::Reminder)
            }
            Stage::Open { called, .. } => {
                *called = true;
                Some(Finding::CallStaff)
            }
            Stage::Over => None,
        }
    }

    fn second_pulse(&mut self, now: Duration) -> Finding {
        self.attempt = 2;
        self.stage = Stage::Opening { since: now, read: false, failed_at: None };
        Finding::PulseAgain
    }

    fn end(&mut self, finding: Finding) -> Finding {
        self.stage = Stage::Over;
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_door_that_opens_and_closes() {
        let mut watch = DoorWatch::new(CompartmentNo(7), s(0));
        watch.unlock(UnlockOutcome::Acknowledged, s(0));
        assert_eq!(watch.seen(DoorState::Closed, s(0)), None);
        assert_eq!(watch.seen(DoorState::Open, s(1)), Some(Finding::Opened));
        assert_eq!(watch.tick(s(20)), None);
        assert_eq!(watch.tick(s(21)), Some(Finding::Reminder));
        assert_eq!(watch.tick(s(61)), Some(Finding::CallStaff));
        assert_eq!(watch.timeout(), None, "an open door never times out");
        assert_eq!(watch.seen(DoorState::Closed, s(9_000)), Some(Finding::Closed));
    }

    #[test]
    fn a_second_pulse_only_after_the_state_was_read() {
        let mut watch = DoorWatch::new(CompartmentNo(7), s(0));
        watch.unlock(UnlockOutcome::Acknowledged, s(0));
        assert_eq!(watch.tick(s(9)), None, "no reading yet");
        assert_eq!(watch.seen(DoorState::Closed, s(9)), None);
        assert_eq!(watch.tick(s(9)), Some(Finding::PulseAgain));
        assert_eq!(watch.seen(DoorState::Closed, s(10)), None);
        assert_eq!(watch.tick(s(12)), Some(Finding::Stuck));
    }

    #[test]
    fn silence_means_that_an_opening_may_have_been_missed() {
        let mut watch = DoorWatch::new(CompartmentNo(7), s(0));
        watch.unlock(UnlockOutcome::NoAnswer, s(1));
        assert_eq!(watch.tick(s(9)), None);
        assert_eq!(watch.tick(s(10)), Some(Finding::MaybeMissed));
    }

    #[test]
    fn out_of_sight_and_closed_again_is_asked_about() {
        let mut watch = DoorWatch::new(CompartmentNo(7), s(0));
        watch.unlock(UnlockOutcome::Acknowledged, s(0));
        watch.seen(DoorState::Unknown, s(1));
        watch.seen(DoorState::Closed, s(5));
        assert_eq!(watch.tick(s(5)), Some(Finding::PulseAgain));
        watch.seen(DoorState::Closed, s(6));
        assert_eq!(watch.tick(s(8)), Some(Finding::MaybeMissed));
    }

    #[test]
    fn pulses_that_never_left() {
        let mut watch = DoorWatch::new(CompartmentNo(7), s(0));
        watch.unlock(UnlockOutcome::NotSent, s(0));
        assert_eq!(watch.tick(s(1)), Some(Finding::PulseAgain));
        watch.unlock(UnlockOutcome::NotSent, s(1));
        assert_eq!(watch.tick(s(2)), Some(Finding::NeverSent));
    }

    #[test]
    fn a_board_that_refuses_has_a_stuck_lock() {
        let mut watch = DoorWatch::new(CompartmentNo(7), s(0));
        watch.unlock(UnlockOutcome::Refused, s(0));
        assert_eq!(watch.tick(s(1)), Some(Finding::PulseAgain));
        watch.unlock(UnlockOutcome::Refused, s(1));
        assert_eq!(watch.tick(s(2)), Some(Finding::Stuck));
    }

    #[test]
    fn an_open_door_out_of_sight_is_left_to_staff() {
        let mut watch = DoorWatch::new(CompartmentNo(7), s(0));
        watch.seen(DoorState::Open, s(1));
        assert_eq!(watch.seen(DoorState::Unknown, s(2)), Some(Finding::OutOfSight));
        assert_eq!(watch.seen(DoorState::Unknown, s(3)), None, "said once");
        assert_eq!(watch.tick(s(21)), Some(Finding::Reminder));
        assert_eq!(watch.tick(s(61)), Some(Finding::CallStaff));
        assert_eq!(watch.tick(s(301)), None);
        assert_eq!(watch.tick(s(302)), Some(Finding::LineLost));
    }
}

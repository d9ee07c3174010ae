//! Which state of the contact means "closed": found out by opening and shutting one door.
//!
//! [`Calibration`] is pure: it is told what was read, and says what is to be done. [`walk`] does that on a line, with a
//! technician at the door.

use std::time::{Duration, Instant};

use super::survey::Probe;
use super::{ClosedBit, DoorState};
use crate::Fault;

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibrated {
    /// The state bit of a shut door.
    pub closed_bit: ClosedBit,
    /// Locks that showed the other bit while all doors were said to be shut: not fitted, not wired, or open.
    pub unlike: Vec<u8>,
}

/// Why it was not found out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    /// the contact did not change
    #[error(
        "lock {lock} was pulsed and no contact changed; check that its door sprang open, and the wiring of its contact"
    )]
    NothingChanged { lock: u8 },
    /// the contact of another lock changed
    #[error(
        "lock {lock} was pulsed and the contact of lock {seen} changed; put lock and contact of a door on the same \
         number"
    )]
    OtherLock {
        /// The lock that was pulsed.
        lock: u8,
        /// The lock whose contact changed.
        seen: u8,
    },
    /// several contacts changed
    #[error("the contacts of locks {seen:?} changed at once; move only one door, and begin again")]
    Several {
        /// The locks whose contacts changed.
        seen: Vec<u8>,
    },
    /// the door was not shut
    #[error("the contact of lock {lock} did not change back; shut its door, check its contact, and begin again")]
    NeverShut { lock: u8 },
    /// no two reads were alike
    #[error("the contacts never stood still while all doors were shut; check for a loose contact")]
    Restless,
    /// the technician broke it off
    #[error("broken off; nothing more was moved")]
    BrokenOff,
    /// the line failed, or the board
    #[error("{fault}; {what}", fault = .0, what = .0.what_to_do())]
    Line(Fault),
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The contacts were read.
    Read(Vec<bool>),
    /// What was waited for took too long.
    TimedOut,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Read again.
    ReadOn,
    /// Pulse the lock, once.
    Unlock,
    /// Tell the technician to shut the door.
    AskToShut,
    /// It is known.
    Done(Calibrated),
    /// It cannot be known.
    Failed(CalibrationError),
}

/// The way from "all doors are shut" to a calibrated cabinet. A state counts when two reads in a row show it.
#[derive(Debug)]
pub struct Calibration {
    lock: u8,
    last: Option<Vec<bool>>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// All doors are said to be shut.
    AllShut,
    /// The lock was pulsed; this is how it was before.
    Opening(Vec<bool>),
    /// Exactly its contact changed; this is how it was before.
    Shutting(Vec<bool>),
}

impl Calibration {
    /// With the door of `lock` (from 1).
    pub fn new(lock: u8) -> Self {
        Self { lock, last: None, stage: Stage::AllShut }
    }

    /// What is to be done now.
    pub fn take(&mut self, input: Input) -> Output {
        match input {
            Input::Read(bits) if self.last.as_ref() == Some(&bits) => self.steady(bits),
            Input::Read(bits) => {
                self.last = Some(bits);
                Output::ReadOn
            }
            Input::TimedOut => Output::Failed(match self.stage {
                Stage::AllShut => CalibrationError::Restless,
                Stage::Opening(_) => CalibrationError::NothingChanged { lock: self.lock },
                Stage::Shutting(_) => CalibrationError::NeverShut { lock: self.lock },
            }),
        }
    }

    fn steady(&mut self, bits: Vec<bool>) -> Output {
        match &self.stage {
            Stage::AllShut => {
                (self.stage, self.last) = (Stage::Opening(bits), None);
                Output::Unlock
            }
            Stage::Opening(shut) => match *changed(shut, &bits) {
                [] => Output::ReadOn,
                [seen] if seen == self.lock => {
                    (self.stage, self.last) = (Stage::Shutting(shut.clone()), None);
                    Output::AskToShut
                }
                [seen] => Output::Failed(CalibrationError::OtherLock { lock: self.lock, seen }),
                ref seen => Output::Failed(CalibrationError::Several { seen: seen.to_vec() }),
            },
            Stage::Shutting(shut) if *shut == bits => self.done(&bits),
            Stage::Shutting(_) => Output::ReadOn,
        }
    }

    fn done(&self, shut: &[bool]) -> Output {
        let Some(closed) = shut.get(usize::from(self.lock).wrapping_sub(1)).copied() else {
            return Output::Failed(CalibrationError::NothingChanged { lock: self.lock });
        };
        let closed_bit = if closed { ClosedBit::One } else { ClosedBit::Zero };
        let unlike = (1..).zip(shut).filter(|(_, bit)| **bit != closed).map(|(lock, _)| lock).collect();
        Output::Done(Calibrated { closed_bit, unlike })
    }
}

/// Locks whose bit differs.
fn changed(before: &[bool], now: &[bool]) -> Vec<u8> {
    (1..).zip(before.iter().zip(now)).filter(|(_, (before, now))| before != now).map(|(lock, _)| lock).collect()
}

/// The door with which to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorToTry {
    /// Address of the board.
    pub board: u8,
    /// How many locks it speaks of.
    pub locks: u8,
    /// The lock, from 1.
    pub lock: u8,
}

/// How long the technician may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a door to spring open, and for contacts to stand still.
    pub opening: Duration,
    /// For a door to be shut by hand.
    pub shutting: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { opening: Duration::from_secs(10), shutting: Duration::from_secs(120) }
    }
}

/// Failed reads in a row that end it.
const MISSES: u32 = 3;

/// Walks through it. `stand_by` is called before the lock is pulsed ([`DoorState::Open`]: the door is about to spring
/// open) and when the door is to be shut ([`DoorState::Closed`]); an error breaks it off before anything more moves.
///
/// # Errors
/// [`CalibrationError`].
pub fn walk(
    probe: &mut Probe,
    door: DoorToTry,
    patience: Patience,
    mut stand_by: impl FnMut(DoorState) -> Result<(), CalibrationError>,
) -> Result<Calibrated, CalibrationError> {
    let mut calibration = Calibration::new(door.lock);
    let mut deadline = Instant::now() + patience.opening;
    let mut misses = 0;
    loop {
        let input = match probe.read(door.board, door.locks) {
            _ if Instant::now() >= deadline => Input::TimedOut,
            Ok(bits) => {
                misses = 0;
                Input::Read(bits)
            }
            Err(fault) => {
                misses += 1;
                if misses >= MISSES || matches!(fault, Fault::PortLost { .. }) {
                    return Err(CalibrationError::Line(fault));
                }
                continue;
            }
        };
        match calibration.take(input) {
            Output::ReadOn => {}
            Output::Unlock => {
                stand_by(DoorState::Open)?;
                probe.unlock(door.board, door.lock).map_err(CalibrationError::Line)?;
                deadline = Instant::now() + patience.opening;
            }
            Output::AskToShut => {
                stand_by(DoorState::Closed)?;
                deadline = Instant::now() + patience.shutting;
            }
            Output::Done(calibrated) => return Ok(calibrated),
            Output::Failed(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four locks of which these show a set bit.
    fn read(set: &[u8]) -> Input {
        Input::Read((1..=4).map(|lock| set.contains(&lock)).collect())
    }

    /// What a calibration with lock 2 says to each input.
    fn play(inputs: &[Input]) -> Vec<Output> {
        let mut calibration = Calibration::new(2);
        inputs.iter().map(|input| calibration.take(input.clone())).collect()
    }

    const ALL: &[u8] = &[1, 2, 3, 4];

    #[test]
    fn a_door_that_opens_and_shuts_shows_the_bit() {
        for (shut, open, closed_bit) in [(ALL, &[1, 3, 4][..], ClosedBit::One), (&[], &[2], ClosedBit::Zero)] {
            let (shut, open) = (read(shut), read(open));
            let bounce = [shut.clone(), open.clone(), shut.clone(), open.clone(), open.clone()];
            let inputs = [&[shut.clone(), shut.clone()][..], &bounce, &[open, shut.clone(), shut]].concat();
            let outputs: Vec<_> = play(&inputs).into_iter().filter(|output| *output != Output::ReadOn).collect();
            let done = Output::Done(Calibrated { closed_bit, unlike: vec![] });
            assert_eq!(outputs, [Output::Unlock, Output::AskToShut, done]);
        }
    }

    #[test]
    fn locks_that_are_not_like_the_others_are_named() {
        let (shut, open) = (read(&[1, 2]), read(&[1]));
        let outputs = play(&[shut.clone(), shut.clone(), open.clone(), open, shut.clone(), shut]);
        assert_eq!(outputs.last(), Some(&Output::Done(Calibrated { closed_bit: ClosedBit::One, unlike: vec![3, 4] })));
    }

    #[test]
    fn what_goes_wrong_is_told_apart() {
        let shut = [read(ALL), read(ALL)];
        let opened = |set: &[u8]| [&shut[..], &[read(set), read(set)]].concat();
        for (inputs, error) in [
            (vec![read(ALL), read(&[]), Input::TimedOut], CalibrationError::Restless),
            ([&shut[..], &[read(ALL), Input::TimedOut]].concat(), CalibrationError::NothingChanged { lock: 2 }),
            (opened(&[1, 2, 4]), CalibrationError::OtherLock { lock: 2, seen: 3 }),
            (opened(&[1, 4]), CalibrationError::Several { seen: vec![2, 3] }),
            ([&opened(&[1, 3, 4])[..], &[Input::TimedOut]].concat(), CalibrationError::NeverShut { lock: 2 }),
        ] {
            assert_eq!(play(&inputs).pop(), Some(Output::Failed(error)));
        }
    }

    #[test]
    fn a_lock_is_pulsed_once() {
        let inputs = vec![read(ALL); 50];
        let pulses = play(&inputs).into_iter().filter(|output| *output == Output::Unlock).count();
        assert_eq!(pulses, 1);
    }
}

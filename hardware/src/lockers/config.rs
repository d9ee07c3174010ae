//! How a cabinet is wired.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::protocol::Protocol;
use super::xor24::LONGEST_PULSE_S;

/// The state bit that means "closed". It depends on how the door's contact was wired, so it is set for each cabinet
/// when it is installed; no board knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBit {
    /// A set bit (0x11) means closed: the contact is short while the door is locked.
    One,
    /// A clear bit (0x00) means closed: the contact is short while the door is open.
    Zero,
}

/// One board on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// DIP address; [`Protocol::addresses`].
    pub address: u8,
    /// Number of locks; [`Protocol::most_locks`]. Decides how many state bytes an XOR24 board sends: one for each eight.
    pub locks: u8,
    /// Compartment of lock 1; the others follow.
    pub first_compartment: u16,
}

/// A cabinet: one serial port and the boards on it.
#[derive(Clone, Debug)]
pub struct LockersConfig {
    /// Serial port; best a path under `/dev/serial/by-path/`, which stays when an adapter is replugged.
    pub port: PathBuf,
    /// Which family the boards are of.
    pub protocol: Protocol,
    /// Baud rate; [`Protocol::baud`] is what the boards are delivered with.
    pub baud: u32,
    /// What the sensors mean.
    pub closed_bit: ClosedBit,
    pub boards: Vec<Board>,
    /// How often each board is read while nothing happens.
    pub poll_interval: Duration,
    /// How often the board of a just unlocked door is read, for [`LockersConfig::watch_for`].
    pub watch_interval: Duration,
    /// How long after an unlock its board is read more often.
    pub watch_for: Duration,
    /// How long an answer may take.
    pub reply_timeout: Duration,
    /// Shortest silence between two exchanges on the bus.
    pub gap: Duration,
    /// Shortest time between two pulses on one lock, so that its solenoid cools.
    pub cool_down: Duration,
    /// Length of a pulse in seconds, 1 to 9, where the board can be told ([`Protocol::takes_pulse`]). `None`: as the
    /// board is set.
    pub pulse_s: Option<u8>,
    /// How long a solenoid counts as powered after an unlock whose length is not known.
    pub pulse: Duration,
    /// How many solenoids the supply bears at once.
    pub solenoids: usize,
    /// How long an unlock that the board does not answer may take to show in the state of its lock.
    pub confirm_for: Duration,
    /// First wait before a lost port is opened again; doubles up to `reopen_max`, for ever.
    pub reopen_first: Duration,
    /// Longest wait before a lost port is opened again.
    pub reopen_max: Duration,
}

impl LockersConfig {
    /// XOR24 boards with the usual times: poll 300 ms, after an unlock 100 ms for 5 s, answers within 500 ms, two
    /// solenoids at once.
    pub fn new(port: impl Into<PathBuf>, closed_bit: ClosedBit, boards: Vec<Board>) -> Self {
        Self {
            port: port.into(),
            protocol: Protocol::Xor24,
            baud: Protocol::Xor24.baud(),
            closed_bit,
            boards,
            poll_interval: Duration::from_millis(300),
            watch_interval: Duration::from_millis(100),
            watch_for: Duration::from_secs(5),
            reply_timeout: Duration::from_millis(500),
            gap: Duration::from_millis(30),
            cool_down: Duration::from_secs(1),
            pulse_s: None,
            pulse: Duration::from_millis(500),
            solenoids: 2,
            confirm_for: Duration::from_secs(1),
            reopen_first: Duration::from_millis(250),
            reopen_max: Duration::from_secs(5),
        }
    }

    /// The same with boards of another family, at the rate they are delivered with.
    #[must_use]
    pub fn with_protocol(self, protocol: Protocol) -> Self {
        Self { protocol, baud: protocol.baud(), ..self }
    }

    /// How long a solenoid is powered by one unlock.
    pub(super) fn powered(&self) -> Duration {
        self.pulse_s.map_or(self.pulse, |seconds| Duration::from_secs(seconds.into()))
    }

    /// Checks that boards and compartments are possible and distinct.
    ///
    /// # Errors
    /// The first [`ConfigError`], in the order of the boards.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.boards.is_empty() {
            return Err(ConfigError::NoBoards);
        }
        if let Some(seconds) = self.pulse_s
            && !(self.protocol.takes_pulse() && (1..=LONGEST_PULSE_S).contains(&seconds))
        {
            return Err(ConfigError::Pulse { seconds, protocol: self.protocol });
        }
        let mut owners = BTreeMap::new();
        for (index, board) in self.boards.iter().enumerate() {
            if !self.protocol.addresses().contains(&board.address) {
                return Err(ConfigError::Address { address: board.address, protocol: self.protocol });
            }
            if self.boards[..index].iter().any(|other| other.address == board.address) {
                return Err(ConfigError::SameAddress { address: board.address });
            }
            if !(1..=self.protocol.most_locks()).contains(&board.locks) {
                let (address, locks) = (board.address, board.locks);
                return Err(ConfigError::Locks { address, locks, protocol: self.protocol });
            }
            for lock in 1..=board.locks {
                let Some(compartment) = board.compartment(lock).filter(|number| *number > 0) else {
                    return Err(ConfigError::CompartmentRange { address: board.address });
                };
                if let Some(other) = owners.insert(compartment, board.address) {
                    return Err(ConfigError::SameCompartment { compartment, first: other, second: board.address });
                }
            }
        }
        Ok(())
    }
}

impl Board {
    /// Compartment of `lock` (1-based), if the board has such a lock.
    pub fn compartment(&self, lock: u8) -> Option<u16> {
        if !(1..=self.locks).contains(&lock) {
            return None;
        }
        self.first_compartment.checked_add(u16::from(lock) - 1)
    }

    /// Lock (1-based) of `compartment`, if it is on this board.
    pub fn lock(&self, compartment: u16) -> Option<u8> {
        let lock = u8::try_from(compartment.checked_sub(self.first_compartment)?).ok()?.checked_add(1)?;
        (lock <= self.locks).then_some(lock)
    }
}

/// A configuration that cannot work. The text names the key and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// locker.board: there is none; describe each lock board
    #[error("locker.board: there is none; describe each lock board with [[locker.board]]")]
    NoBoards,
    /// locker.board.address: out of range
    #[error(
        "locker.board.address = {address}: the switches of {protocol} boards allow {} to {}",
        protocol.addresses().start(), protocol.addresses().end()
    )]
    Address {
        address: u8,
        /// The family.
        protocol: Protocol,
    },
    /// locker.board.address: two boards have the same
    #[error("locker.board.address = {address}: two boards have it; give each board of a bus its own DIP address")]
    SameAddress { address: u8 },
    /// locker.board.locks: out of range
    #[error("locker.board.locks = {locks} (board {address}): {protocol} boards have 1 to {} locks", protocol.most_locks())]
    Locks {
        /// Address of the board.
        address: u8,
        /// The number.
        locks: u8,
        /// The family.
        protocol: Protocol,
    },
    /// locker.pulse_s: these boards cannot be told, or not so
    #[error("locker.pulse_s = {seconds}: xor24 boards take 1 to {LONGEST_PULSE_S}; leave it out for {protocol} boards")]
    Pulse {
        /// The value.
        seconds: u8,
        /// The family.
        protocol: Protocol,
    },
    /// locker.board.first_compartment: out of range
    #[error("locker.board.first_compartment (board {address}): compartments are numbered 1 to 65535")]
    CompartmentRange {
        /// Address of the board.
        address: u8,
    },
    /// locker.board.first_compartment: two boards have the same compartment
    #[error(
        "locker.board.first_compartment: compartment {compartment} is on board {first} and on board {second}; \
         number the compartments of a cabinet without overlap"
    )]
    SameCompartment {
        /// The number.
        compartment: u16,
        /// Address of the one board.
        first: u8,
        /// Address of the other.
        second: u8,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(boards: &[(u8, u8, u16)]) -> LockersConfig {
        let boards = boards
            .iter()
            .map(|(address, locks, first)| Board { address: *address, locks: *locks, first_compartment: *first })
            .collect();
        LockersConfig::new("/dev/null", ClosedBit::One, boards)
    }

    #[test]
    fn impossible_cabinets_are_refused_with_the_key() {
        for (boards, expected) in [
            (&[][..], "locker.board: there is none"),
            (&[(0, 24, 1)], "locker.board.address = 0"),
            (&[(33, 24, 1)], "locker.board.address = 33"),
            (&[(1, 24, 1), (1, 24, 25)], "two boards have it"),
            (&[(1, 0, 1)], "locker.board.locks = 0"),
            (&[(1, 49, 1)], "locker.board.locks = 49"),
            (&[(1, 24, 0)], "first_compartment (board 1)"),
            (&[(1, 24, 65_530)], "first_compartment (board 1)"),
            (&[(1, 24, 1), (2, 24, 24)], "compartment 24 is on board 1 and on board 2"),
        ] {
            let error = config(boards).validate().unwrap_err().to_string();
            assert!(error.contains(expected), "{boards:?}: {error}");
        }
        assert_eq!(config(&[(1, 24, 1), (2, 16, 25)]).validate(), Ok(()));
    }

    #[test]
    fn each_family_has_its_own_limits() {
        for (protocol, boards, expected) in [
            (Protocol::Xor24, &[(1, 48, 1), (32, 8, 49)][..], None),
            (Protocol::KerongCu48, &[(0, 48, 1), (9, 24, 49)], None),
            (Protocol::KerongCu48, &[(10, 48, 1)], Some("kerong-cu48 boards allow 0 to 9")),
            (Protocol::KerongCu16, &[(0, 16, 1), (14, 12, 17)], None),
            (Protocol::KerongCu16, &[(15, 16, 1)], Some("0 to 14")),
            (Protocol::KerongCu16, &[(0, 17, 1)], Some("1 to 16 locks")),
            (Protocol::Wkly, &[(0, 24, 1), (31, 48, 25)], None),
        ] {
            let error = config(boards).with_protocol(protocol).validate().err().map(|error| error.to_string());
            assert_eq!(error.is_some(), expected.is_some(), "{protocol} {boards:?}: {error:?}");
            assert!(error.unwrap_or_default().contains(expected.unwrap_or_default()), "{protocol} {boards:?}");
        }
    }

    #[test]
    fn the_length_of_a_pulse_is_for_boards_that_take_it() {
        for (protocol, pulse_s, fits) in [
            (Protocol::Xor24, None, true),
            (Protocol::Xor24, Some(9), true),
            (Protocol::Xor24, Some(0), false),
            (Protocol::Xor24, Some(10), false),
            (Protocol::Wkly, Some(1), false),
        ] {
            let config = LockersConfig { pulse_s, ..config(&[(1, 8, 1)]).with_protocol(protocol) };
            assert_eq!(config.validate().is_ok(), fits, "{protocol} {pulse_s:?}");
        }
    }

    #[test]
    fn compartments_and_locks_are_each_others_inverse() {
        let board = Board { address: 2, locks: 16, first_compartment: 25 };
        assert_eq!((board.lock(24), board.lock(25), board.lock(40), board.lock(41)), (None, Some(1), Some(16), None));
        assert_eq!((board.compartment(0), board.compartment(16), board.compartment(17)), (None, Some(40), None));
    }
}

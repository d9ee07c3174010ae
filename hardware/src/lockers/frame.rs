//! What crosses the wire, whatever the bytes: the same few meanings for every family of boards. Locks count from 1.

/// What a master asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Let one lock go.
    Unlock {
        /// Address of the board.
        board: u8,
        /// Lock, from 1.
        lock: u8,
        /// How long the solenoid is to be powered, in seconds; `None`: as the board is set. Only XOR24 boards can be
        /// told.
        pulse_s: Option<u8>,
    },
    /// State of one lock. Boards without such a request are asked for all.
    ReadOne {
        /// Address of the board.
        board: u8,
        /// Lock, from 1.
        lock: u8,
    },
    /// State of every lock.
    ReadAll {
        /// Address of the board.
        board: u8,
    },
}

impl Request {
    /// Address of the board.
    pub fn board(self) -> u8 {
        match self {
            Self::Unlock { board, .. } | Self::ReadOne { board, .. } | Self::ReadAll { board } => board,
        }
    }
}

/// What a board says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Answer to [`Request::Unlock`]: the contact after the pulse.
    Unlock {
        /// Address of the board.
        board: u8,
        /// Lock, from 1.
        lock: u8,
        /// The contact.
        bit: bool,
    },
    /// Answer to [`Request::ReadOne`].
    One {
        /// Address of the board.
        board: u8,
        /// Lock, from 1.
        lock: u8,
        /// The contact.
        bit: bool,
    },
    /// Answer to [`Request::ReadAll`]; lock 1 first.
    All {
        /// Address of the board.
        board: u8,
        /// The contacts.
        bits: Vec<bool>,
        /// Whether something lies in the compartment, where the board has sensors for that.
        items: Option<Vec<bool>>,
    },
    /// A door changed. Unasked.
    Push {
        /// Address of the board.
        board: u8,
        /// Lock, from 1.
        lock: u8,
        /// The contact, in a polarity that differs between firmwares.
        bit: bool,
    },
    /// The board understood and says that it could not.
    Refused {
        /// Address of the board.
        board: u8,
    },
    /// The board has fewer locks than it was expected to have.
    Fewer {
        /// Address of the board.
        board: u8,
        /// How many it has.
        locks: u8,
    },
}

/// What would answer the request that is on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// An answer to [`Request::Unlock`].
    Unlock {
        /// Address of the board.
        board: u8,
        /// Lock, from 1.
        lock: u8,
    },
    /// An answer to [`Request::ReadOne`].
    One {
        /// Address of the board.
        board: u8,
        /// Lock, from 1.
        lock: u8,
    },
    /// An answer to [`Request::ReadAll`] from a board of so many locks.
    All {
        /// Address of the board.
        board: u8,
        /// Number of locks.
        locks: u8,
    },
}

impl Expect {
    /// What answers `request` on a board of `locks` locks.
    pub fn answer_to(request: Request, locks: u8) -> Self {
        match request {
            Request::Unlock { board, lock, .. } => Self::Unlock { board, lock },
            Request::ReadOne { board, lock } => Self::One { board, lock },
            Request::ReadAll { board } => Self::All { board, locks },
        }
    }

    /// Address of the board.
    pub fn board(self) -> u8 {
        match self {
            Self::Unlock { board, .. } | Self::One { board, .. } | Self::All { board, .. } => board,
        }
    }
}

/// The first `count` bits of `bytes`, bit 0 of the first byte first.
pub(super) fn unpack(bytes: &[u8], count: u8) -> Vec<bool> {
    let all = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
    all.take(usize::from(count)).collect()
}

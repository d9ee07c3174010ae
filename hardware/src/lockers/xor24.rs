//! Frames of the "485 lock board, 24 ways" family (also sold with 8, 12, 16, 18, 32 and 48 ways). Pure.
//!
//! Serial line 9600 8N1. Every frame ends with the XOR of all bytes before it. No frame has a length field: an answer
//! is recognised by what was asked, so [`Decoder::next`] is told. Locks are numbered from 1.
//!
//! | | request | answer |
//! |---|---|---|
//! | unlock one | `8A AA LL 11 XX` | `8A AA LL ST XX` |
//! | read one | `80 AA LL 33 XX` | `80 AA LL ST XX` |
//! | read all | `80 AA 00 33 XX` | `80 AA S… 33 XX`: one state byte for each eight locks, highest locks first |
//! | (a door changed) | – | `81 AA LL ST XX`, unasked, some firmware |
//!
//! `ST` is 00 or 11; what either means depends on the wiring. Sources: the vendor's text as quoted by six public
//! implementations; see docs/hardware.md.

/// First byte of everything about unlocking.
const UNLOCK: u8 = 0x8A;
/// First byte of everything about reading.
const READ: u8 = 0x80;
/// First byte of a push.
const PUSH: u8 = 0x81;
/// Fourth byte of a request to unlock; also the state byte of a set bit.
const SET: u8 = 0x11;
/// State byte of a clear bit.
const CLEAR: u8 = 0x00;
/// Last byte before the checksum of a request to read, and of the answer to read-all.
const READ_MARK: u8 = 0x33;

/// XOR of all bytes.
pub fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

/// What a master asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Let one lock go.
    Unlock {
        /// Address of the board.
        board: u8,
        /// Lock, from 1.
        lock: u8,
    },
    /// State of one lock.
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
    /// Its bytes on the wire.
    pub fn encode(self) -> [u8; 5] {
        match self {
            Self::Unlock { board, lock } => five(UNLOCK, board, lock, SET),
            Self::ReadOne { board, lock } => five(READ, board, lock, READ_MARK),
            Self::ReadAll { board } => five(READ, board, 0, READ_MARK),
        }
    }

    /// Reads a request: the board's side of the wire. `None` if these bytes are none.
    pub fn decode(frame: &[u8; 5]) -> Option<Self> {
        let [kind, board, lock, mark, sum] = *frame;
        if checksum(&frame[..4]) != sum {
            return None;
        }
        match (kind, lock, mark) {
            (UNLOCK, 1.., SET) => Some(Self::Unlock { board, lock }),
            (READ, 0, READ_MARK) => Some(Self::ReadAll { board }),
            (READ, _, READ_MARK) => Some(Self::ReadOne { board, lock }),
            _ => None,
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
}

impl Reply {
    /// Its bytes on the wire.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Unlock { board, lock, bit } => five(UNLOCK, *board, *lock, state(*bit)).to_vec(),
            Self::One { board, lock, bit } => five(READ, *board, *lock, state(*bit)).to_vec(),
            Self::Push { board, lock, bit } => five(PUSH, *board, *lock, state(*bit)).to_vec(),
            Self::All { board, bits } => {
                let mut frame = vec![READ, *board];
                for group in bits.chunks(8).rev() {
                    frame.push(group.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit)));
                }
                frame.push(READ_MARK);
                frame.push(checksum(&frame));
                frame
            }
        }
    }
}

fn five(kind: u8, board: u8, lock: u8, last: u8) -> [u8; 5] {
    [kind, board, lock, last, checksum(&[kind, board, lock, last])]
}

fn state(bit: bool) -> u8 {
    if bit { SET } else { CLEAR }
}

fn bit(state: u8) -> Option<bool> {
    match state {
        CLEAR => Some(false),
        SET => Some(true),
        _ => None,
    }
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
        /// Number of locks; decides the number of state bytes.
        locks: u8,
    },
}

/// Finds frames in a stream of bytes that may begin anywhere and hold anything.
///
/// The caller pushes what it read and calls [`Decoder::next`] until it gives `None`. Bytes that can belong to no frame
/// are skipped one by one, so a frame behind noise, behind a torn frame or behind another frame is found.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    skipped: usize,
}

/// What can be said of the bytes at the front of the buffer.
enum Front {
    Frame(usize, Reply),
    /// A frame, or noise that looks like the beginning of one; more bytes will tell.
    Incomplete,
    Noise,
}

impl Decoder {
    /// Appends what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes the first occurrence of `echo` out of the buffer. `false` if it is not (wholly) there yet.
    pub fn take_echo(&mut self, echo: &[u8]) -> bool {
        match self.buffer.windows(echo.len()).position(|window| window == echo) {
            Some(at) => {
                self.skipped += at;
                self.buffer.drain(..at + echo.len());
                true
            }
            None => false,
        }
    }

    /// The next frame that answers `expect`, or that was pushed. `None`: more bytes are needed.
    pub fn next(&mut self, expect: Expect) -> Option<Reply> {
        while !self.buffer.is_empty() {
            match front(&self.buffer, expect) {
                Front::Frame(length, reply) => {
                    self.buffer.drain(..length);
                    return Some(reply);
                }
                Front::Incomplete => return None,
                Front::Noise => {
                    self.buffer.remove(0);
                    self.skipped += 1;
                }
            }
        }
        None
    }

    /// Bytes that fitted no frame so far, and bytes that still wait for more.
    pub fn unused(&self) -> usize {
        self.skipped + self.buffer.len()
    }
}

fn front(bytes: &[u8], expect: Expect) -> Front {
    match (bytes[0], expect) {
        (PUSH, _) => short(bytes, None, |board, lock, bit| Reply::Push { board, lock, bit }),
        (UNLOCK, Expect::Unlock { board, lock }) => {
            short(bytes, Some((board, lock)), |board, lock, bit| Reply::Unlock { board, lock, bit })
        }
        (READ, Expect::One { board, lock }) => {
            short(bytes, Some((board, lock)), |board, lock, bit| Reply::One { board, lock, bit })
        }
        (READ, Expect::All { board, locks }) => all(bytes, board, locks),
        _ => Front::Noise,
    }
}

/// A frame of five bytes, from `from` if that is given.
fn short(bytes: &[u8], from: Option<(u8, u8)>, reply: impl Fn(u8, u8, bool) -> Reply) -> Front {
    let other = |at: usize, wanted: Option<u8>| bytes.get(at).zip(wanted).is_some_and(|(byte, wanted)| *byte != wanted);
    if other(1, from.map(|from| from.0)) || other(2, from.map(|from| from.1)) {
        return Front::Noise;
    }
    let Some(frame) = bytes.first_chunk::<5>() else { return Front::Incomplete };
    match bit(frame[3]) {
        Some(bit) if checksum(&frame[..4]) == frame[4] => Front::Frame(5, reply(frame[1], frame[2], bit)),
        Some(_) | None => Front::Noise,
    }
}

fn all(bytes: &[u8], board: u8, locks: u8) -> Front {
    if bytes.get(1).is_some_and(|byte| *byte != board) {
        return Front::Noise;
    }
    let groups = usize::from(locks).div_ceil(8);
    let length = groups + 4;
    let Some(frame) = bytes.get(..length) else { return Front::Incomplete };
    if frame[length - 2] != READ_MARK || checksum(&frame[..length - 1]) != frame[length - 1] {
        return Front::Noise;
    }
    let states = &frame[2..2 + groups];
    let bits = (0..usize::from(locks)).map(|lock| states[groups - 1 - lock / 8] >> (lock % 8) & 1 == 1).collect();
    Front::Frame(length, Reply::All { board, bits })
}

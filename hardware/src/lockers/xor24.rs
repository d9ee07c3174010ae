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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ONE: Expect = Expect::One { board: 1, lock: 1 };
    const OPENED: Expect = Expect::Unlock { board: 1, lock: 1 };
    const ALL: Expect = Expect::All { board: 1, locks: 24 };

    fn decode(chunks: &[&[u8]], expect: Expect) -> (Vec<Reply>, usize) {
        let mut decoder = Decoder::default();
        let mut replies = Vec::new();
        for chunk in chunks {
            decoder.push(chunk);
            replies.extend(std::iter::from_fn(|| decoder.next(expect)));
        }
        (replies, decoder.unused())
    }

    fn locked(numbers: &[usize], locks: usize) -> Reply {
        Reply::All { board: 1, bits: (1..=locks).map(|lock| numbers.contains(&lock)).collect() }
    }

    #[test]
    fn requests_are_those_of_the_vendors_table() {
        for (request, bytes) in [
            (Request::Unlock { board: 1, lock: 1 }, [0x8A, 0x01, 0x01, 0x11, 0x9B]),
            (Request::Unlock { board: 1, lock: 2 }, [0x8A, 0x01, 0x02, 0x11, 0x98]),
            (Request::Unlock { board: 1, lock: 12 }, [0x8A, 0x01, 0x0C, 0x11, 0x96]),
            (Request::ReadOne { board: 1, lock: 1 }, [0x80, 0x01, 0x01, 0x33, 0xB3]),
            (Request::ReadAll { board: 1 }, [0x80, 0x01, 0x00, 0x33, 0xB2]),
        ] {
            assert_eq!(request.encode(), bytes);
            assert_eq!(Request::decode(&bytes), Some(request));
        }
        // Unlock all (lock 0) is never sent by us; one flipped bit is no request.
        assert_eq!(Request::decode(&[0x8A, 0x01, 0x00, 0x11, 0x9A]), None);
        assert_eq!(Request::decode(&[0x80, 0x01, 0x01, 0x33, 0xB2]), None);
    }

    #[test]
    fn whole_answers() {
        for (bytes, expect, reply) in [
            (&[0x8A, 0x01, 0x01, 0x00, 0x8A][..], OPENED, Reply::Unlock { board: 1, lock: 1, bit: false }),
            (&[0x8A, 0x01, 0x01, 0x11, 0x9B], OPENED, Reply::Unlock { board: 1, lock: 1, bit: true }),
            (&[0x80, 0x01, 0x01, 0x00, 0x80], ONE, Reply::One { board: 1, lock: 1, bit: false }),
            (&[0x80, 0x01, 0x01, 0x11, 0x91], ONE, Reply::One { board: 1, lock: 1, bit: true }),
            (&[0x81, 0x01, 0x01, 0x00, 0x81], ONE, Reply::Push { board: 1, lock: 1, bit: false }),
            (&[0x81, 0x01, 0x01, 0x11, 0x90], ALL, Reply::Push { board: 1, lock: 1, bit: true }),
            // The first state byte is locks 17 to 24, the last is locks 1 to 8; bit 0 is the lowest of each.
            (&[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB3], ALL, locked(&[1, 9, 17], 24)),
            (&[0x80, 0x01, 0x80, 0x00, 0x02, 0x33, 0x30], ALL, locked(&[2, 24], 24)),
        ] {
            assert_eq!(decode(&[bytes], expect), (vec![reply.clone()], 0), "{bytes:02X?}");
            assert_eq!(reply.encode(), bytes);
        }
    }

    #[test]
    fn boards_of_other_sizes() {
        for (locks, bytes) in [
            (8, &[0x80, 0x01, 0x81, 0x33, 0x33][..]),    // one state byte: five in all
            (12, &[0x80, 0x01, 0x08, 0x01, 0x33, 0xBB]), // locks 12 and 1
            (48, &[0x80, 0x01, 0x80, 0, 0, 0, 0, 0x01, 0x33, 0x33]), // locks 48 and 1
        ] {
            let (replies, unused) = decode(&[bytes], Expect::All { board: 1, locks });
            assert_eq!((replies.len(), unused), (1, 0), "{locks} locks: {replies:?}");
            let [Reply::All { bits, .. }] = replies.as_slice() else { panic!("{replies:?}") };
            assert_eq!((bits.len(), bits[0], bits[usize::from(locks) - 1]), (usize::from(locks), true, true));
        }
    }

    #[test]
    fn partial_doubled_corrupt_and_noisy_streams() {
        let good: &[u8] = &[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB3];
        let reply = locked(&[1, 9, 17], 24);
        for (name, chunks, replies, unused) in [
            ("nothing", vec![&[][..]], 0, 0),
            ("half a frame", vec![&good[..3]], 0, 3),
            ("byte by byte", good.chunks(1).collect(), 1, 0),
            ("two at once", vec![good, good], 2, 0),
            ("wrong checksum", vec![&[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB2]], 0, 7),
            ("wrong checksum, then a good one", vec![&[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB2], good], 1, 7),
            ("noise in front", vec![&[0x00, 0xFF, 0x8A, 0x80], good], 1, 4),
            ("half a frame in front", vec![&good[..3], good], 1, 3),
            ("another board's answer", vec![&[0x80, 0x02, 0x01, 0x01, 0x01, 0x33, 0xB0]], 0, 7),
            ("another board's answer in front", vec![&[0x80, 0x02, 0x01, 0x01, 0x01, 0x33, 0xB0], good], 1, 7),
            ("our own request", vec![&[0x80, 0x01, 0x00, 0x33, 0xB2], good], 1, 5),
        ] {
            let decoded = decode(&chunks, ALL);
            assert_eq!(decoded, (vec![reply.clone(); replies], unused), "{name}");
        }
    }

    #[test]
    fn an_echoed_unlock_is_a_legal_answer_and_only_the_caller_can_tell() {
        let request = Request::Unlock { board: 1, lock: 1 }.encode();
        let mut decoder = Decoder::default();
        decoder.push(&request[..3]);
        assert!(!decoder.take_echo(&request));
        decoder.push(&request[3..]);
        decoder.push(&[0x8A, 0x01, 0x01, 0x00, 0x8A]);
        assert!(decoder.take_echo(&request));
        assert_eq!(decoder.next(OPENED), Some(Reply::Unlock { board: 1, lock: 1, bit: false }));
        assert_eq!((decoder.next(OPENED), decoder.unused()), (None, 0));
        assert_eq!(decode(&[&request], OPENED).0, [Reply::Unlock { board: 1, lock: 1, bit: true }]);
    }

    fn expect() -> impl Strategy<Value = Expect> {
        prop_oneof![
            (1u8..=32, 1u8..=48).prop_map(|(board, lock)| Expect::Unlock { board, lock }),
            (1u8..=32, 1u8..=48).prop_map(|(board, lock)| Expect::One { board, lock }),
            (1u8..=32, 1u8..=48).prop_map(|(board, locks)| Expect::All { board, locks }),
        ]
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>, expect in expect()) {
            let (_, unused) = decode(&[&bytes], expect);
            prop_assert!(unused <= bytes.len());
        }

        #[test]
        fn states_survive_the_wire_behind_any_noise(
            bits in proptest::collection::vec(any::<bool>(), 1..=48),
            noise in proptest::collection::vec(0u8..0x80, 0..20),
            cut in 0usize..14,
        ) {
            let expect = Expect::All { board: 7, locks: u8::try_from(bits.len()).unwrap() };
            let reply = Reply::All { board: 7, bits };
            let stream = [noise, reply.encode()].concat();
            let cut = cut.min(stream.len());
            let (replies, _) = decode(&[&stream[..cut], &stream[cut..]], expect);
            prop_assert_eq!(replies, vec![reply]);
        }

        #[test]
        fn one_flipped_bit_is_never_taken(bits in proptest::collection::vec(any::<bool>(), 24), at in 0usize..56) {
            let mut frame = Reply::All { board: 1, bits }.encode();
            frame[at / 8] ^= 1 << (at % 8);
            prop_assert_eq!(decode(&[&frame], ALL).0, vec![]);
        }
    }
}

//! SDT: what is said to the licensed security module (SAM_V, SAM_A) inside a reader of resident ID cards. Over a
//! serial line ([`super::ReaderConfig::Sdt`]), or wrapped into commands of PC/SC ([`super::ResidentIdAccess`]).
//!
//! Both ways `AA AA AA 96 69`, two bytes of length (big-endian, of all that follows), then two bytes of command or
//! three of status, data, and the XOR of all bytes from the length to the last of the data.
//!
//! Source: public restatements of the police standards GA 450 and GA 467 (the vendors' "SAM_V communication protocol",
//! and code in C, C# and Qt), which agree. The standards themselves were not at hand.
//!
//! Fingerprints are never asked for: nothing here needs them.

use std::fmt;

use zeroize::Zeroizing;

pub use super::sdt_status::Status;
use super::{CardError, Identity, resident};

/// First bytes of every frame.
pub const PREAMBLE: [u8; 5] = [0xAA, 0xAA, 0xAA, 0x96, 0x69];
/// Largest value of the length: text, photo and fingerprints. A frame has seven bytes more.
pub const MOST: usize = 0x090A;
/// Bytes of the longest frame.
pub const LONGEST_FRAME: usize = MOST + 7;
/// Bytes of the newest address: 35 characters.
pub const ADDRESS: usize = 70;
/// The three forms of an answer to "read": so many bytes of data hold so many lengths of two bytes in front. The third
/// length is that of fingerprints. Frames of 1295, 1297 and 2321 bytes.
const FORMS: [(usize, usize); 3] = [(1284, 2), (1286, 3), (2310, 3)];

/// What can be asked of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// Whether the module works.
    Status,
    /// Whether a card is there.
    Find,
    /// Takes up the card that was found.
    Select,
    /// Text and photo.
    ReadText,
    /// An address that was written onto the chip later than the text.
    ReadNewestAddress,
}

impl Request {
    /// Every request.
    pub const ALL: [Self; 5] = [Self::Status, Self::Find, Self::Select, Self::ReadText, Self::ReadNewestAddress];

    /// The two bytes of the command.
    pub const fn code(self) -> [u8; 2] {
        match self {
            Self::Status => [0x11, 0xFF],
            Self::Find => [0x20, 0x01],
            Self::Select => [0x20, 0x02],
            Self::ReadText => [0x30, 0x01],
            Self::ReadNewestAddress => [0x30, 0x03],
        }
    }

    /// The whole frame.
    pub fn encode(self) -> Vec<u8> {
        frame(&self.code())
    }

    /// What the request is called in errors.
    pub fn step(self) -> &'static str {
        match self {
            Self::Status => "the question whether it works",
            Self::Find => "finding a card",
            Self::Select => "taking up the card",
            Self::ReadText => "reading the card's text",
            Self::ReadNewestAddress => "reading the newest address",
        }
    }

    /// Whether `reply` can belong to this request: no frame says which request it answers, and a late one must not be
    /// taken for the answer to the next.
    pub fn is_answered_by(self, reply: &Reply) -> bool {
        let length = reply.data.len();
        match reply.status {
            Status::FOUND | Status::NOT_FOUND => self == Self::Find,
            Status::NOT_SELECTED => self == Self::Select,
            Status::DONE => match self {
                Self::Status => length == 0,
                Self::Find => false,
                Self::Select => (1..=16).contains(&length),
                Self::ReadText => length > ADDRESS,
                Self::ReadNewestAddress => length == ADDRESS,
            },
            _ => true,
        }
    }
}

/// A frame around `body`, which begins with a command or a status.
pub fn frame(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 1).unwrap_or(u16::MAX).to_be_bytes();
    let check = length.iter().chain(body).fold(0, |check, byte| check ^ byte);
    [&PREAMBLE, length.as_slice(), body, &[check]].concat()
}

/// An answer. Its data is wiped when dropped: it may belong to a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// What the module says of the request.
    pub status: Status,
    /// What it gives.
    pub data: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({:02X}, {} bytes)", self.status.0, self.data.len())
    }
}

/// What the bytes at a preamble are.
enum Front {
    Reply(usize, Reply),
    Incomplete,
    Noise,
}

fn front(bytes: &[u8]) -> Front {
    let Some((length, _)) = bytes.get(PREAMBLE.len()..).and_then(|rest| rest.split_first_chunk::<2>()) else {
        return Front::Incomplete;
    };
    let length = usize::from(u16::from_be_bytes(*length));
    // Three bytes of status and the checksum at least; a request is shorter, so that an echo is none.
    if !(4..=MOST).contains(&length) {
        return Front::Noise;
    }
    let end = PREAMBLE.len() + 2 + length;
    let Some(checked) = bytes.get(PREAMBLE.len()..end) else { return Front::Incomplete };
    let [_, _, 0, 0, status, data @ .., _] = checked else { return Front::Noise };
    if checked.iter().fold(0, |check, byte| check ^ byte) != 0 {
        return Front::Noise;
    }
    Front::Reply(end, Reply { status: Status(*status), data: Zeroizing::new(data.to_vec()) })
}

/// The first answer in `bytes`, and where it ends. `complete`: no more bytes will come, so that the beginning of a
/// frame that was torn does not hide one behind it.
pub fn find_reply(bytes: &[u8], complete: bool) -> Option<(usize, Reply)> {
    let mut at = 0;
    while let Some(found) = bytes.get(at..)?.windows(PREAMBLE.len()).position(|window| *window == PREAMBLE) {
        at += found;
        match front(&bytes[at..]) {
            Front::Reply(length, reply) => return Some((at + length, reply)),
            Front::Incomplete if !complete => return None,
            Front::Incomplete | Front::Noise => at += 1,
        }
    }
    None
}

/// A module at the far end of something.
pub trait Module {
    /// Asks, and waits for the answer, whatever its status.
    ///
    /// # Errors
    /// [`CardError`] of kind line or misread.
    fn ask(&mut self, request: Request) -> Result<Reply, CardError>;
}

/// Reads the card that was found.
///
/// # Errors
/// [`CardError`]: the line's; [`CardError::Module`] with what the module says; a misread of the text.
pub fn read_found(module: &mut dyn Module) -> Result<Identity, CardError> {
    done(Request::Select, module.ask(Request::Select)?)?;
    let answer = done(Request::ReadText, module.ask(Request::ReadText)?)?;
    let mut identity = resident::parse(&*text(&answer)?)?;
    if identity.address.is_some() {
        let answer = module.ask(Request::ReadNewestAddress)?;
        match answer.status {
            // Old modules do not know the command; few cards have the item.
            Status::NO_SUCH_ITEM | Status::BAD_COMMAND | Status::NOT_PERMITTED => {}
            _ => {
                let newest = resident::address(&done(Request::ReadNewestAddress, answer)?.data);
                identity.address = newest.or(identity.address);
            }
        }
    }
    Ok(identity)
}

fn done(request: Request, reply: Reply) -> Result<Reply, CardError> {
    match reply.status {
        Status::DONE => Ok(reply),
        status => Err(CardError::Module { step: request.step(), status }),
    }
}

/// The text in an answer to "read": behind two or three lengths.
///
/// # Errors
/// [`CardError`] of kind misread.
pub fn text(reply: &Reply) -> Result<Zeroizing<[u8; resident::TEXT]>, CardError> {
    let data = reply.data.as_slice();
    let Some((_, words)) = FORMS.iter().find(|(length, _)| *length == data.len()) else {
        let expected = "1284, 1286 or 2310".to_owned();
        return Err(CardError::WrongLength { step: Request::ReadText.step(), expected, got: data.len() });
    };
    let (lengths, rest) = data.split_at(words * 2);
    let mut sizes = lengths.chunks_exact(2).map(|size| usize::from(u16::from_be_bytes([size[0], size[1]])));
    let first = sizes.next();
    let (Some(resident::TEXT), Some(text)) = (first, rest.first_chunk::<{ resident::TEXT }>()) else {
        return Err(CardError::BadField { field: "length header", why: "it does not announce 256 bytes of text" });
    };
    if resident::TEXT + sizes.sum::<usize>() != rest.len() {
        return Err(CardError::BadField { field: "length header", why: "it does not add up to what follows" });
    }
    Ok(Zeroizing::new(*text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::apdu::script::hex;

    #[test]
    fn requests_are_the_bytes_of_the_protocol() {
        for (request, bytes) in [
            (Request::Status, "AAAAAA9669 0003 11FF ED"),
            (Request::Find, "AAAAAA9669 0003 2001 22"),
            (Request::Select, "AAAAAA9669 0003 2002 21"),
            (Request::ReadText, "AAAAAA9669 0003 3001 32"),
            (Request::ReadNewestAddress, "AAAAAA9669 0003 3003 30"),
        ] {
            assert_eq!(request.encode(), hex(bytes), "{request:?}");
            assert!(find_reply(&request.encode(), true).is_none(), "an echo is no answer");
        }
    }

    #[test]
    fn answers_are_found_in_anything() {
        let found = "AAAAAA9669 0008 00009F 00000000 97";
        for (name, bytes, complete, status) in [
            ("plain", "AAAAAA9669 0004 000090 94", false, Some(0x90)),
            ("with data", found, false, Some(0x9F)),
            ("none", "AAAAAA9669 0004 000080 84", false, Some(0x80)),
            ("behind an echo", "AAAAAA9669 0003 2001 22 AAAAAA9669 0004 000080 84", false, Some(0x80)),
            ("behind one more AA", "AA AAAAAA9669 0004 000080 84", false, Some(0x80)),
            ("wrong checksum", "AAAAAA9669 0004 000080 85", true, None),
            ("status of three bytes", "AAAAAA9669 0004 010080 85", true, None),
            ("too long", "AAAAAA9669 FFFF 000080", true, None),
            ("half", "AAAAAA9669 0008 00009F 0000", true, None),
            ("behind a half, before the end", "AAAAAA9669 0108 AAAAAA9669 0004 000080 84", false, None),
            ("behind a half, at the end", "AAAAAA9669 0108 AAAAAA9669 0004 000080 84", true, Some(0x80)),
            ("nothing", "", true, None),
        ] {
            let reply = find_reply(&hex(bytes), complete).map(|(_, reply)| reply.status.0);
            assert_eq!(reply, status, "{name}");
        }
        let two = hex(&format!("00 {found} {found}"));
        assert_eq!(find_reply(&two, false).unwrap().0, 1 + hex(found).len());
    }

    #[test]
    fn a_late_answer_is_not_taken_for_another_requests() {
        let reply = |status, length| Reply { status: Status(status), data: Zeroizing::new(vec![0; length]) };
        for (late, belongs) in [
            (reply(0x90, 0), Some(Request::Status)),
            (reply(0x9F, 4), Some(Request::Find)),
            (reply(0x80, 0), Some(Request::Find)),
            (reply(0x90, 8), Some(Request::Select)),
            (reply(0x81, 0), Some(Request::Select)),
            (reply(0x90, 1284), Some(Request::ReadText)),
            (reply(0x90, 70), Some(Request::ReadNewestAddress)),
        ] {
            let fits: Vec<_> = Request::ALL.into_iter().filter(|request| request.is_answered_by(&late)).collect();
            assert_eq!(fits, Vec::from_iter(belongs), "{late:?}");
        }
        assert!(Request::ALL.into_iter().all(|request| request.is_answered_by(&reply(0x10, 0))), "errors fit all");
    }

    #[test]
    fn lengths_that_do_not_add_up_are_refused() {
        let reply = |lengths: &str, rest: usize| {
            let mut data = hex(lengths);
            data.resize(data.len() + rest, b' ');
            text(&Reply { status: Status::DONE, data: Zeroizing::new(data) }).map(drop).map_err(|error| error.code())
        };
        for (name, lengths, rest, expected) in [
            ("two lengths", "0100 0400", 1280, Ok(())),
            ("three lengths", "0100 0400 0000", 1280, Ok(())),
            ("with fingerprints", "0100 0400 0400", 2304, Ok(())),
            ("one byte too few", "0100 0400", 1279, Err("card-wrong-length")),
            ("another text length", "00FF 0401", 1280, Err("card-bad-field")),
            ("another photo length", "0100 0401", 1280, Err("card-bad-field")),
            ("no fingerprints announced", "0100 0400 0000", 2304, Err("card-bad-field")),
        ] {
            assert_eq!(reply(lengths, rest), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>, complete: bool) {
            if let Some((end, reply)) = find_reply(&bytes, complete) {
                proptest::prop_assert!(end <= bytes.len() && reply.data.len() < end);
                drop(text(&reply));
            }
        }
    }
}

//! Every decoder of the drivers behind one signature, for fuzzing and for figures.

use std::hint::black_box;

use zeroize::Zeroizing;

use hardware::cards::apdu::Transmit;
use hardware::cards::sdt::{self, Module, Reply, Request};
use hardware::cards::{CardError, MrzKey, Reading, ResidentIdAccess, eid, identify_with, resident, tlv};
use hardware::lockers::Protocol;
use hardware::lockers::frame::Expect;
use hardware::lockers::stream::Stream;
use hardware::printer::answer::{self, Condition, StatusQuery};
use hardware::scanner::{Keys, Lines, REPORT};

/// A decoder: its name, which is also that of its corpus, and what takes any bytes without a panic, without keeping
/// more than it was given, and comes to an end.
pub(crate) type Target = (&'static str, Box<dyn Fn(&[u8]) + Send + Sync>);

/// Every decoder.
pub(crate) fn targets() -> Vec<Target> {
    let boards =
        Protocol::ALL.map(|protocol| -> Target { (protocol.name(), Box::new(move |bytes| board(protocol, bytes))) });
    let others = OTHERS.map(|(name, decode)| -> Target { (name, Box::new(decode)) });
    boards.into_iter().chain(others).collect()
}

type Decode = fn(&[u8]);

/// Those of the other devices.
const OTHERS: [(&str, Decode); 10] = [
    ("sdt", sdt_frames),
    ("sdt-card", sdt_card),
    ("resident-text", resident_text),
    ("tlv", simple_tlv),
    ("card", card),
    ("belgian-id", |bytes| drop(eid::belgian(bytes))),
    ("mrz", mrz),
    ("printer-answer", printer_answer),
    ("scanner", scanner),
    ("scanner-keys", scanner_keys),
];

/// Commands after which a conversation counts as endless; the longest that any card needs is a tenth of it.
const ENDLESS: usize = 4096;

fn board(protocol: Protocol, bytes: &[u8]) {
    let (board, lock, locks) = (bytes.first().copied().unwrap_or(1), bytes.get(1).copied().unwrap_or(1), 24);
    let expects = [Expect::Unlock { board, lock }, Expect::One { board, lock }, Expect::All { board, locks }];
    for expect in expects {
        let mut stream = Stream::default();
        for chunk in bytes.chunks(7) {
            stream.push(chunk);
            while stream.next(|front| protocol.front(front, expect)).is_some() {}
        }
        while stream.last(|front| protocol.front(front, expect)).is_some() {}
        assert!(stream.unused() <= bytes.len(), "the stream counts more bytes than there were");
    }
}

fn sdt_frames(bytes: &[u8]) {
    for complete in [false, true] {
        let mut at = 0;
        while let Some((length, reply)) = sdt::find_reply(&bytes[at..], complete) {
            at += length;
            drop(sdt::text(&reply));
        }
    }
}

/// A module that answers with what stands between length bytes, over and over.
struct Says<'a> {
    answers: Vec<&'a [u8]>,
    asked: usize,
}

impl<'a> Says<'a> {
    fn new(mut bytes: &'a [u8]) -> Self {
        let mut answers = Vec::new();
        while let [high, low, rest @ ..] = bytes {
            let length = usize::from(u16::from_be_bytes([high & 0x07, *low])).min(rest.len());
            let (answer, behind) = rest.split_at(length);
            answers.push(answer);
            bytes = behind;
        }
        Self { answers, asked: 0 }
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        self.asked += 1;
        assert!(self.asked < ENDLESS, "the conversation never ends");
        self.answers.get((self.asked - 1) % self.answers.len().max(1)).copied()
    }
}

impl Transmit for Says<'_> {
    fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.next().map(|answer| Zeroizing::new(answer.to_vec())).ok_or(CardError::Torn)
    }
}

impl Module for Says<'_> {
    fn ask(&mut self, _: Request) -> Result<Reply, CardError> {
        let answer = self.next().and_then(<[u8]>::split_first).ok_or(CardError::Torn)?;
        Ok(Reply { status: sdt::Status(*answer.0), data: Zeroizing::new(answer.1.to_vec()) })
    }
}

fn sdt_card(bytes: &[u8]) {
    drop(sdt::read_found(&mut Says::new(bytes)));
}

fn resident_text(bytes: &[u8]) {
    let mut text = [b' '; resident::TEXT];
    let length = bytes.len().min(text.len());
    text[..length].copy_from_slice(&bytes[..length]);
    drop(resident::parse(&text));
    drop(resident::address(bytes));
}

fn simple_tlv(bytes: &[u8]) {
    let mut rest = bytes;
    while let Ok((_, _, behind)) = tlv::split(rest) {
        rest = behind;
    }
}

fn card(bytes: &[u8]) {
    let accesses =
        [None, Some(ResidentIdAccess::SamBlock), Some(ResidentIdAccess::SdtApdu { header: [0xFF, 0x58, 0x00, 0x00] })];
    for access in accesses {
        let mrz = MrzKey::parse("L898902C<3 6908061 9406236").ok();
        let reading = Reading { access, mrz, ..Reading::default() };
        drop(identify_with(&mut Says::new(bytes), &reading));
    }
}

fn mrz(bytes: &[u8]) {
    drop(MrzKey::parse(&String::from_utf8_lossy(bytes)));
}

pub(crate) fn printer_answer(bytes: &[u8]) {
    let mut condition = Condition::default();
    for (byte, kind) in
        bytes.iter().zip([StatusQuery::Paper, StatusQuery::Offline, StatusQuery::Error].into_iter().cycle())
    {
        if answer::is_real_time(*byte) {
            condition.take(kind, *byte);
        } else {
            black_box(answer::is_in_turn(*byte));
        }
    }
    black_box(condition);
}

pub(crate) fn scanner(bytes: &[u8]) {
    let mut lines = Lines::default();
    lines.take(bytes, |code| drop(black_box(code)));
    lines.end(|code| drop(black_box(code)));
}

fn scanner_keys(bytes: &[u8]) {
    let (mut keys, mut text) = (Keys::default(), Vec::with_capacity(bytes.len()));
    for report in bytes.chunks(REPORT) {
        if let Some(report) = report.first_chunk::<REPORT>() {
            keys.take(report, |typed| text.push(typed));
        }
    }
    assert!(text.len() <= bytes.len(), "more characters than keys");
    scanner(&text);
}

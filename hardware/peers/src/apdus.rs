//! What a card answers to commands. Applications that can be put together: resident-ID text as a reader's
//! security module hands it out, the social security application, and a serial number.

use encoding_rs::GBK;

use crate::eid::Eid;
use crate::emrtd::Emrtd;
use crate::sdt;
use crate::text::TEXT;

/// Status words of ISO 7816-4.
mod status {
    pub(super) const OK: [u8; 2] = [0x90, 0x00];
    pub(super) const NOT_FOUND: [u8; 2] = [0x6A, 0x82];
    pub(super) const NO_RECORD: [u8; 2] = [0x6A, 0x83];
    pub(super) const WRONG_P1P2: [u8; 2] = [0x6A, 0x86];
    pub(super) const NO_INSTRUCTION: [u8; 2] = [0x6D, 0x00];
    pub(super) const NOT_OPENED: [u8; 2] = [0x63, 0x00];
}

/// A card.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// Text of a resident ID card, for readers with a security module.
    pub resident_text: Option<Box<[u8; TEXT]>>,
    /// Social security application.
    pub social: Option<Social>,
    /// Chip of a travel document.
    pub emrtd: Option<Emrtd>,
    /// Identity card of another country.
    pub eid: Option<Eid>,
    /// Serial number.
    pub uid: Option<Vec<u8>>,
    /// Answer to reset; empty: one of the application's kind.
    pub atr: Vec<u8>,
    selected: Selected,
    waiting: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Selected {
    #[default]
    Nothing,
    Application,
    CardFile,
    HolderFile,
}

/// What a social security card says.
#[derive(Clone, Debug, Default)]
pub struct Social {
    /// Eighteen characters.
    pub number: String,
    pub name: String,
    /// '1' male, '2' female.
    pub sex: char,
    /// GB/T 3304.
    pub ethnicity: u8,
    /// YYYYMMDD.
    pub birth: String,
    /// YYYYMMDD.
    pub issued: String,
    /// YYYYMMDD; empty: 00 bytes.
    pub valid_to: String,
}

impl Card {
    /// A resident ID card or a permit made like it. Its serial number is all zeros, as the real ones' is.
    pub fn resident(text: [u8; TEXT]) -> Self {
        Self { resident_text: Some(Box::new(text)), uid: Some(vec![0; 4]), ..Self::default() }
    }

    /// A social security card with contacts.
    pub fn social(social: Social) -> Self {
        Self { social: Some(social), ..Self::default() }
    }

    /// A travel document. Its serial number is another one each time, as theirs are.
    pub fn travel_document(chip: Emrtd) -> Self {
        Self { emrtd: Some(chip), uid: Some(vec![0x08, 0x4E, 0x21, 0x97]), ..Self::default() }
    }

    /// An identity card of another country.
    pub fn foreign(eid: Eid) -> Self {
        Self { eid: Some(eid), ..Self::default() }
    }

    /// A card that has only a serial number.
    pub fn serial(uid: &[u8]) -> Self {
        Self { uid: Some(uid.to_vec()), ..Self::default() }
    }

    /// The answer to reset. With contacts: T=0, so that the T=0 procedures are really run. Else what PC/SC part 3
    /// gives to contactless cards, with the historical bytes `90 00` by which a SAM reader marks an opened card.
    pub fn answer_to_reset(&self) -> Vec<u8> {
        if !self.atr.is_empty() {
            return self.atr.clone();
        }
        if self.social.is_some() {
            return vec![0x3B, 0x02, 0x14, 0x50];
        }
        vec![0x3B, 0x80, 0x80, 0x01, 0x01]
    }

    /// Power went off or the card was reset: nothing is selected.
    pub fn reset(&mut self) {
        self.selected = Selected::Nothing;
        self.waiting.clear();
        self.emrtd.iter_mut().for_each(Emrtd::reset);
        self.eid.iter_mut().for_each(Eid::reset);
    }

    /// Answers one command.
    pub fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        let foreign = self.emrtd.as_mut().and_then(|chip| chip.answer(command));
        if let Some(answer) = foreign.or_else(|| self.eid.as_mut().and_then(|eid| eid.answer(command))) {
            return answer;
        }
        match *command {
            [0xFF, 0xB0, block, 0x00, ..] => self.sam_block(block),
            [0xFF, 0xCA, 0x00, 0x00, ..] => self.serial_number(),
            [0xFF, 0x58, 0x00, 0x00, 0x0A, ref frame @ .., 0x00] => self.sdt(frame),
            [0x00, 0xC0, 0x00, 0x00, length] => self.get_response(length),
            [0x00, 0xA4, 0x04, 0x00, _, ref name @ ..] => self.select_name(name),
            [0x00, 0xA4, 0x02, 0x00, 0x02, high, low] => self.select_file([high, low]),
            [0x00, 0xA4, ..] if self.social.is_some() => status::WRONG_P1P2.to_vec(),
            [0x00, 0xB2, record, 0x00, length] => self.read_record(record, length),
            [0x00, 0xB2, ..] if self.social.is_some() => status::WRONG_P1P2.to_vec(),
            _ => status::NO_INSTRUCTION.to_vec(),
        }
    }

    /// One stream of lengths, text and a photo of 1024 bytes, in blocks of 256 (Johann356/readinfo).
    fn sam_block(&self, block: u8) -> Vec<u8> {
        let Some(text) = &self.resident_text else { return status::NOT_OPENED.to_vec() };
        let mut stream = vec![0x01, 0x00, 0x04, 0x00];
        stream.extend_from_slice(text.as_slice());
        stream.extend((0..1024u16).map(|at| at.to_be_bytes()[1]));
        match stream.chunks(256).nth(usize::from(block)) {
            Some(chunk) => done(chunk),
            None => status::NO_RECORD.to_vec(),
        }
    }

    /// A frame for the security module, in a pseudo command; longer answers are fetched with GET RESPONSE.
    fn sdt(&mut self, frame: &[u8]) -> Vec<u8> {
        let body = match (frame, &self.resident_text) {
            ([.., 0x20, 0x01, 0x22], Some(_)) => vec![0, 0, 0x9F, 0, 0, 0, 0],
            ([.., 0x20, 0x01, 0x22], None) => vec![0, 0, 0x80],
            ([.., 0x20, 0x02, 0x21], Some(_)) => vec![0, 0, 0x90, 0, 0, 0, 0, 0, 0, 0, 0],
            ([.., 0x30, 0x01, 0x32], Some(text)) => {
                [&[0, 0, 0x90, 1, 0, 4, 0], text.as_slice(), [0; 1024].as_slice()].concat()
            }
            ([.., 0x30, 0x03, 0x30], Some(_)) => vec![0, 0, 0x91],
            _ => vec![0, 0, 0x21],
        };
        self.waiting = sdt::frame(&body);
        self.next_part()
    }

    /// The next 256 bytes of what waits.
    fn next_part(&mut self) -> Vec<u8> {
        let rest = self.waiting.split_off(self.waiting.len().min(256));
        let part = std::mem::replace(&mut self.waiting, rest);
        match self.waiting.len() {
            0 => done(&part),
            more => [part.as_slice(), &[0x61, u8::try_from(more).unwrap_or(0)]].concat(),
        }
    }

    fn serial_number(&self) -> Vec<u8> {
        self.uid.as_ref().map_or_else(|| status::NO_INSTRUCTION.to_vec(), |uid| done(uid))
    }

    fn select_name(&mut self, name: &[u8]) -> Vec<u8> {
        let wanted: &[u8] = b"sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF";
        if self.social.is_none() || name != wanted {
            return status::NOT_FOUND.to_vec();
        }
        self.selected = Selected::Application;
        // File control information is fetched with GET RESPONSE, as cards on T=0 have it.
        self.waiting = [&[0x6F, 0x11, 0x84, 0x0F], wanted].concat();
        vec![0x61, u8::try_from(self.waiting.len()).unwrap_or(0)]
    }

    fn select_file(&mut self, id: [u8; 2]) -> Vec<u8> {
        self.selected = match (self.selected, id) {
            (Selected::Nothing, _) => return status::NOT_FOUND.to_vec(),
            (_, [0xEF, 0x05]) => Selected::CardFile,
            (_, [0xEF, 0x06]) => Selected::HolderFile,
            _ => return status::NOT_FOUND.to_vec(),
        };
        status::OK.to_vec()
    }

    fn get_response(&mut self, length: u8) -> Vec<u8> {
        // 00 asks for 256 bytes.
        let wanted = if length == 0 { 256 } else { usize::from(length) };
        if self.waiting.len().min(256) == wanted { self.next_part() } else { vec![0x6F, 0x00] }
    }

    fn read_record(&self, number: u8, length: u8) -> Vec<u8> {
        let Some(value) = self.social.as_ref().and_then(|social| record(social, self.selected, number)) else {
            return status::NO_RECORD.to_vec();
        };
        let size = u8::try_from(value.len()).unwrap_or(u8::MAX);
        let object = [&[number, size], value.as_slice()].concat();
        // Cards on T=0 want the exact length, and name it.
        if usize::from(length) == object.len() { done(&object) } else { vec![0x6C, size.wrapping_add(2)] }
    }
}

fn done(data: &[u8]) -> Vec<u8> {
    [data, &status::OK].concat()
}

fn record(social: &Social, file: Selected, number: u8) -> Option<Vec<u8>> {
    match (file, number) {
        (Selected::CardFile, 0x01) => Some(bcd(&format!("{:0<32}", social.number.get(..6)?))),
        (Selected::CardFile, 0x02) => Some(b"1".to_vec()),
        (Selected::CardFile, 0x03) => Some(b"3.00".to_vec()),
        (Selected::CardFile, 0x05) => Some(bcd(&social.issued)),
        (Selected::CardFile, 0x06) if social.valid_to.is_empty() => Some(vec![0; 4]),
        (Selected::CardFile, 0x06) => Some(bcd(&social.valid_to)),
        (Selected::CardFile, 0x07) => Some(b"A12345678".to_vec()),
        (Selected::HolderFile, 0x08) => Some(social.number.as_bytes().to_vec()),
        (Selected::HolderFile, 0x09) => {
            let (name, _, _) = GBK.encode(&social.name);
            let mut name = name.into_owned();
            name.resize(30, 0);
            Some(name)
        }
        (Selected::HolderFile, 0x0A) => Some(vec![u8::try_from(social.sex).ok()?]),
        (Selected::HolderFile, 0x0B) => Some(bcd(&format!("{:02}", social.ethnicity))),
        (Selected::HolderFile, 0x0C) => Some(bcd(social.number.get(..6)?)),
        (Selected::HolderFile, 0x0D) => Some(bcd(&social.birth)),
        _ => None,
    }
}

fn bcd(digits: &str) -> Vec<u8> {
    let nibble = |byte: u8| char::from(byte).to_digit(10).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0x0F);
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| nibble(pair[0]) << 4 | pair.get(1).map_or(0x0F, |low| nibble(*low)))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::{hex, people};

    fn converse(name: &str, exchanges: &[(&str, &str)]) {
        let mut card = people::by_name(name).unwrap().card;
        for (command, answer) in exchanges {
            let heard = card.answer(&hex(command));
            assert_eq!(heard[..hex(answer).len()], hex(answer), "{name}: {command}");
        }
    }

    #[test]
    fn cards_answer_as_their_public_sources_show() {
        converse(
            "li-jianguo-social",
            &[
                ("00B2080012", "6A83"),
                ("00A404000F 7378312E73682E C9E7BBE1B1A3D5CF", "6113"),
                ("00C0000013", "6F11 840F 7378312E73682E C9E7BBE1B1A3D5CF 9000"),
                ("00A4020002 EF05", "9000"),
                ("00B2060006", "06 04 20490520 9000"),
                ("00A4020002 EF06", "9000"),
                ("00B2080000", "6C14"),
                ("00B2080014", "08 12 333430353234313938303031303130303158 9000"),
                ("00B2090020", "09 1E C0EEBDA8B9FA 00"),
                ("00B20A0003", "0A 01 31 9000"),
                ("00B20B0003", "0B 01 11 9000"),
                ("00B20D0006", "0D 04 19800101 9000"),
            ],
        );
        converse("li-jianguo", &[("FFB0000000", "01000400 4E67 FA5E"), ("FFCA000000", "00000000 9000")]);
        converse("clerk", &[("FFCA000000", "04A1B2C3D4E580 9000"), ("FFB0000000", "6300")]);
        converse(
            "joeorg",
            &[
                ("00A4040010 A000000077010800070000FE00000100", "9000"),
                ("00A4000C", "9000"),
                ("00A4010C02 5000", "9000"),
                ("00A4020C02 5006", "9000"),
                ("00B0000000", "3338303031303835373138 9000"),
            ],
        );
        converse("specimen", &[("00A4080C06 3F00DF014031", "9000"), ("00B0000004", "01 0C 3030 9000")]);
    }
}

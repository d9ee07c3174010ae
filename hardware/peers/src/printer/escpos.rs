//! ESC/POS as a printer hears it. Pure.

use encoding_rs::GBK;

/// One thing a printer was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// A character of a cell and a half (ASCII) or of a square.
    Char(char),
    LineFeed,
    Initialise,
    Align(u8),
    Bold(bool),
    /// `GS !`: times across and down.
    Size(usize, usize),
    /// `FS !`: Chinese characters twice as wide, twice as high.
    ChineseSize(bool, bool),
    /// `FS &` and `FS .`.
    Chinese(bool),
    Feed(u8),
    Cut,
    QrModule(u8),
    QrStore(Vec<u8>),
    QrPrint,
    /// A setting of QR codes that changes nothing here.
    QrOther,
    Raster {
        /// Bytes of a row.
        row: usize,
        data: Vec<u8>,
    },
    /// `GS r 1`.
    AskInTurn,
}

/// What stands at the front of what was heard.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Front {
    /// A command of so many bytes.
    Told(Told, usize),
    /// More must come.
    More,
    /// A byte of no meaning.
    Strange,
}

/// A real-time command: what a printer obeys at once, wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RealTime {
    /// `DLE EOT n`.
    Ask(u8),
    /// `DLE DC4 8`: forget what was not printed.
    Forget,
}

const FORGET: &[u8] = &[0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// Takes the first real-time command out of what was heard. With [`RealTime::Forget`] everything before it goes too.
pub(super) fn take_real_time(heard: &mut Vec<u8>) -> Option<RealTime> {
    for at in 0..heard.len() {
        match &heard[at..] {
            [0x10, 0x04, kind @ 1..=4, ..] => {
                let kind = *kind;
                heard.drain(at..at + 3);
                return Some(RealTime::Ask(kind));
            }
            rest if rest.starts_with(FORGET) => {
                heard.drain(..at + FORGET.len());
                return Some(RealTime::Forget);
            }
            _ => {}
        }
    }
    None
}

/// Reads the front. `chinese`: whether pairs of bytes are Chinese characters.
pub(super) fn front(heard: &[u8], chinese: bool) -> Front {
    use Front::{More, Strange};
    let told = |told, length| Front::Told(told, length);
    match heard {
        [] | [0x1B..=0x1D] => More,
        [0x10, rest @ ..] if rest.len() < FORGET.len() - 1 => More,
        [b'\n', ..] => told(Told::LineFeed, 1),
        [byte @ b' '..=b'~', ..] => told(Told::Char(char::from(*byte)), 1),
        [0x81..=0xFE] if chinese => More,
        [first @ 0x81..=0xFE, second @ (0x40..=0x7E | 0x80..=0xFE), ..] if chinese => {
            let pair = [*first, *second];
            match GBK.decode_without_bom_handling(&pair).0.chars().next() {
                Some(character) if character != '\u{FFFD}' => told(Told::Char(character), 2),
                Some(_) | None => Strange,
            }
        }
        [0x1B, 0x40, ..] => told(Told::Initialise, 2),
        [0x1B, 0x61 | 0x45 | 0x64] | [0x1D, 0x21 | 0x72] | [0x1C, 0x21] => More,
        [0x1B, 0x61, how, ..] => told(Told::Align(*how), 3),
        [0x1B, 0x45, how, ..] => told(Told::Bold(how & 1 == 1), 3),
        [0x1B, 0x64, lines, ..] => told(Told::Feed(*lines), 3),
        [0x1D, 0x21, size, ..] => told(Told::Size(usize::from(size >> 4 & 7) + 1, usize::from(size & 7) + 1), 3),
        [0x1D, 0x72, 0x01, ..] => told(Told::AskInTurn, 3),
        [0x1C, 0x21, how, ..] => told(Told::ChineseSize(how & 4 != 0, how & 8 != 0), 3),
        [0x1C, 0x26, ..] => told(Told::Chinese(true), 2),
        [0x1C, 0x2E, ..] => told(Told::Chinese(false), 2),
        [0x1D, 0x56] | [0x1D, 0x56, _] => More,
        [0x1D, 0x56, 0x41 | 0x42, _, ..] => told(Told::Cut, 4),
        [0x1D, 0x28] | [0x1D, 0x28, 0x6B] | [0x1D, 0x28, 0x6B, _] => More,
        [0x1D, 0x28, 0x6B, low, high, rest @ ..] => {
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            rest.get(..length).map_or(More, |parameters| told(qr(parameters), 5 + length))
        }
        [0x1D, 0x76, rest @ ..] if rest.len() < 6 => More,
        [0x1D, 0x76, 0x30, 0x00, low, high, rows_low, rows_high, rest @ ..] => {
            let row = usize::from(u16::from_le_bytes([*low, *high]));
            let length = row * usize::from(u16::from_le_bytes([*rows_low, *rows_high]));
            rest.get(..length).map_or(More, |data| told(Told::Raster { row, data: data.to_vec() }, 8 + length))
        }
        [_, ..] => Strange,
    }
}

fn qr(parameters: &[u8]) -> Told {
    match parameters {
        [0x31, 0x43, module] => Told::QrModule(*module),
        [0x31, 0x50, 0x30, data @ ..] => Told::QrStore(data.to_vec()),
        [0x31, 0x51, 0x30] => Told::QrPrint,
        _ => Told::QrOther,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_understood_as_the_manuals_say() {
        for (bytes, expected) in [
            (&[0xC8, 0xA1, 0xBC][..], Front::Told(Told::Char('取'), 2)),
            (&[0xC8], Front::More),
            (&[0x95, 0x34, 0xB2, 0x35], Front::Strange), // GB18030 in four bytes
            (&[0x1B, 0x40], Front::Told(Told::Initialise, 2)),
            (&[0x1D, 0x21, 0x33], Front::Told(Told::Size(4, 4), 3)),
            (&[0x1D, 0x56, 0x42, 0x00], Front::Told(Told::Cut, 4)),
            (&[0x1D, 0x28, 0x6B, 5, 0, 0x31, 0x50, 0x30, b'1'], Front::More),
            (&[0x1D, 0x28, 0x6B, 4, 0, 0x31, 0x50, 0x30, b'1'], Front::Told(Told::QrStore(b"1".to_vec()), 9)),
            (&[0x1D, 0x76, 0x30, 0, 1, 0, 2, 0, 0xFF], Front::More),
            (&[0x1D, 0x76, 0x30, 0, 1, 0, 1, 0, 0xFF], Front::Told(Told::Raster { row: 1, data: vec![0xFF] }, 9)),
            (&[0x10, 0x04], Front::More),
            (&[0x00], Front::Strange),
        ] {
            assert_eq!(front(bytes, true), expected, "{bytes:02X?}");
        }
        assert_eq!(front(&[0xC8, 0xA1], false), Front::Strange);
    }

    #[test]
    fn real_time_commands_overtake_what_waits() {
        let mut heard = [b"ab", &[0x10, 0x04, 0x04][..], b"c"].concat();
        assert_eq!(take_real_time(&mut heard), Some(RealTime::Ask(4)));
        assert_eq!((take_real_time(&mut heard), &heard[..]), (None, &b"abc"[..]));
        heard.extend_from_slice(FORGET);
        heard.push(b'd');
        assert_eq!((take_real_time(&mut heard), &heard[..]), (Some(RealTime::Forget), &b"d"[..]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(mut bytes: Vec<u8>, chinese: bool) {
            while take_real_time(&mut bytes).is_some() {}
            let mut rest = &bytes[..];
            loop {
                match front(rest, chinese) {
                    Front::Told(_, length) => rest = &rest[length..],
                    Front::Strange => rest = &rest[1..],
                    Front::More => break,
                }
            }
        }
    }
}

//! Which characters a printer has in its ROM, and their bytes. Pure.

use encoding_rs::GBK;

/// The Chinese characters in a printer's ROM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rom {
    /// GBK: some 21,000 characters, what most printers sold in China have (their leaflets also say GB18030).
    #[default]
    Gbk,
    /// GB 2312: 6,763 characters, older and cheaper printers.
    Gb2312,
    /// None: everything that is not ASCII is drawn.
    Ascii,
}

impl Rom {
    /// The bytes of a character; `None` when the ROM lacks it. GB18030's four-byte characters are printed as rubbish by
    /// most printers and count as lacking, as do characters for private use.
    pub fn encode(self, character: char) -> Option<CharBytes> {
        if character == ' ' || character.is_ascii_graphic() {
            return Some(CharBytes { bytes: [u8::try_from(character).ok()?, 0], len: 1 });
        }
        if self == Self::Ascii || matches!(u32::from(character), 0xE000..=0xF8FF) {
            return None;
        }
        let mut buffer = [0; 4];
        let (bytes, _, unmappable) = GBK.encode(character.encode_utf8(&mut buffer));
        let [first, second] = *bytes.as_ref() else { return None };
        // Rows 1 to 9 and 16 to 87 of GB 2312; the others are GBK's.
        let in_gb2312 = second >= 0xA1 && (matches!(first, 0xA1..=0xA9) || matches!(first, 0xB0..=0xF7));
        if unmappable || (self == Self::Gb2312 && !in_gb2312) {
            return None;
        }
        Some(CharBytes { bytes: [first, second], len: 2 })
    }

    /// The bytes of a text; `None` when the ROM lacks any of it.
    pub fn encode_all(self, text: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(text.len());
        for character in text.chars() {
            bytes.extend_from_slice(self.encode(character)?.as_slice());
        }
        Some(bytes)
    }
}

/// One or two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharBytes {
    bytes: [u8; 2],
    len: u8,
}

impl CharBytes {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len.min(2))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rom_has_what_it_has() {
        for (character, gbk, gb2312) in [
            ('A', Some(&[0x41][..]), Some(&[0x41][..])),
            ('取', Some(&[0xC8, 0xA1]), Some(&[0xC8, 0xA1])),
            ('：', Some(&[0xA3, 0xBA]), Some(&[0xA3, 0xBA])),
            ('①', Some(&[0xA2, 0xD9]), Some(&[0xA2, 0xD9])),
            ('镕', Some(&[0xE9, 0x46]), None), // in GBK only
            ('囍', Some(&[0x87, 0xD6]), None),
            ('𠮷', None, None), // four bytes in GB18030
            ('㐂', None, None),
            ('\u{E000}', None, None),
            ('\u{1b}', None, None), // a command must never come out of a text
            ('é', Some(&[0xA8, 0xA6]), Some(&[0xA8, 0xA6])),
            ('ö', None, None),
        ] {
            for (rom, expected) in [(Rom::Gbk, gbk), (Rom::Gb2312, gb2312)] {
                let bytes = rom.encode(character);
                assert_eq!(bytes.as_ref().map(CharBytes::as_slice), expected, "{character} {rom:?}");
            }
        }
        assert_eq!(Rom::Ascii.encode('取'), None);
        assert_eq!(Rom::Gbk.encode_all("取件码：A-0123").unwrap()[..4], [0xC8, 0xA1, 0xBC, 0xFE]);
        assert_eq!(Rom::Gbk.encode_all("董𠮷"), None);
    }
}

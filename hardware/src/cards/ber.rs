//! Reading of BER, X.690: tag, length, value. Strict about what is there, lenient about how it is written: lengths may be
//! longer than need be, because states sign such files and other readers read them. Pure; borrows, never recurses but in
//! [`definite`], and there not deeper than [`DEEPEST`].

use std::borrow::Cow;

pub(super) const INTEGER: u32 = 0x02;
pub(super) const BIT_STRING: u32 = 0x03;
pub(super) const OCTET_STRING: u32 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u32 = 0x06;
pub(super) const SEQUENCE: u32 = 0x30;
pub(super) const SET: u32 = 0x31;
/// Context-specific and constructed, number 0; the next ones follow it.
pub(super) const CONTEXT_0: u32 = 0xA0;

/// Objects within objects that are followed; the deepest file that any state writes has a dozen.
const DEEPEST: usize = 32;

/// One object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Object<'a> {
    /// All bytes of the tag, as one number: `0x30`, `0x5F1F`.
    pub(super) tag: u32,
    /// What it holds.
    pub(super) value: &'a [u8],
    /// Tag, length and value.
    pub(super) whole: &'a [u8],
}

/// What is left to read of a row of objects.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next object. `None`: there is none, or its end lies behind the end of the bytes.
    pub(super) fn next(&mut self) -> Option<Object<'a>> {
        let (tag, length, header) = header(self.0)?;
        let end = header.checked_add(length?)?;
        let whole = self.0.get(..end)?;
        self.0 = &self.0[end..];
        Some(Object { tag, value: &whole[header..], whole })
    }

    /// The next object, which must have this tag.
    pub(super) fn take(&mut self, tag: u32) -> Option<Object<'a>> {
        self.next().filter(|object| object.tag == tag)
    }

    /// The next object if it has this tag; else nothing is read.
    pub(super) fn optional(&mut self, tag: u32) -> Option<Object<'a>> {
        let mut ahead = *self;
        let object = ahead.take(tag)?;
        *self = ahead;
        Some(object)
    }

    /// The first of the objects that are left which has this tag.
    pub(super) fn find(mut self, tag: u32) -> Option<Object<'a>> {
        std::iter::from_fn(|| self.next()).find(|object| object.tag == tag)
    }
}

/// A reader of what the one object in `bytes` holds, if it has this tag. What follows it is not looked at: chips fill
/// files up.
pub(super) fn inside(bytes: &[u8], tag: u32) -> Option<Reader<'_>> {
    Reader::new(bytes).take(tag).map(|object| Reader::new(object.value))
}

/// Tag, length (`None`: indefinite), and bytes of both. `None`: it is cut off, or longer than a machine counts.
pub(super) fn header(bytes: &[u8]) -> Option<(u32, Option<usize>, usize)> {
    let mut at = 1;
    let mut tag = u32::from(*bytes.first()?);
    if tag & 0x1F == 0x1F {
        loop {
            let next = *bytes.get(at)?;
            tag = tag.checked_mul(0x100)?.checked_add(next.into())?;
            at += 1;
            if next & 0x80 == 0 {
                break;
            }
        }
    }
    let first = *bytes.get(at)?;
    at += 1;
    if first < 0x80 {
        return Some((tag, Some(first.into()), at));
    }
    if first == 0x80 {
        return Some((tag, None, at));
    }
    let digits = bytes.get(at..at + usize::from(first & 0x7F))?;
    let length = digits.iter().try_fold(0usize, |sum, digit| sum.checked_mul(0x100)?.checked_add((*digit).into()))?;
    Some((tag, Some(length), at + digits.len()))
}

/// An object as DER writes it: the shortest length.
pub(super) fn object(tag: u32, value: &[u8]) -> Vec<u8> {
    let significant = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
    let mut whole = significant(&tag.to_be_bytes());
    match u8::try_from(value.len()) {
        Ok(short @ 0..0x80) => whole.push(short),
        _ => {
            let length = significant(&value.len().to_be_bytes());
            whole.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
            whole.extend(length);
        }
    }
    whole.extend_from_slice(value);
    whole
}

/// The first object of `bytes` with definite lengths all through, and strings in one piece (X.690, 8.1.3.6 and 8.7.3).
/// What is written so already is given back as it is, byte by byte: it may be signed. `None`: it is no BER, or deeper
/// than any file of a travel document.
pub(super) fn definite(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    rewrite(bytes, 0).map(|(object, _)| object)
}

/// The first object, rewritten, and its length as it was.
fn rewrite(bytes: &[u8], depth: usize) -> Option<(Cow<'_, [u8]>, usize)> {
    if depth > DEEPEST {
        return None;
    }
    let (tag, length, header) = header(bytes)?;
    let first = *bytes.first()?;
    let end = match length {
        Some(length) => header.checked_add(length).filter(|end| *end <= bytes.len())?,
        None if first & 0x20 == 0 => return None,
        None => bytes.len(),
    };
    if first & 0x20 == 0 {
        return Some((Cow::Borrowed(&bytes[..end]), end));
    }
    let (mut parts, mut at, mut changed) = (Vec::new(), header, length.is_none());
    loop {
        if length.is_none() && bytes[at..end].starts_with(&[0, 0]) {
            at += 2;
            break;
        }
        if at == end {
            // An indefinite length must be ended.
            length?;
            break;
        }
        let (part, read) = rewrite(&bytes[at..end], depth + 1)?;
        changed |= matches!(part, Cow::Owned(_));
        parts.push(part);
        at += read;
    }
    // A string in pieces: constructed, and of a kind that is not.
    let string = tag == (OCTET_STRING | 0x20);
    if !changed && !string {
        return Some((Cow::Borrowed(&bytes[..at]), at));
    }
    let joined = if string {
        let pieces: Option<Vec<&[u8]>> =
            parts.iter().map(|part| Reader::new(part).take(OCTET_STRING).map(|piece| piece.value)).collect();
        // Borrowed from `parts`, which live on.
        object(OCTET_STRING, &pieces?.concat())
    } else {
        object(tag, &parts.concat())
    };
    Some((Cow::Owned(joined), at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::apdu::script::hex;

    #[test]
    fn objects_are_read_however_long_their_lengths_are_written() {
        for (bytes, tag, value) in [
            ("30 02 0500", 0x30, "0500"),
            ("30 81 02 0500", 0x30, "0500"),
            ("30 84 00000002 0500 FF", 0x30, "0500"),
            ("5F1F 01 41", 0x5F1F, "41"),
        ] {
            let bytes = hex(bytes);
            let object = Reader::new(&bytes).next().unwrap();
            assert_eq!((object.tag, object.value), (tag, hex(value).as_slice()));
        }
        for bytes in
            ["", "30", "30 03 0500", "30 85 FFFFFFFFFF 00", "30 FF", "30 89 010000000000000000 00", "1F FFFFFFFFFF"]
        {
            assert!(Reader::new(&hex(bytes)).next().is_none(), "{bytes}");
        }
        assert_eq!(object(0x30, &[0; 3]), hex("30 03 000000"));
        assert_eq!(object(0x5F0E, &[1; 0x80])[..4], hex("5F0E 81 80"));
        assert_eq!(object(0x30, &[1; 0x100])[..4], hex("30 82 0100"));
    }

    #[test]
    fn indefinite_lengths_become_definite_and_strings_whole() {
        for (bytes, expected) in [
            ("30 80 0201 05 0000", "30 03 020105"),
            ("30 80 30 80 0500 0000 0000", "30 04 3002 0500"),
            ("A0 80 24 80 0402 4142 0401 43 0000 0000", "A0 05 0403 414243"),
            ("24 07 0402 4142 0401 43", "0403 414243"),
            ("24 80 24 80 0401 41 0000 0401 42 0000", "0402 4142"),
            // As it is, however it is written.
            ("30 81 03 020105", "30 81 03 020105"),
            ("30 81 09 30 80 020105 0000 0500", "30 07 30 03 020105 0500"),
        ] {
            assert_eq!(definite(&hex(bytes)).map(Cow::into_owned), Some(hex(expected)), "{bytes}");
        }
        for bytes in ["30 80", "30 80 0500", "30 80 0500 00", "04 80 0000", "24 80 0500 0000", "30 05 0500"] {
            assert_eq!(definite(&hex(bytes)), None, "{bytes}");
        }
    }

    #[test]
    fn hostile_depth_is_given_up() {
        let deep = [0x30, 0x80].repeat(1_000_000);
        assert_eq!(definite(&deep), None);
        let mut nested = Vec::new();
        for _ in 0..100 {
            nested = object(SEQUENCE, &nested);
        }
        assert_eq!(definite(&nested), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>) {
            if let Some(written) = definite(&bytes) {
                proptest::prop_assert!(written.len() <= bytes.len() + 8);
                let again = definite(&written).map(Cow::into_owned);
                proptest::prop_assert_eq!(again.as_deref(), Some(&*written));
            }
        }
    }
}

//! SIMPLE-TLV (ISO 7816-4, 5.2.1): one byte of tag, one of length (or FF and two), then the value.

/// Why bytes are no such object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// there are not enough bytes for the announced length
    #[error("it announces more bytes than there are")]
    Truncated,
    /// the tag is another one
    #[error("it has another tag")]
    OtherTag,
}

/// Splits the first object off `bytes`: its tag, its value, and the rest.
///
/// # Errors
/// [`TlvError::Truncated`].
pub fn split(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), TlvError> {
    let (tag, length, rest) = match bytes {
        [tag, 0xFF, high, low, rest @ ..] => (*tag, usize::from(u16::from_be_bytes([*high, *low])), rest),
        [_, 0xFF, ..] => return Err(TlvError::Truncated),
        [tag, length, rest @ ..] => (*tag, usize::from(*length), rest),
        _ => return Err(TlvError::Truncated),
    };
    let (value, rest) = rest.split_at_checked(length).ok_or(TlvError::Truncated)?;
    Ok((tag, value, rest))
}

/// The value of the one object that `bytes` must begin with.
///
/// # Errors
/// [`TlvError`].
pub fn value_of(bytes: &[u8], wanted: u8) -> Result<&[u8], TlvError> {
    let (tag, value, _) = split(bytes)?;
    if tag == wanted { Ok(value) } else { Err(TlvError::OtherTag) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_split() {
        for (bytes, expected) in [
            (&[0x08, 0x02, 0x31, 0x32][..], Ok((0x08, &[0x31, 0x32][..], &[][..]))),
            (&[0x08, 0x00], Ok((0x08, &[], &[]))),
            (&[0x08, 0x01, 0x31, 0x09], Ok((0x08, &[0x31], &[0x09]))),
            (&[0x08, 0xFF, 0x00, 0x01, 0x31], Ok((0x08, &[0x31], &[]))),
            (&[0x08, 0x03, 0x31, 0x32], Err(TlvError::Truncated)),
            (&[0x08, 0xFF, 0x00], Err(TlvError::Truncated)),
            (&[0x08], Err(TlvError::Truncated)),
            (&[], Err(TlvError::Truncated)),
        ] {
            assert_eq!(split(bytes), expected, "{bytes:02X?}");
        }
        assert_eq!(value_of(&[0x09, 0x01, 0x31], 0x08), Err(TlvError::OtherTag));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>) {
            if let Ok((_, value, rest)) = split(&bytes) {
                proptest::prop_assert!(value.len() + rest.len() <= bytes.len());
            }
        }
    }
}

//! Frames of SDT, the protocol of the security modules that open resident ID cards, by the vendors' text "SAM_V
//! communication protocol" (after GA 450 and GA 467).
//!
//! Both ways `AA AA AA 96 69`, two bytes of length (high byte first, of all that follows), two bytes of command or three
//! of status, data, and the exclusive or of length, command or status, and data.

const PREAMBLE: [u8; 5] = [0xAA, 0xAA, 0xAA, 0x96, 0x69];

/// A frame around a status and its data, or around a command.
pub(crate) fn frame(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 1).unwrap_or(u16::MAX).to_be_bytes();
    let check = length.iter().chain(body).fold(0, |check, byte| check ^ byte);
    [&PREAMBLE, length.as_slice(), body, &[check]].concat()
}

/// The command of the next request: always ten bytes.
pub(crate) fn next_request(heard: &mut Vec<u8>) -> Option<[u8; 2]> {
    loop {
        let at = heard.windows(PREAMBLE.len()).position(|window| *window == PREAMBLE)?;
        heard.drain(..at);
        let request = heard.first_chunk::<10>()?;
        let [.., command, parameter, _] = *request;
        let sound = request.as_slice() == frame(&[command, parameter]);
        heard.drain(..if sound { 10 } else { 1 });
        if sound {
            return Some([command, parameter]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn frames_of_the_vendors_text() {
        for (body, bytes) in [
            ("11FF", "AAAAAA9669 0003 11FF ED"),
            ("2001", "AAAAAA9669 0003 2001 22"),
            ("2002", "AAAAAA9669 0003 2002 21"),
            ("3001", "AAAAAA9669 0003 3001 32"),
            ("3003", "AAAAAA9669 0003 3003 30"),
            ("000090", "AAAAAA9669 0004 000090 94"),
            ("00009F 00000000", "AAAAAA9669 0008 00009F 00000000 97"),
            ("000080", "AAAAAA9669 0004 000080 84"),
            ("000090 0000000000000000", "AAAAAA9669 000C 000090 0000000000000000 9C"),
            ("000081", "AAAAAA9669 0004 000081 85"),
            ("000091", "AAAAAA9669 0004 000091 95"),
        ] {
            assert_eq!(frame(&hex(body)), hex(bytes), "{body}");
        }
    }

    #[test]
    fn requests_are_found_in_anything() {
        for (heard, wanted, left) in [
            ("AAAAAA9669 0003 2001 22", Some([0x20, 0x01]), 0),
            ("00 AA AAAAAA9669 0003 2001 22 AA", Some([0x20, 0x01]), 1),
            ("AAAAAA9669 0003 2001 23 AAAAAA9669 0003 3001 32", Some([0x30, 0x01]), 0),
            ("AAAAAA9669 0003 20", None, 8),
        ] {
            let mut bytes = hex(heard);
            assert_eq!((next_request(&mut bytes), bytes.len()), (wanted, left), "{heard}");
        }
    }
}

//! Commands and responses of ISO 7816-4. Pure: the line is behind [`Transmit`].

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::CardError;

/// Status word "done".
pub const OK: u16 = 0x9000;

/// One card on the other end of a line. Implemented by the PC/SC reader, and by fakes in tests.
pub trait Transmit {
    /// Sends one command and returns the whole answer, data and status word.
    ///
    /// # Errors
    /// [`CardError`] of kind line: the card was torn away, is mute, or the reader failed.
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError>;

    /// Sends `data` to the reader itself (SCardControl) under function `function`, PC/SC part 10.
    ///
    /// # Errors
    /// [`CardError`] of kind line; also where there is no such way.
    fn control(&mut self, function: u32, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        Err(CardError::ReaderFailed { detail: format!("no control code {function} for {} bytes here", data.len()) })
    }
}

/// An answer, split. Its data is wiped when dropped: it may belong to a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    data: Vec<u8>,
    status: u16,
}

impl Response {
    /// Splits an answer into data and status word. `None` if it is shorter than a status word.
    pub fn parse(answer: &[u8]) -> Option<Self> {
        let (data, status) = answer.split_last_chunk::<2>()?;
        Some(Self { data: data.to_vec(), status: u16::from_be_bytes(*status) })
    }

    /// The data before the status word.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The status word.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the card did what it was asked.
    pub fn is_ok(&self) -> bool {
        self.status == OK
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} bytes, {:04X})", self.data.len(), self.status)
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        self.data.zeroize();
    }
}

/// SELECT by application name (ISO 7816-4, 11.1.1, P1 = 04). `name` is at most 255 bytes.
pub fn select_name(name: &[u8]) -> Vec<u8> {
    with_data([0x00, 0xA4, 0x04, 0x00], name)
}

/// SELECT an elementary file by its two-byte identifier; `p1` is 02 (under the current DF) or 00 (any).
pub fn select_file(p1: u8, id: u16) -> Vec<u8> {
    with_data([0x00, 0xA4, p1, 0x00], &id.to_be_bytes())
}

/// READ RECORD (ISO 7816-4, 11.3.3); `p2` 00 or 04 addresses the current file.
pub fn read_record(record: u8, p2: u8) -> Vec<u8> {
    vec![0x00, 0xB2, record, p2, 0x00]
}

/// GET RESPONSE for `length` bytes (ISO 7816-3, 12.2.1: case 4 over T=0).
pub fn get_response(length: u8) -> Vec<u8> {
    vec![0x00, 0xC0, 0x00, 0x00, length]
}

fn with_data(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut command = header.to_vec();
    command.push(u8::try_from(data.len()).unwrap_or(u8::MAX));
    command.extend_from_slice(data);
    command
}

/// Rounds of GET RESPONSE after which a card is taken to be looping; 16 × 256 bytes are far above any file read here.
const MAX_ROUNDS: usize = 16;

/// Sends `command` and follows what T=0 asks for: `61xx` is fetched with GET RESPONSE, `6Cxx` is asked again with the
/// right length. The status word of the result is the last one; whether it is [`OK`] is for the caller.
///
/// # Errors
/// [`CardError`]: the line's, or a misread when an answer has no status word or never ends. `step` names it.
pub fn exchange(card: &mut dyn Transmit, step: &'static str, command: &[u8]) -> Result<Response, CardError> {
    let mut response = once(card, step, command)?;
    // Not with extended length, whose fifth byte is 0 and is followed by more: its Le has no such correction.
    let extended = command.len() > 5 && command[4] == 0;
    if let ([0x6C, length], false) = (response.status.to_be_bytes(), extended) {
        let mut again = command.to_vec();
        if again.len() > 5 {
            again.truncate(5 + usize::from(again[4])); // a command with data has its Le after the data
            again.push(length);
        } else {
            again.truncate(4);
            again.push(length);
        }
        response = once(card, step, &again)?;
    }
    // As long as it can become, so that growing leaves no copies behind.
    let mut data = Zeroizing::new(Vec::with_capacity(response.data.len() + MAX_ROUNDS * 256));
    data.extend_from_slice(&response.data);
    for _ in 0..MAX_ROUNDS {
        let [0x61, more] = response.status.to_be_bytes() else {
            return Ok(Response { data: std::mem::take(&mut *data), status: response.status });
        };
        response = once(card, step, &get_response(more))?;
        data.extend_from_slice(&response.data);
    }
    Err(CardError::BadField { field: "answer", why: "it never ends" })
}

fn once(card: &mut dyn Transmit, step: &'static str, command: &[u8]) -> Result<Response, CardError> {
    let answer = card.transmit(command)?;
    Response::parse(&answer).ok_or(CardError::WrongLength {
        step,
        expected: "at least 2".to_owned(),
        got: answer.len(),
    })
}

#[cfg(test)]
pub(crate) mod script {
    //! A card that plays a script.
    use super::*;

    /// Expects each command in turn and gives its answer; any other command is answered `6D00`.
    pub(crate) struct Script(pub(crate) Vec<(&'static str, &'static str)>);

    pub(crate) fn hex(text: &str) -> Vec<u8> {
        let digits: String = text.split_whitespace().collect();
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    impl Transmit for Script {
        fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
            match self.0.iter().position(|(wanted, _)| hex(wanted) == command) {
                Some(at) => Ok(Zeroizing::new(hex(self.0.remove(at).1))),
                None => Ok(Zeroizing::new(vec![0x6D, 0x00])),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::script::{Script, hex};
    use super::*;

    #[test]
    fn t0_procedures_are_followed() {
        for (name, script, data, status) in [
            ("plain", vec![("00B2080000", "AA BB 90 00")], "AA BB", 0x9000),
            ("wrong length, then right", vec![("00B2080000", "6C 02"), ("00B2080002", "AA BB 90 00")], "AA BB", 0x9000),
            (
                "two fetches",
                vec![("00B2080000", "61 02"), ("00C0000002", "AA BB 61 01"), ("00C0000001", "CC 90 00")],
                "AA BB CC",
                0x9000,
            ),
            ("refused", vec![("00B2080000", "6A 82")], "", 0x6A82),
            ("refused while fetching", vec![("00B2080000", "61 02"), ("00C0000002", "6F 00")], "", 0x6F00),
        ] {
            let response = exchange(&mut Script(script), "record", &read_record(8, 0)).unwrap();
            assert_eq!((response.data(), response.status()), (hex(data).as_slice(), status), "{name}");
        }
    }

    #[test]
    fn an_answer_without_status_is_a_misread() {
        let error = exchange(&mut Script(vec![("00B2080000", "90")]), "record", &read_record(8, 0)).unwrap_err();
        assert_eq!(error.to_string(), "record answered 1 bytes, not at least 2");
    }

    #[test]
    fn a_card_that_never_ends_is_given_up() {
        struct Endless;
        impl Transmit for Endless {
            fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
                Ok(Zeroizing::new(vec![0xAA, 0x61, 0x01]))
            }
        }
        assert!(exchange(&mut Endless, "record", &read_record(8, 0)).is_err());
    }

    #[test]
    fn commands_are_laid_out_as_the_standard_says() {
        assert_eq!(select_name(b"ab"), hex("00 A4 04 00 02 61 62"));
        assert_eq!(select_file(2, 0xEF05), hex("00 A4 02 00 02 EF 05"));
    }

    #[test]
    fn debug_tells_lengths_only() {
        assert_eq!(format!("{:?}", Response::parse(&hex("31 32 90 00")).unwrap()), "Response(2 bytes, 9000)");
    }
}

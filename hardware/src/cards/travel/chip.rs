//! The chip of a travel document behind its line: commands, protected once it is open, and files.

use dmrtd::proto::iso7816::command_apdu::CommandApdu;
use dmrtd::proto::iso7816::response_apdu::ResponseApdu;
use dmrtd::proto::iso7816::sm::SecureMessaging;
use zeroize::Zeroizing;

use crate::cards::CardError;
use crate::cards::apdu::{OK, Transmit, exchange};
use crate::cards::ber;

/// What is told of an answer that cannot be understood; nothing of it is passed on, for it may quote the document.
pub(super) const MISREAD: CardError =
    CardError::BadField { field: "travel document", why: "a file or an answer is not as the standard says" };
/// Bytes asked for to learn how long a file is.
const HEAD: u32 = 8;
/// Bytes asked for at once after that: protected, they still fit an answer of 256 bytes.
const PART: u32 = 0xDC;
/// Longest file that is read; READ BINARY counts no further (ISO 7816-4, 11.2.3).
const LONGEST: usize = 0x7FFF;
/// End of file reached before as many bytes were read as were asked for: a warning, with data (ISO 7816-4, 5.6).
const END_OF_FILE: u16 = 0x6282;

/// An answer of the chip, with its protection taken off.
pub(super) struct Answer {
    pub(super) data: Zeroizing<Vec<u8>>,
    pub(super) status: u16,
}

/// A chip, and how it is talked to.
pub(super) struct Chip<'a> {
    pub(super) card: &'a mut dyn Transmit,
    messaging: Option<Box<dyn SecureMessaging>>,
}

impl<'a> Chip<'a> {
    pub(super) fn new(card: &'a mut dyn Transmit) -> Self {
        Self { card, messaging: None }
    }

    /// From here on commands are protected by this.
    pub(super) fn protect_by(&mut self, messaging: Box<dyn SecureMessaging>) {
        self.messaging = Some(messaging);
    }

    /// Sends a command: class, instruction, parameters, data, and how many bytes are wanted (0: none; more than 256 are
    /// asked for with extended length).
    ///
    /// # Errors
    /// The line's, or [`MISREAD`] for an answer that is not protected as it must be.
    pub(super) fn command(
        &mut self,
        step: &'static str,
        [class, instruction, p1, p2]: [u8; 4],
        data: &[u8],
        wanted: u32,
    ) -> Result<Answer, CardError> {
        let data = Some(data.to_vec()).filter(|data| !data.is_empty());
        let command = CommandApdu::new(class, instruction, p1, p2, data, wanted).map_err(|_| MISREAD)?;
        let Some(messaging) = &mut self.messaging else {
            let answer = exchange(self.card, step, &command.to_bytes())?;
            return Ok(Answer { data: Zeroizing::new(answer.data().to_vec()), status: answer.status() });
        };
        let mut protected = messaging.protect(&command).map_err(|_| MISREAD)?;
        // `dmrtd` asks for a short answer in any case.
        protected.ne = if wanted > 256 { 65_536 } else { 256 };
        let answer = exchange(self.card, step, &protected.to_bytes())?;
        let whole = Zeroizing::new([answer.data(), &answer.status().to_be_bytes()].concat());
        let answer = ResponseApdu::from_bytes(&whole).map(|answer| messaging.unprotect(&answer));
        let answer = answer.map_err(|_| MISREAD)?.map_err(|_| MISREAD)?;
        let status = u16::from_be_bytes(answer.status.to_bytes());
        Ok(Answer { data: Zeroizing::new(answer.data.unwrap_or_default()), status })
    }

    /// Reads a file by its short identifier, as far as its first object goes.
    ///
    /// # Errors
    /// The line's; [`CardError::Refused`]; [`MISREAD`].
    pub(super) fn file(&mut self, step: &'static str, short: u8) -> Result<Zeroizing<Vec<u8>>, CardError> {
        let head = self.part(step, [0x00, 0xB0, 0x80 | short, 0x00], HEAD)?;
        let (_, length, header) = ber::header(&head).ok_or(MISREAD)?;
        let length = length.and_then(|length| header.checked_add(length)).filter(|length| *length <= LONGEST);
        let length = length.ok_or(MISREAD)?;
        // As long as it becomes, so that growing leaves no copies behind.
        let mut file = Zeroizing::new(Vec::with_capacity(length + PART as usize));
        file.extend_from_slice(&head);
        while file.len() < length {
            let [high, low] = u16::try_from(file.len()).map_err(|_| MISREAD)?.to_be_bytes();
            let left = u32::try_from(length - file.len()).map_err(|_| MISREAD)?;
            file.extend_from_slice(&self.part(step, [0x00, 0xB0, high, low], left.min(PART))?);
        }
        file.truncate(length);
        Ok(file)
    }

    fn part(&mut self, step: &'static str, header: [u8; 4], wanted: u32) -> Result<Zeroizing<Vec<u8>>, CardError> {
        let answer = self.command(step, header, &[], wanted)?;
        match answer.status {
            OK | END_OF_FILE if answer.data.is_empty() => Err(MISREAD),
            OK | END_OF_FILE => Ok(answer.data),
            status => Err(CardError::Refused { step, status }),
        }
    }

    /// As [`Chip::file`], for a file that may be absent, or unreadable: then nothing that it would say is known.
    ///
    /// # Errors
    /// The line's.
    pub(super) fn optional_file(
        &mut self,
        step: &'static str,
        short: u8,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, CardError> {
        match self.file(step, short) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == crate::FailureKind::Line => Err(error),
            Err(error) => {
                tracing::debug!(%error, short, "a file of a travel document is left out");
                Ok(None)
            }
        }
    }
}

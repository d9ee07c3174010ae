//! One card, read once, over a PC/SC context of its own.

use std::ffi::CStr;
use std::thread;
use std::time::{Duration, Instant};

use pcsc::{Card, Context, Disposition, MAX_BUFFER_SIZE_EXTENDED, Protocols, ReaderState, Scope, ShareMode, State};
use zeroize::Zeroizing;

use super::apdu::Transmit;
use super::{CardContent, CardError, Reading, identify_with};

/// A card that was just laid down may need a moment; a reset by another program costs the whole attempt.
const ATTEMPTS: u32 = 3;
/// Longest time after which the service has noticed that a card is gone.
const REMOVAL_SEEN: Duration = Duration::from_millis(700);
/// Wait between two attempts.
const BETWEEN: Duration = Duration::from_millis(100);

/// Connects, reads and lets go of the card in `reader`.
pub(super) fn read_card(reader: &CStr, reading: &Reading) -> Result<CardContent, CardError> {
    let context = Context::establish(Scope::User).map_err(failed)?;
    let mut attempt = 1;
    loop {
        let error = match read_once(&context, reader, reading) {
            Ok(content) => return Ok(content),
            Err(error) => classify(&context, reader, error),
        };
        if attempt == ATTEMPTS || !matches!(error, CardError::Mute | CardError::ReaderHeld) {
            return Err(error);
        }
        attempt += 1;
        thread::park_timeout(BETWEEN);
    }
}

fn read_once(context: &Context, reader: &CStr, reading: &Reading) -> Result<CardContent, CardError> {
    // Exclusive: nothing else may talk to the card in between.
    let card = context.connect(reader, ShareMode::Exclusive, Protocols::T0 | Protocols::T1).map_err(line_error)?;
    let mut line = Line { card, buffer: Zeroizing::new(vec![0; MAX_BUFFER_SIZE_EXTENDED]) };
    let outcome = identify_with(&mut line, reading);
    // Not reset: when pcscd fails to reset a card that was just taken away, it misses the next one if that is laid down
    // within its polling time. The next card is powered up anew in any case; nothing stays selected for it.
    if let Err((_, error)) = line.card.disconnect(Disposition::LeaveCard) {
        tracing::debug!(%error, "the card was gone when it was let go");
    }
    outcome
}

/// A connected card. Its buffer holds personal data and is wiped.
struct Line {
    card: Card,
    /// A reply that does not fit is lost, so the buffer takes the longest there can be.
    buffer: Zeroizing<Vec<u8>>,
}

impl Transmit for Line {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        match self.card.transmit(command, &mut self.buffer) {
            // Some drivers give an empty answer for a card that was taken away in the middle.
            Ok([]) => Err(CardError::Torn),
            Ok(answer) => Ok(Zeroizing::new(answer.to_vec())),
            Err(error) => Err(line_error(error)),
        }
    }

    fn control(&mut self, function: u32, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        let code = pcsc::ctl_code(function.into());
        let answer = self.card.control(code, data, &mut self.buffer).map_err(line_error)?;
        Ok(Zeroizing::new(answer.to_vec()))
    }
}

/// After a broken exchange: is the card gone, or is it there and mute? The service may notice a removal late, so a
/// card counts as there only when it still is after [`REMOVAL_SEEN`].
fn classify(context: &Context, reader: &CStr, error: CardError) -> CardError {
    if error != CardError::Torn {
        return error;
    }
    let mut state = [ReaderState::new(reader.to_owned(), State::UNAWARE)];
    let deadline = Instant::now() + REMOVAL_SEEN;
    loop {
        match context.get_status_change(deadline.saturating_duration_since(Instant::now()), &mut state) {
            Ok(()) if state[0].event_state().contains(State::PRESENT) => state[0].sync_current_state(),
            Ok(()) => return CardError::Torn,
            Err(pcsc::Error::Timeout) => return CardError::Mute,
            Err(error) => return failed(error),
        }
    }
}

fn failed(error: pcsc::Error) -> CardError {
    CardError::ReaderFailed { detail: error.to_string() }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "pcsc has sixty errors; what is not named here is the reader's")]
fn line_error(error: pcsc::Error) -> CardError {
    match error {
        pcsc::Error::RemovedCard | pcsc::Error::NoSmartcard | pcsc::Error::NotTransacted => CardError::Torn,
        pcsc::Error::UnresponsiveCard
        | pcsc::Error::UnpoweredCard
        | pcsc::Error::UnsupportedCard
        | pcsc::Error::ResetCard
        | pcsc::Error::ProtoMismatch => CardError::Mute,
        pcsc::Error::SharingViolation => CardError::ReaderHeld,
        other => failed(other),
    }
}

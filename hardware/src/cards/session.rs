//! One card, read once, over a PC/SC context of its own.

use std::ffi::CStr;
use std::thread;
use std::time::Duration;

use pcsc::{Card, Context, Disposition, MAX_BUFFER_SIZE_EXTENDED, Protocols, ReaderState, Scope, ShareMode, State};
use zeroize::Zeroizing;

use super::apdu::Transmit;
use super::{CardContent, CardError, ResidentIdAccess, identify};

/// A card that was just laid down may need a moment; a reset by another program costs the whole attempt.
const ATTEMPTS: u32 = 3;
/// Wait between two attempts.
const BETWEEN: Duration = Duration::from_millis(100);

/// Connects, reads and lets go of the card in `reader`.
pub(super) fn read_card(reader: &CStr, access: Option<ResidentIdAccess>) -> Result<CardContent, CardError> {
    let context = Context::establish(Scope::User).map_err(failed)?;
    let mut attempt = 1;
    loop {
        match read_once(&context, reader, access) {
            Err(Attempt::Again(_)) if attempt < ATTEMPTS => {
                attempt += 1;
                thread::park_timeout(BETWEEN);
            }
            Err(Attempt::Again(error) | Attempt::Final(error)) => return Err(classify(&context, reader, error)),
            Ok(content) => return Ok(content),
        }
    }
}

enum Attempt {
    Again(CardError),
    Final(CardError),
}

fn read_once(context: &Context, reader: &CStr, access: Option<ResidentIdAccess>) -> Result<CardContent, Attempt> {
    // Exclusive: nothing else may talk to the card in between, and its application must not stay selected for the
    // next person.
    let card = context.connect(reader, ShareMode::Exclusive, Protocols::T0 | Protocols::T1).map_err(|error| {
        let error = line_error(error);
        if error == CardError::Torn { Attempt::Final(error) } else { Attempt::Again(error) }
    })?;
    let mut line = Line { card, buffer: Zeroizing::new(vec![0; MAX_BUFFER_SIZE_EXTENDED]), reset: false };
    let outcome = identify(&mut line, access);
    let Line { card, reset, .. } = line;
    if let Err((_, error)) = card.disconnect(Disposition::ResetCard) {
        tracing::debug!(%error, "the card was gone when it was let go");
    }
    outcome.map_err(|error| if reset { Attempt::Again(error) } else { Attempt::Final(error) })
}

/// A connected card. Its buffer holds personal data and is wiped.
struct Line {
    card: Card,
    /// A reply that does not fit is lost, so the buffer takes the longest there can be.
    buffer: Zeroizing<Vec<u8>>,
    reset: bool,
}

impl Transmit for Line {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        match self.card.transmit(command, &mut self.buffer) {
            Ok(answer) => Ok(Zeroizing::new(answer.to_vec())),
            Err(error) => {
                self.reset = error == pcsc::Error::ResetCard;
                Err(line_error(error))
            }
        }
    }
}

/// After a failure the reader is asked once more: is the card gone, or is it there and mute?
fn classify(context: &Context, reader: &CStr, error: CardError) -> CardError {
    if !matches!(error, CardError::Torn | CardError::Mute) {
        return error;
    }
    let mut state = [ReaderState::new(reader.to_owned(), State::UNAWARE)];
    match context.get_status_change(Duration::ZERO, &mut state) {
        Ok(()) if state[0].event_state().contains(State::PRESENT) && error == CardError::Mute => CardError::Mute,
        // The service may notice a removal up to half a second late: a broken exchange is a removal until it is not.
        Ok(()) => CardError::Torn,
        Err(error) => failed(error),
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

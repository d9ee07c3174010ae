//! SDT frames inside commands of PC/SC: the second way in which readers with a security module hand out resident-ID
//! data. Which command it is, the reader's vendor says; there is no standard for it.

use super::CardError;
use super::apdu::{Transmit, exchange};
use super::sam_block::SamAnswer;
use super::sdt::{self, Module, Reply, Request, Status};

/// How frames are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// In a pseudo command with this CLA, INS, P1, P2.
    Apdu([u8; 4]),
    /// In the control code of this function.
    Control(u32),
}

/// The pseudo command around `frame`.
pub fn command(header: [u8; 4], frame: &[u8]) -> Vec<u8> {
    let length = u8::try_from(frame.len()).unwrap_or(u8::MAX);
    [&header, [length].as_slice(), frame, &[0x00]].concat()
}

/// Asks the module for the card that lies on the reader.
pub(super) fn read(card: &mut dyn Transmit, wrapping: Wrapping) -> Result<SamAnswer, CardError> {
    let mut module = Wrapped { card, wrapping };
    match module.ask(Request::Find) {
        Ok(reply) if reply.status == Status::FOUND => Ok(SamAnswer::Person(Box::new(sdt::read_found(&mut module)?))),
        Ok(Reply { status, .. }) => Ok(SamAnswer::NotOpened(CardError::Module { step: Request::Find.step(), status })),
        Err(error @ CardError::Refused { .. }) => Ok(SamAnswer::NotOpened(error)),
        Err(error) => Err(error),
    }
}

struct Wrapped<'a> {
    card: &'a mut dyn Transmit,
    wrapping: Wrapping,
}

impl Module for Wrapped<'_> {
    fn ask(&mut self, request: Request) -> Result<Reply, CardError> {
        let step = request.step();
        let no_answer = CardError::BadField { field: "answer of the security module", why: "it is no SDT frame" };
        let found = match self.wrapping {
            Wrapping::Apdu(header) => {
                let answer = exchange(self.card, step, &command(header, &request.encode()))?;
                if !answer.is_ok() {
                    return Err(CardError::Refused { step, status: answer.status() });
                }
                sdt::find_reply(answer.data(), true)
            }
            Wrapping::Control(function) => sdt::find_reply(&self.card.control(function, &request.encode())?, true),
        };
        match found {
            Some((_, reply)) if request.is_answered_by(&reply) => Ok(reply),
            Some(_) | None => Err(no_answer),
        }
    }
}

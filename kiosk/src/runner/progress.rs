//! How the case of a receipt stands, asked of the hall's server for whoever holds the receipt.

use kiosk_journey::{FindFailure, Input, ProgressTold};
use kiosk_wire::kiosk_api::{ProgressAnswer, ProgressQuery};
use kiosk_wire::{Code, Personal, ReceiptNumber};

use super::Runner;

impl Runner {
    pub(super) fn ask_progress(&mut self, ask: u64, receipt: ReceiptNumber, last_four: Personal) {
        match &self.sync {
            Some(sync) => sync.ask_progress(ask, ProgressQuery { receipt, last_four }),
            None => self.take_progress(ask, Err(None)),
        }
    }

    pub(super) fn take_progress(&mut self, ask: u64, answer: Result<Box<ProgressAnswer>, Option<Code>>) {
        let answer = match answer {
            Ok(told) => ProgressTold::Found(told),
            Err(Some(Code::NotFound)) => ProgressTold::NotFound,
            Err(Some(Code::TooManyTries)) => ProgressTold::Failed(FindFailure::TooMany),
            Err(_) => ProgressTold::Failed(FindFailure::NoAnswer),
        };
        self.tell(Input::ProgressTold { ask, answer });
    }
}

//! How the case of a receipt stands, asked of the hall's server for whoever holds the receipt.

use hall_rules::Text;
use kiosk_journey::{FindFailure, Input, Personal, Progress};
use kiosk_wire::kiosk_api::{BothLanguages, ProgressAnswer, ProgressQuery};
use kiosk_wire::{Code, ReceiptNumber};

use super::Runner;

impl Runner {
    pub(super) fn ask_progress(&mut self, ask: u64, receipt: String, last_four: &Personal) {
        let last_four = kiosk_wire::Personal::from(last_four.expose());
        match &self.sync {
            Some(sync) => sync.ask_progress(ask, ProgressQuery { receipt: ReceiptNumber(receipt), last_four }),
            None => self.take_progress(ask, Err(None)),
        }
    }

    pub(super) fn take_progress(&mut self, ask: u64, answer: Result<Box<ProgressAnswer>, Option<Code>>) {
        let answer = match answer {
            Ok(told) => kiosk_journey::ProgressAnswer::Found(Box::new(progress(*told))),
            Err(Some(Code::NotFound)) => kiosk_journey::ProgressAnswer::NotFound,
            Err(Some(Code::TooManyTries)) => kiosk_journey::ProgressAnswer::Failed(FindFailure::TooMany),
            Err(_) => kiosk_journey::ProgressAnswer::Failed(FindFailure::NoAnswer),
        };
        self.tell(Input::ProgressTold { ask, answer });
    }
}

fn progress(told: ProgressAnswer) -> Progress {
    let text = |words: BothLanguages| Text::new(words.zh, words.en);
    Progress {
        receipt: told.receipt.0,
        state: text(told.state),
        told: text(told.told),
        due: told.due.map(|due| (text(due.what), due.day)),
        paused: told.paused,
        next: told.next.map(text),
        here: told.here.map(|no| no.0),
    }
}

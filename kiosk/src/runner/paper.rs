//! Papers, scanned codes, and what opens a travel document. A printer that fails changes nothing but what the screen says of the paper.

use hardware::cards::{MrzKey, mrz};
use hardware::printer::{PrintOutcome, PrinterEvent};
use hardware::scanner::{Code, ScannerEvent};
use kiosk_journey::{DocumentKey, Input, PrintJob, Slip};
use kiosk_wire::Personal;

use super::Runner;
use crate::papers;

impl Runner {
    pub(super) fn print(&mut self, job: PrintJob, slip: &Slip) {
        let paper = papers::document(slip, &self.hall.civil(self.clock.best_ms()));
        if let Err(error) = (self.hands.print)(job.0, paper) {
            tracing::warn!(%error, "not printed");
            self.tell(Input::Printed { job, whole: false });
        }
    }

    pub(super) fn take_printer(&mut self, event: PrinterEvent) {
        match event {
            PrinterEvent::State(status) => {
                let at = self.clock.stamp().wall_ms_utc;
                self.parts.printer_is(&status, at);
            }
            PrinterEvent::Done { job, outcome } => {
                let whole = match &outcome {
                    PrintOutcome::Printed | PrintOutcome::Sent => true,
                    PrintOutcome::Failed(fault) => {
                        tracing::warn!(code = fault.code(), "not printed");
                        false
                    }
                };
                self.tell(Input::Printed { job: PrintJob(job), whole });
            }
        }
    }

    pub(super) fn take_scanner(&mut self, event: ScannerEvent) {
        match event {
            ScannerEvent::State(status) => {
                let at = self.clock.stamp().wall_ms_utc;
                self.parts.scanner_is(&status, at);
            }
            ScannerEvent::Scanned(code) => self.take_code(&code),
        }
    }

    /// Machine readable lines are gathered; everything else is for the page on show.
    fn take_code(&mut self, code: &Code) {
        match self.mrz_lines.take(code.expose()) {
            mrz::Read::Other => self.tell(Input::Scanned(Personal::from(code.expose()))),
            mrz::Read::Begun => {}
            mrz::Read::Document(read) => {
                if let Err(error) = &read {
                    tracing::info!(%error, "machine readable lines not read rightly");
                }
                self.tell(Input::DocumentScanned(read.ok().as_ref().map(document_key)));
            }
        }
    }

    pub(super) fn unlock_document(&mut self, key: &DocumentKey) {
        let made = MrzKey::from_printed(key.number.expose(), key.birth.expose(), key.expiry.expose());
        match made {
            Ok(key) => {
                let year = self.hall.year(self.clock.best_ms());
                (self.hands.unlock_document)(Some(key), year);
            }
            Err(error) => {
                tracing::warn!(%error, "what opens a travel document cannot be made of what was typed");
                self.tell(Input::DocumentRefused);
            }
        }
    }

    pub(super) fn forget_document(&mut self) {
        self.mrz_lines.forget();
        (self.hands.unlock_document)(None, 0);
    }
}

fn document_key(key: &MrzKey) -> DocumentKey {
    DocumentKey { number: key.number().into(), birth: key.birth().into(), expiry: key.expiry().into() }
}

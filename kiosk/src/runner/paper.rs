//! Papers and scanned codes. A printer that fails changes nothing but what the screen says of the paper.

use hardware::printer::{PrintOutcome, PrinterEvent};
use hardware::scanner::ScannerEvent;
use kiosk_journey::{Input, Personal, PrintJob, Slip};

use super::Runner;
use crate::papers;

impl Runner {
    pub(super) fn print(&mut self, job: PrintJob, slip: &Slip) {
        let paper = papers::document(slip, &self.civil(self.clock.best_ms()));
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
            ScannerEvent::Scanned(code) => self.tell(Input::Scanned(Personal::new(code.expose()))),
        }
    }
}

//! What goes on paper: plain data in the session's language, masked as on the screen. The words around it belong to the
//! terminal.

use hall_rules::{Language, mask};

use crate::journey::Journey;
use crate::visit::{Deposit, Visit};
use crate::{MaterialCount, MaterialRow, Output, PartState, Qr, WindowLine};

/// Names one paper until it is told what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrintJob(pub u64);

/// How the paper of the present page stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Paper {
    /// There is no printer, or nothing was to be printed.
    #[default]
    None,
    /// It is being printed.
    Printing,
    /// It came out.
    Printed,
    /// It did not come out: the screen is the receipt.
    Failed,
}

/// A paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// In which language.
    pub language: Language,
    /// The hall's name; may be empty.
    pub hall: String,
    /// Name of the item.
    pub item: String,
    /// A person to ask.
    pub window: Option<WindowLine>,
    /// What it is.
    pub kind: SlipKind,
}

/// What a paper is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlipKind {
    /// 材料收件凭条: paper lies in a box.
    Receipt {
        /// Receipt number.
        number: String,
        /// The QR code.
        qr: Qr,
        /// Masked name.
        name: String,
        /// Box.
        compartment: u16,
        /// How many materials are in it, and how many come another way.
        materials: MaterialCount,
        /// Civil time.
        made_at: String,
        /// Last day for the office's answer; `None`: the window will tell.
        answer_by: Option<String>,
        /// A phone number was left.
        has_phone: bool,
        /// Nobody saw the door open: staff will check.
        unconfirmed: bool,
        /// Corrections of an earlier submission.
        corrections: bool,
    },
    /// 领取凭条: a result was taken out of a box.
    PickedUp {
        /// Receipt number.
        number: String,
        /// Masked name.
        name: String,
        /// Box.
        compartment: u16,
    },
    /// 一次性告知单: exactly what is needed, for somebody who came without all of it.
    Missing {
        /// Every material.
        rows: Vec<MaterialRow>,
    },
}

impl Journey {
    /// Prints, if there is a printer that can. Nothing waits for it.
    pub(crate) fn print(&mut self, slip: Slip) {
        self.paper = match self.health.printer {
            PartState::Absent | PartState::Starting => Paper::None,
            PartState::Failed => Paper::Failed,
            PartState::Ok => {
                self.print_job.0 += 1;
                self.emit(Output::Print { job: self.print_job, slip: Box::new(slip) });
                Paper::Printing
            }
        };
    }

    /// What became of a paper. Of a former one it says nothing about this page.
    pub(crate) fn printed(&mut self, job: PrintJob, whole: bool) {
        if job == self.print_job && self.paper == Paper::Printing {
            self.paper = if whole { Paper::Printed } else { Paper::Failed };
        }
    }

    /// Whether a list can be printed now.
    pub(crate) fn can_print(&self) -> bool {
        self.health.printer == PartState::Ok
    }

    fn slip(&self, item: String, kind: SlipKind) -> Slip {
        let (language, hall) = (self.language, self.config.hall_name.clone());
        Slip { language, hall, item, window: self.item_window(), kind }
    }

    fn masked_name(&self) -> String {
        let holder = self.visit.as_ref().and_then(|visit| visit.holder.as_ref());
        holder.map(|holder| mask::name(holder.identity.name.expose())).unwrap_or_default()
    }

    /// The receipt of a deposit that is on record.
    pub(crate) fn print_receipt(&mut self, deposit: &Deposit) {
        let shown = self.done_view(deposit);
        let kind = SlipKind::Receipt {
            number: shown.receipt,
            qr: shown.qr,
            name: self.masked_name(),
            compartment: shown.compartment,
            materials: shown.materials,
            made_at: shown.made_at,
            answer_by: shown.answer_by,
            has_phone: shown.has_phone,
            unconfirmed: shown.unconfirmed.is_some(),
            corrections: self.visit.as_ref().is_some_and(|visit| visit.correcting.is_some()),
        };
        let slip = self.slip(shown.item, kind);
        self.print(slip);
    }

    /// The slip of a result that was taken out.
    pub(crate) fn print_picked_up(&mut self) {
        let Some(pickup) = &self.pickup else { return };
        let Some(errand) = self.errand(pickup.submission) else { return };
        let kind = SlipKind::PickedUp {
            number: errand.receipt.clone(),
            name: self.masked_name(),
            compartment: pickup.compartment,
        };
        let window = self.window_of(&errand.department);
        let slip = self.slip(errand.item_name.get(self.language).to_owned(), kind);
        self.print(Slip { window, ..slip });
    }

    /// The exact list of materials, once for each list.
    pub(crate) fn print_missing(&mut self) {
        let Some(visit) = &self.visit else { return };
        let (language, codes) = (self.language, visit.material_codes());
        if visit.list_printed.as_ref() == Some(&(language, codes.clone())) {
            return;
        }
        let Some(item) = visit.item().map(|item| item.name.get(language).to_owned()) else { return };
        let rows = crate::pages::material_rows(visit, language);
        let slip = self.slip(item, SlipKind::Missing { rows });
        self.print(slip);
        if let Some(Visit { list_printed, .. }) = self.visit.as_mut().filter(|_| self.paper == Paper::Printing) {
            *list_printed = Some((language, codes));
        }
    }
}

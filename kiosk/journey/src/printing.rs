//! Printing: which paper comes out when. Nothing waits for it.

use hall_rules::mask;

use crate::journey::Journey;
use crate::output::Output;
use crate::slip::{Slip, SlipKind};
use crate::terms::{PartState, PrintJob, PrintState, said};
use crate::visit::Visit;

impl Journey {
    /// Prints, if there is a printer that can. Nothing waits for it.
    pub(crate) fn print(&mut self, slip: Slip) {
        self.paper = match self.health.printer {
            PartState::Absent | PartState::Starting => PrintState::None,
            PartState::Failed => PrintState::Failed,
            PartState::Ok => {
                self.print_job.0 += 1;
                self.emit(Output::Print { job: self.print_job, slip: Box::new(slip) });
                PrintState::Printing
            }
        };
    }

    /// What became of a paper. Of a former one it says nothing about this page.
    pub(crate) fn printed(&mut self, job: PrintJob, whole: bool) {
        if job == self.print_job && self.paper == PrintState::Printing {
            self.paper = if whole { PrintState::Printed } else { PrintState::Failed };
        }
    }

    /// Whether a list can be printed now.
    pub(crate) fn can_print(&self) -> bool {
        self.health.printer == PartState::Ok
    }

    fn slip(&self, item: String, kind: SlipKind) -> Slip {
        let (language, hall) = (self.language, self.config.hall_name.clone());
        let organisation = self.session.visit().and_then(Visit::organisation);
        Slip { language, hall, item, organisation, window: self.window(), kind }
    }

    fn masked_name(&self) -> String {
        let holder = self.session.visit().and_then(|visit| visit.holder.as_ref());
        holder.map(|holder| mask::name(holder.applicant.name.expose())).unwrap_or_default()
    }

    /// The receipt of a deposit that is on record.
    pub(crate) fn print_receipt(&mut self) {
        let Some(deposit) = self.session.deposit() else { return };
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
            corrections: self.session.visit().is_some_and(|visit| visit.correcting.is_some()),
        };
        let slip = self.slip(shown.item, kind);
        self.print(slip);
    }

    /// The slip of a result that was taken out.
    pub(crate) fn print_picked_up(&mut self) {
        let Some(pickup) = self.session.pickup() else { return };
        let Some(errand) = self.errand(pickup.submission) else { return };
        let kind = SlipKind::PickedUp {
            number: errand.receipt.0.clone(),
            name: self.masked_name(),
            compartment: pickup.compartment.0,
        };
        let (window, organisation) = (self.window_of(&errand.department), errand.organisation.clone());
        let slip = self.slip(said(&errand.item_name, self.language).to_owned(), kind);
        self.print(Slip { window, organisation, ..slip });
    }

    /// The exact list of materials, once for each list.
    pub(crate) fn print_missing(&mut self) {
        let Some(visit) = self.session.visit() else { return };
        let (language, codes) = (self.language, visit.material_codes());
        if visit.list_printed.as_ref() == Some(&(language, codes.clone())) {
            return;
        }
        let Some(item) = visit.item().map(|item| item.name.get(language).to_owned()) else { return };
        let rows = crate::pages::material_rows(visit, language);
        let slip = self.slip(item, SlipKind::Missing { rows });
        self.print(slip);
        if let Some(Visit { list_printed, .. }) =
            self.session.visit_mut().filter(|_| self.paper == PrintState::Printing)
        {
            *list_printed = Some((language, codes));
        }
    }
}

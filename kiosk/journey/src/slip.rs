//! What goes on paper: plain data in the session's language, masked as on the screen. The words around it belong to the
//! terminal.

use hall_rules::Language;
use kiosk_wire::submission::Organisation;

use crate::qr::Qr;
use crate::view::{MaterialCount, MaterialRow, WindowLine};

/// A paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    pub language: Language,
    /// The hall's name; may be empty.
    pub hall: String,
    /// Name of the item.
    pub item: String,
    /// Whom the person acts for, where that is an organisation: an agent's papers differ in nothing else.
    pub organisation: Option<Organisation>,
    /// A person to ask.
    pub window: Option<WindowLine>,
    pub kind: SlipKind,
}

/// What a paper is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlipKind {
    /// 材料凭条: paper lies in a box.
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

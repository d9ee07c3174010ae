//! What the pages show of a person's own cases.

use super::{Paging, WindowLine};

/// How this person's cases stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrandsView {
    /// At most 4; what needs the person first.
    pub rows: Vec<ErrandRow>,
    /// Place in the list.
    pub paging: Paging,
}

/// One case in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrandRow {
    /// To choose it.
    pub id: String,
    /// The organisation it is for; may be empty.
    pub organisation: String,
    /// Name of the item.
    pub item: String,
    /// Its number.
    pub receipt: String,
    /// Its state; empty when only this terminal knows of it.
    pub state: String,
    /// What there is to do.
    pub todo: Option<TodoView>,
}

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TodoView {
    /// Take the result out of this box.
    PickUp { compartment: u16 },
    /// Hand in corrections.
    Correct {
        /// How many materials.
        missing: u16,
    },
    /// Take the result out at another terminal.
    PickUpElsewhere {
        /// Its name.
        kiosk: String,
    },
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrandView {
    /// As in the list.
    pub row: ErrandRow,
    /// What was last said to the applicant.
    pub told: String,
    /// The day by which somebody must act, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// What is to be corrected: at most 5.
    pub missing: Vec<MissingLine>,
    /// Place in that list.
    pub paging: Paging,
    /// Nothing can be taken in now.
    pub blocked: bool,
    /// Which window works it.
    pub window: Option<WindowLine>,
}

/// One material to be corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingLine {
    pub name: String,
    /// What is amiss.
    pub reason: String,
    /// Originals asked for.
    pub originals: u8,
    /// Copies asked for.
    pub copies: u8,
}

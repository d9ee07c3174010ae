//! What the idle page, the pages at a door and the pages for staff show.

use kiosk_wire::entry::{StaffRefusal, UnconfirmedReason};

use super::{MaterialCount, NoDeposit, Paging, WindowLine};
use crate::qr::Qr;
use crate::terms::{PartState, PrintState, StaffDoorKind};

/// What the idle page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdleView {
    /// The hall's name.
    pub hall_name: String,
    /// Whether a card can be read: without it, no "tap your card".
    pub reads_cards: bool,
    /// Whether that may be a social security card, a passport or a travel permit as well.
    pub reads_chips: bool,
    /// Whether the parts are still being asked; say nothing about them yet.
    pub starting: bool,
    /// Why no deposit is possible, if so.
    pub no_deposit: Option<NoDeposit>,
    pub free_boxes: u16,
    /// Deposits not yet sent.
    pub waiting: u32,
    /// Since when, civil time.
    pub waiting_since: Option<String>,
    /// Doors standing open: please shut.
    pub open_doors: Vec<u16>,
    /// The former card still lies on the reader: take it away first.
    pub card_left: bool,
    /// Whether there is a guide to read.
    pub has_guide: bool,
    /// Whether a case can be found by its receipt: the hall's server is within reach.
    pub finds: bool,
    /// The receipt printer: told before anybody begins.
    pub paper: PartState,
}

/// Sizes of boxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxSizeView {
    /// Smallest first; only those with a free box.
    pub sizes: Vec<BoxSizeRow>,
}

/// One size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxSizeRow {
    /// To choose it; also the size's code (`envelope`, `A4`, `large` …).
    pub id: String,
    /// How many are free.
    pub free: u16,
    /// Chosen before.
    pub chosen: bool,
}

/// A door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorView {
    /// Its number, to be shown very large.
    pub compartment: u16,
    /// What it is opened for.
    pub purpose: DoorPurpose,
    /// How it stands.
    pub phase: DoorPhase,
    /// Another door that did not open, before this one was tried.
    pub instead_of: Option<u16>,
    /// Whether [`crate::Act::BiggerBox`] can be had.
    pub can_bigger: bool,
    /// Whether no box is free that is larger.
    pub no_larger: bool,
    /// Whether [`crate::Act::FoundSomething`] can be said.
    pub can_found: bool,
    /// Whether [`crate::Act::PaperIsIn`] can be said.
    pub can_say_in: bool,
    /// The whole cabinet, for a picture that shows which door.
    pub cabinet: Vec<CabinetCell>,
}

/// What a door is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DoorPurpose {
    /// An applicant puts paper in.
    Deposit,
    /// Staff take it out.
    Collect,
    /// Staff put a result in.
    Load,
    /// The applicant takes it out.
    PickUp,
}

/// One door in the picture of the cabinet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CabinetCell {
    /// Its number.
    pub no: u16,
    /// Its size class.
    pub size: String,
}

/// How a door stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DoorPhase {
    /// A pulse was sent; first or second try.
    Opening {
        /// 1 or 2.
        attempt: u8,
    },
    /// Open: put in, shut.
    Open,
    /// Open for 20 s.
    Reminder,
    /// Open for 60 s; staff were called, the paper is safe.
    StaffCalled,
    /// A bigger box was asked for: take everything out and shut this one first.
    ShutForBigger,
    /// Something was found in it: leave it, shut this one first.
    ShutForOther,
    /// The lock board does not answer; nobody can see the door.
    NotSeen,
}

/// "You may leave."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoneView {
    /// Receipt number.
    pub receipt: String,
    /// The QR code.
    pub qr: Qr,
    /// Box.
    pub compartment: u16,
    /// Item name.
    pub item: String,
    /// The organisation it is for; may be empty.
    pub organisation: String,
    /// How many materials were listed, in the box and beside it.
    pub materials: MaterialCount,
    /// Civil time.
    pub made_at: String,
    /// Last day for the office's answer; `None`: the window will tell.
    pub answer_by: Option<String>,
    /// Window to call.
    pub window: Option<WindowLine>,
    /// Whether a phone number was left, so that the window can call.
    pub has_phone: bool,
    /// Kept here and sent when the network is back.
    pub offline: bool,
    /// Nobody saw the door open; staff will check and call.
    pub unconfirmed: Option<UnconfirmedReason>,
    /// Whether the door may be opened again.
    pub can_reopen: bool,
    /// The door did not open again.
    pub reopen_failed: bool,
    /// The printed receipt.
    pub paper: PrintState,
}

/// A staff pad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffPadView {
    /// The member of staff, when a card was read.
    pub name: String,
    /// How many digits were typed; never which.
    pub typed: u8,
    /// How many are expected at most.
    pub of: u8,
    /// Being checked.
    pub checking: bool,
    /// Why the last try was refused.
    pub refused: Option<StaffRefusal>,
    /// Tries left before the card is locked.
    pub tries_left: Option<u8>,
}

/// Boxes for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffBoxesView {
    /// The member of staff.
    pub name: String,
    /// Rows of this page, armed ones first.
    pub rows: Vec<StaffBoxRow>,
    /// Place in the list.
    pub paging: Paging,
    /// A door that did not open a moment ago.
    pub stuck: Option<u16>,
    /// The last record could not be made.
    pub record_failed: bool,
}

/// One box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffBoxRow {
    /// To choose it.
    pub id: String,
    /// Its number.
    pub compartment: u16,
    /// Receipt number of the paper in it.
    pub receipt: Option<String>,
    /// Why it is listed.
    pub kind: StaffDoorKind,
}

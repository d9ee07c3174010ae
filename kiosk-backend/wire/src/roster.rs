//! Who may open what, so that staff can collect while the network is away. Signed by the hall's key.

use serde::{Deserialize, Serialize};

use crate::ids::{KioskId, StaffId, WindowId};

/// The signed roster a terminal holds ([`crate::signed::Purpose::Roster`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// For which terminal.
    pub kiosk: KioskId,
    /// Generation of the backend's data; a higher one always wins.
    pub generation: u64,
    /// Grows with every change within a generation.
    pub version: u64,
    /// Made at, backend time, milliseconds since the epoch.
    pub issued_ms: i64,
    /// Not to be believed from then on.
    pub expires_ms: i64,
    /// The hall's windows.
    pub windows: Vec<RosterWindow>,
    /// The people.
    pub staff: Vec<RosterStaff>,
}

/// One window and the departments whose submissions it works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterWindow {
    pub id: WindowId,
    /// Its name as people say it, such as "3号窗口".
    pub name: String,
    /// Department codes.
    pub departments: Vec<String>,
    /// Phone number applicants may call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// One member of staff with a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterStaff {
    /// Their id.
    pub id: StaffId,
    /// Their name as shown at the terminal.
    pub name: String,
    /// The windows whose compartments they may open.
    pub windows: Vec<WindowId>,
    pub role: Role,
    /// SHA-256 in hex of the card's UID bytes, ISO 14443; absent without a card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_hash: Option<String>,
    /// Argon2id PHC string of the PIN; absent without a card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_phc: Option<String>,
}

/// What a member of staff may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works the window's cases.
    Clerk,
    /// Also opens doors from the desk and overrides claims.
    Chief,
    /// Also manages staff, windows, terminals and the catalogue.
    Admin,
}

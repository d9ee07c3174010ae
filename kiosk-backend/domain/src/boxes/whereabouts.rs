//! Where a result is, and how that is said to its applicant: in messages, on the public page and on the case's.

use hall_rules::{CaseState, Text};
use hall_store::cases::CaseRow;
use hall_store::parcels::Parcel;
use hall_store::{self as store, Connection, StoreResult};
use kiosk_wire::{CompartmentNo, SubmissionId};

/// Where a result is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a box of a terminal.
    Locker {
        /// The terminal's name.
        terminal: String,
        /// Which box.
        no: CompartmentNo,
    },
    /// With a window; empty where no window works the case.
    Window(String),
    /// On its way by express.
    Express(Parcel),
}

impl Place {
    /// Where the result of a case is while it waits for its applicant.
    pub fn of(connection: &Connection, row: &CaseRow) -> StoreResult<Option<Self>> {
        if row.state != CaseState::ResultReady {
            return Ok(None);
        }
        if let Some(no) = row.compartment {
            return Ok(Some(Self::Locker { terminal: row.kiosk.1.clone(), no }));
        }
        let parcel = store::parcels::of_case(connection, row.id)?;
        Ok(Some(parcel.map_or_else(|| Self::Window(window(row)), Self::Express)))
    }

    /// What the applicant does to have it.
    pub fn fetch(&self) -> Text {
        match self {
            Self::Locker { terminal, no } => Text::new(
                format!("请带身份证到“{terminal}”刷证领取，在{no}号柜"),
                format!("Come to the terminal “{terminal}” with your ID card: it opens box {no}"),
            ),
            Self::Window(name) => {
                let (zh, en) = at_window(name);
                Text::new(format!("请带身份证到{zh}领取"), format!("Fetch it at {en} with your ID card"))
            }
            Self::Express(parcel) => Text::new(
                format!("已由{}寄出，单号 {}", parcel.carrier, parcel.tracking),
                format!("It is on its way by {}, tracking number {}", parcel.carrier, parcel.tracking),
            ),
        }
    }
}

/// The name of the case's window; empty where none works it.
pub fn window(row: &CaseRow) -> String {
    row.window.as_ref().map(|(_, name)| name.clone()).unwrap_or_default()
}

/// A window as a place to go to, in both languages.
pub fn at_window(name: &str) -> (String, String) {
    if name.is_empty() {
        return ("大厅服务台".to_owned(), "the hall's service desk".to_owned());
    }
    (format!("“{name}”"), format!("“{name}”"))
}

/// A case as nobody in particular sees it.
pub fn row(connection: &Connection, id: SubmissionId) -> StoreResult<Option<CaseRow>> {
    store::cases::get(connection, id, kiosk_wire::StaffId(uuid::Uuid::nil()))
}

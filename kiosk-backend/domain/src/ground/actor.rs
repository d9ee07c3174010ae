//! Who asks or commands: a member of staff, and from where.

use hall_rules::{Right, Role};
use hall_words::Reason;
use kiosk_wire::{StaffId, WindowId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::ground::refusal::Refusal;

/// A member of staff, as every request needs them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Staff {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    pub role: Role,
    /// Their windows: id and name.
    pub windows: Vec<(WindowId, String)>,
    /// Whether the account was closed.
    pub disabled: bool,
    /// Whether they have a card for the terminal.
    pub has_card: bool,
    /// Whether their password is a one-time code, to be changed before anything else.
    pub must_change: bool,
}

/// Who asks or commands, and from where.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person.
    pub staff: Staff,
    /// Where from, for the audit: an address, or `command line`.
    pub from: String,
}

impl Actor {
    /// Whether their role gives them this right.
    pub fn may(&self, right: Right) -> bool {
        self.staff.role.may(right)
    }

    /// Refuses those whose role does not give them this right.
    pub fn must(&self, right: Right) -> Result<(), Refusal> {
        if self.may(right) { Ok(()) } else { Err(Reason::NotYours { right }.into()) }
    }

    /// The windows whose cases are theirs to see; absent for every window and none.
    pub fn windows(&self) -> Option<Vec<WindowId>> {
        match (self.may(Right::SeeCases), self.may(Right::SeeEveryWindow)) {
            (false, _) => Some(Vec::new()),
            (true, true) => None,
            (true, false) => Some(self.staff.windows.iter().map(|(id, _)| *id).collect()),
        }
    }

    /// Whether a case of this window is theirs to see.
    pub fn sees(&self, window: Option<WindowId>) -> bool {
        self.windows().is_none_or(|own| window.is_some_and(|window| own.contains(&window)))
    }
}

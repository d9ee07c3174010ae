//! Staff at the terminal: whose card it is, which compartments they may open, and whether their proof holds.
//!
//! The roster is signed by the hall and lies in the data folder, so all of this works with the network cut.

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use kiosk_journey::{Load, StaffDoor, StaffDoorKind};
use kiosk_wire::entry::Authority;
use kiosk_wire::roster::Role;
use kiosk_wire::signed::{Purpose, SignedError};
use kiosk_wire::{CompartmentNo, Directive, DirectiveOrder, Roster, RosterStaff, Signed, StaffId};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::directive::{Present, armed_collection, is_armed};
use crate::identity::Identity;
use crate::journal::Holds;

/// A roster is not taken.
#[derive(Debug, Error)]
pub enum RosterError {
    /// It was not signed by this terminal's hall.
    #[error(transparent)]
    Signature(#[from] SignedError),
    /// It is for another terminal.
    #[error("the roster is for another terminal")]
    OtherKiosk,
    /// It is older than the one at hand.
    #[error("the roster is older (generation {generation}, version {version}) than the one at hand")]
    Older { generation: u64, version: u64 },
}

/// Checks the text of a signed roster. A higher generation always wins: a restored backend counts versions anew.
pub fn read_roster(text: &str, identity: &Identity, held: Option<&Roster>) -> Result<Roster, RosterError> {
    let signed: Signed = serde_json::from_str(text).map_err(SignedError::from)?;
    let roster: Roster = signed.open(Purpose::Roster, identity.hall())?;
    if roster.kiosk != identity.kiosk() {
        return Err(RosterError::OtherKiosk);
    }
    let age = |roster: &Roster| (roster.generation, roster.version);
    if held.is_some_and(|held| age(&roster) < age(held)) {
        return Err(RosterError::Older { generation: roster.generation, version: roster.version });
    }
    Ok(roster)
}

/// Whose card this is.
pub fn by_card<'a>(roster: &'a Roster, uid: &[u8]) -> Option<&'a RosterStaff> {
    let hash = hex::encode(Sha256::digest(uid));
    roster.staff.iter().find(|staff| staff.card_hash.as_deref().is_some_and(|held| held.eq_ignore_ascii_case(&hash)))
}

/// Whether a PIN is the one behind an Argon2id PHC string. Takes a good part of a second: never on the loop.
pub fn pin_is_right(phc: &str, pin: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok())
}

/// What stands for a PIN in the count of wrong tries: a new PIN starts a new count.
pub fn pin_mark(phc: &str) -> String {
    hex::encode(Sha256::digest(phc.as_bytes()))
}

/// The armed directive that a one-time code opens, if any.
pub fn by_code<'a>(armed: &'a [Directive], code: &str, present: Present<'_>) -> Option<&'a Directive> {
    armed.iter().find(|directive| match &directive.order {
        DirectiveOrder::ArmCollection { code_hash, .. } | DirectiveOrder::ArmLoading { code_hash, .. } => {
            let text = format!("{}{code}", directive.id);
            let hash = hex::encode(Sha256::digest(text.as_bytes()));
            code_hash.eq_ignore_ascii_case(&hash) && is_armed(directive, present)
        }
        DirectiveOrder::DisarmCollection { .. }
        | DirectiveOrder::AffirmEmpty { .. }
        | DirectiveOrder::OpenNow { .. }
        | DirectiveOrder::ReturnToService { .. }
        | DirectiveOrder::Unknown => false,
    })
}

/// The one compartment that a directive armed: for a result, the next of `rooms`.
pub fn armed_door<'a>(
    directive: &Directive,
    present: Present<'_>,
    rooms: &mut impl Iterator<Item = &'a CompartmentNo>,
) -> Option<StaffDoor> {
    let authority = Authority::Directive { directive: directive.id };
    if let DirectiveOrder::ArmLoading { submission, receipt, item, department, holder, .. } = &directive.order {
        if !is_armed(directive, present) {
            return None;
        }
        let room = rooms.next();
        let load = Load {
            submission: *submission,
            receipt: receipt.clone(),
            item: item.clone(),
            department: department.clone(),
            holder: holder.clone(),
            directive: directive.id,
        };
        return Some(StaffDoor {
            compartment: room.copied().unwrap_or(CompartmentNo(0)),
            submission: Some(*submission),
            receipt: Some(receipt.clone()),
            kind: if room.is_some() { StaffDoorKind::Load } else { StaffDoorKind::LoadNoRoom },
            authority,
            load: Some(load),
        });
    }
    let (compartment, submission) = armed_collection(directive, present)?;
    let receipt = present.projection.submission(submission).map(|known| known.receipt.clone());
    let kind = StaffDoorKind::Armed;
    Some(StaffDoor { compartment, submission: Some(submission), receipt, kind, authority, load: None })
}

/// The compartments that a member of staff with card and PIN may open now: those armed for them, and those of their
/// windows that nobody else is collecting. `rooms` are free compartments for results.
pub fn doors(
    staff: &RosterStaff,
    roster: &Roster,
    armed: &[Directive],
    present: Present<'_>,
    rooms: &[CompartmentNo],
) -> Vec<StaffDoor> {
    let mut rooms = rooms.iter();
    let mut doors: Vec<_> = armed
        .iter()
        .filter(|directive| directive.staff == staff.id)
        .filter_map(|directive| armed_door(directive, present, &mut rooms))
        .collect();
    let taken: Vec<_> =
        armed.iter().filter_map(|directive| armed_collection(directive, present)).map(|(no, _)| no).collect();
    for no in present.fitted.iter().filter(|no| !taken.contains(no)) {
        doors.extend(by_roster(staff, roster, *no, present));
    }
    doors
}

fn by_roster(staff: &RosterStaff, roster: &Roster, no: CompartmentNo, present: Present<'_>) -> Option<StaffDoor> {
    let place = present.projection.compartment(no);
    let kind = match (place.set_aside, place.holds) {
        (_, Holds::Deposit { .. }) | (None, Holds::Nothing) => return None,
        (None, Holds::Paper { .. }) => StaffDoorKind::Paper,
        (None, Holds::Result { .. }) => StaffDoorKind::Result,
        (None, Holds::Opened { .. } | Holds::Loading { .. } | Holds::ToBeConfirmed { .. }) => {
            StaffDoorKind::ToBeConfirmed
        }
        (Some(_), _) | (None, Holds::Unconfirmed { .. }) => StaffDoorKind::SetAside,
    };
    let known = place.holds.submission().and_then(|id| present.projection.submission(id));
    let window = match known {
        Some(known) => roster
            .windows
            .iter()
            .find(|window| staff.windows.contains(&window.id) && window.departments.contains(&known.department))?,
        // Nobody knows whose it is: chiefs look.
        None if staff.role >= Role::Chief => roster.windows.iter().find(|window| staff.windows.contains(&window.id))?,
        None => return None,
    };
    Some(StaffDoor {
        compartment: no,
        submission: place.holds.submission(),
        receipt: known.map(|known| known.receipt.clone()),
        kind,
        authority: Authority::Roster { generation: roster.generation, version: roster.version, window: window.id },
        load: None,
    })
}

/// Whether the roster is certainly too old to be believed. `earliest_ms`: it is not earlier than this.
pub fn is_expired(roster: &Roster, earliest_ms: i64) -> bool {
    earliest_ms >= roster.expires_ms
}

/// A member of staff by id.
pub fn by_id(roster: &Roster, id: StaffId) -> Option<&RosterStaff> {
    roster.staff.iter().find(|staff| staff.id == id)
}

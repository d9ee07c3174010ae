//! What can happen to a case: what moves its state, and what only tells; and that it did.

use hall_rules::CaseEvent;
use hall_rules::notice::Form;
use kiosk_wire::{CompartmentNo, KioskId, StaffId};
use schemars::JsonSchema;
use serde::Serialize;

/// What can happen to a case: what moves its state, and what only tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The applicant's door was about to be opened.
    DepositIntended,
    /// The applicant opened the same box again.
    DepositReopened,
    /// The deposit went to another box; the note says why.
    DepositMoved,
    /// A clerk said they are on the way.
    CollectionArmed,
    /// The terminal answered the arming; the note is the outcome.
    CollectionAnswered,
    /// The clerk changed their mind.
    CollectionCancelled,
    /// The door was about to be opened for staff.
    CollectionOpened,
    /// Staff shut the door.
    CollectionClosed,
    /// Someone entitled affirmed the box empty.
    EmptinessAffirmed,
    /// The applicant is about to hand in corrections at a terminal.
    CorrectionPrepared,
    /// The applicant took the corrections home again: nothing is in a box.
    CorrectionVoided,
    /// A clerk asked to put the result into a box.
    LoadingArmed,
    /// The door was about to be opened for the result.
    LoadingOpened,
    /// The result did not go into the box.
    LoadingVoided,
    /// The door was about to be opened for the applicant.
    PickupOpened,
    /// The applicant said that everything was taken out.
    PickupAffirmed,
    /// Staff took the result out again: the window hands it over.
    ResultRecovered,
    /// The applicant rated; the level is not shown with the case.
    Rated,
    /// A chief opened the door from the desk; the note is the reason.
    OpenedFromDesk,
    /// The compartment was set aside; the note says why.
    CompartmentSetAside,
    /// Staff said the compartment serves again.
    ReturnedToService,
    /// Another department answered; the note says which and what.
    PartAnswered,
    /// The lead took a question to a department back; the note says why.
    PartRecalled,
    /// The window keyed in fields; the note names them.
    FieldsKeyed,
    /// Staff wrote an internal note; the note is its text, for staff only.
    NoteAdded,
    /// Staff attached a file.
    FileAttached,
    /// The window checked the mandate of whoever acts for another.
    MandateChecked,
    /// A chief put it into the green channel; the note says why.
    GreenSet,
    /// A chief took it out of the green channel; the note says why.
    GreenEnded,
    /// The terminal's clock had not been known, and is now: the note is `[[event, time], …]`.
    TimeSettled,
    /// Its state moved.
    #[serde(untagged)]
    Case(CaseEvent),
}

/// Something that happened to a case.
pub struct Happened<'a> {
    pub what: Happening,
    pub at_ms: i64,
    pub staff: Option<StaffId>,
    /// At which terminal.
    pub kiosk: Option<KioskId>,
    pub compartment: Option<CompartmentNo>,
    /// Reason or outcome.
    pub note: Option<&'a str>,
    /// What was filled in for it.
    pub form: Option<&'a Form>,
}

impl Happened<'_> {
    /// What moves a case with nobody's hand in it.
    pub(crate) fn by_itself(event: CaseEvent, at_ms: i64) -> Self {
        let what = Happening::Case(event);
        Self { what, at_ms, staff: None, kiosk: None, compartment: None, note: None, form: None }
    }
}

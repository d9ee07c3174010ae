//! What is written into the audit, and by whom.

use hall_store::{self as store, Connection, StoreResult};
use kiosk_wire::{KioskId, SubmissionId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ground::actor::Actor;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A terminal's submission opened a case.
    CaseOpened,
    /// Staff opened the case's page.
    CaseLooked,
    /// Staff had the phone number shown.
    PhoneRevealed,
    /// Staff had the document number shown.
    NumberRevealed,
    /// Staff looked for cases.
    Searched,
    /// Staff armed a compartment for themself.
    CollectArmed,
    /// Staff armed all their boxes of a terminal.
    RoundBegun,
    /// Staff took over from another.
    CollectTakenOver,
    /// Staff cancelled it.
    CollectCancelled,
    /// Staff asked to put a result into a compartment.
    LoadingArmed,
    /// Staff affirmed a compartment empty.
    EmptinessAffirmed,
    /// Staff confirmed an unconfirmed deposit.
    DepositConfirmed,
    /// Staff voided an unconfirmed deposit.
    DepositVoided,
    /// Staff claimed a case.
    CaseClaimed,
    /// Staff gave their claim back.
    CaseReleased,
    /// A chief took a case from whoever held it.
    ClaimTakenOver,
    /// Staff saw that a case is late.
    EscalationSeen,
    /// Staff wrote down what a call-back came to; the object is the outcome.
    CalledBack,
    /// Staff took a table of figures out.
    Exported,
    /// Staff moved the case on; the object is the event.
    CaseStepped,
    /// Staff had a message to the applicant sent again; the object is its kind and round.
    MessageRepeated,
    /// Staff read a notice of the case.
    NoticeRead,
    /// Another department opened its part of a case.
    PartLooked,
    /// Another department answered.
    PartAnswered,
    /// The lead took a question to a department back.
    PartRecalled,
    /// Staff opened the fields that were keyed in, in full.
    FieldsLooked,
    /// Staff keyed in fields; the object names them.
    FieldsKeyed,
    /// Staff wrote an internal note.
    NoteAdded,
    /// Staff attached a file; the object is its number and hash.
    FileAttached,
    /// Staff read an attachment.
    FileRead,
    /// Staff checked a mandate.
    MandateChecked,
    /// A chief put a case into the green channel.
    GreenSet,
    /// A chief took a case out of the green channel.
    GreenEnded,
    /// A closed case was taken out as a bundle.
    CaseExported,
    /// A chief opened a door from the desk.
    OpenedNow,
    /// Staff returned a compartment to service.
    ReturnedToService,
    /// Staff looked at an entry that was set aside.
    SetAsideLooked,
    /// Staff signed in.
    SignedIn,
    /// A sign-in was refused.
    SignInRefused,
    /// A terminal refused someone at its staff page.
    TerminalRefused,
    /// A door was seen open although nobody was let in.
    DoorForced,
    /// A technician opened a door at the terminal.
    TechnicianOpened,
    /// A terminal's disk was rolled back.
    RolledBack,
    /// A terminal's journal forked.
    JournalForked,
    /// A terminal was added.
    KioskAdded,
    /// A terminal was enrolled.
    KioskEnrolled,
    /// A terminal was revoked.
    KioskRevoked,
    /// A member of staff was added.
    StaffAdded,
    /// An account was closed.
    StaffDisabled,
    /// Somebody changed their own password.
    PasswordChanged,
    /// An account got a one-time code in place of its password.
    PasswordReset,
    /// An account was told apart, or no more, at the city's provider of accounts.
    SubjectSet,
    /// Wrong passwords of an account were forgotten.
    AccountUnlocked,
    /// A session was ended by its owner or an administrator, from elsewhere.
    SessionEnded,
    /// A window was added.
    WindowAdded,
    /// A catalogue was imported.
    CatalogueImported,
    /// A calendar was imported.
    CalendarImported,
    /// The database was declared restored.
    Restored,
}

/// Who did it.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// A member of staff.
    Staff(&'a Actor),
    /// A terminal.
    Kiosk(KioskId),
    /// Someone at the server's command line.
    CommandLine,
    /// Nobody known, such as a refused sign-in: from this address.
    Unknown(&'a str),
}

/// Appends to the audit. `object` is a reason or the name of a thing, never personal.
pub fn write(
    connection: &Connection,
    now_ms: i64,
    who: Who<'_>,
    action: Action,
    case: Option<SubmissionId>,
    object: &str,
) -> StoreResult<()> {
    let (actor, from) = match who {
        Who::Staff(actor) => (format!("staff:{}", actor.staff.id), actor.from.as_str()),
        Who::Kiosk(id) => (format!("kiosk:{id}"), ""),
        Who::CommandLine => ("command line".to_owned(), ""),
        Who::Unknown(from) => ("unknown".to_owned(), from),
    };
    let mut detail = serde_json::Map::new();
    for (key, value) in [("object", object), ("from", from)] {
        if !value.is_empty() {
            detail.insert(key.into(), json!(value));
        }
    }
    let detail = serde_json::Value::Object(detail).to_string();
    store::audit::append(connection, now_ms, &actor, &store::word_of(&action), case.map(|case| case.0), &detail)
}
